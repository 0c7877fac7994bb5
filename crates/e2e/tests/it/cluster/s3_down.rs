//! The bucket cannot be reached: small messages go on, large ones are refused whole.

use super::counted;
use super::nodes::{Cluster, LARGE};
use crate::world::message::{attachment, instant, small};
use crate::world::samples::pdf_of;
use crate::world::wait;
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;

/// A sender that waits longer than this believes that nobody is there.
const REFUSED_WITHIN: Duration = Duration::from_secs(30);

fn large(seed: u64) -> Value {
    let letter = attachment("application/pdf", "Letter.pdf", &pdf_of(LARGE, seed));
    let note = attachment("text/plain", "Note.txt", b"marker-beside-a-large-one");
    instant(vec![note, letter])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and an S3 server: scripts/test cluster"]
async fn without_s3_small_messages_are_taken_and_large_ones_are_not_taken_by_half() {
    let cluster = Cluster::start().await;
    cluster.announce_outage();
    let desk = cluster.desk().await;
    let (integrator, _) = cluster.client("Kestrel Lane Pharmacy").await;
    let token = cluster.token(&desk, &integrator).await;
    assert_eq!(integrator.send(&token, &large(1)).await.status, 200);
    let waiting = large(2);
    let mut taken = 1;

    for hangs in [false, true] {
        if hangs {
            cluster.s3.pause();
        } else {
            cluster.way_to_s3.close();
        }
        let begun = Instant::now();
        let refused = integrator.send(&token, &waiting).await;
        let took = begun.elapsed();
        println!("S3 hangs: {hangs}; refused after {took:.1?}");
        assert_eq!(refused.status, 503, "{refused:?}");
        assert!(refused.retry_after.is_some(), "{refused:?}");
        assert!(took < REFUSED_WITHIN, "{took:?}");
        for n in 0..3 {
            let message = small(&format!("marker-{hangs}-{n}"));
            assert_eq!(integrator.send(&token, &message).await.status, 200);
            taken += 1;
        }
        let stored = "SELECT count(*) FROM platform.message";
        assert_eq!(cluster.count(stored), taken);
        if hangs {
            cluster.s3.resume();
        } else {
            cluster.way_to_s3.open();
        }
    }
    assert_eq!(integrator.send(&token, &large(3)).await.status, 200);
    taken += 1;
    // The refused one's sender tries again. Its bytes may be about to be deleted, and a deletion that was
    // never answered stands in the way for ten minutes, which are over now.
    let past = "UPDATE platform.condemned_blob SET at = at - 900000";
    wait::until("it is taken", async || {
        cluster.sql(past);
        let answer = integrator.send(&token, &waiting).await;
        assert!(matches!(answer.status, 200 | 503), "{answer:?}");
        answer.status == 200
    })
    .await;
    for url in cluster.urls() {
        let node = integrator.at(&url);
        assert_eq!(node.send(&token, &waiting).await.status, 200);
    }
    counted::database(&cluster, taken + 1).await;
}
