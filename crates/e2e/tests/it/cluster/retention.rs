//! Nodes that delete a blob while others accept the same bytes again: no message loses them.

use super::counted;
use super::nodes::Cluster;
use crate::crash::parcel::{Content, Expected, Parcel, sha256};
use crate::crash::senders::post;
use crate::world::message::{self, attachment};
use crate::world::pc::Desk;
use crate::world::samples::pdf_of;
use reqwest::Method;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::sleep;

/// So few different contents that each is deleted and sent again all the time.
const CONTENTS: u64 = 4;
const ROUNDS: usize = 8;
const DAYS_40_IN_MS: u64 = 40 * 24 * 60 * 60 * 1_000;

fn content(n: u64) -> Vec<u8> {
    pdf_of(super::nodes::LARGE, n % CONTENTS)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
#[ignore = "needs PostgreSQL and an S3 server: scripts/test cluster"]
async fn bytes_that_are_deleted_by_one_node_and_sent_to_another_are_there() {
    let mut cluster = Cluster::start().await;
    let desk = Arc::new(cluster.desk().await);
    let (integrator, _) = cluster.client("Kestrel Lane Pharmacy").await;
    let token = cluster.token(&desk, &integrator).await;
    let over = Arc::new(AtomicBool::new(false));
    // At nodes 0 and 1, which stay; node 2 goes through the blobs at each of its starts.
    let senders = (0..4_u64).map(|sender| {
        let node = integrator.at(&cluster.url(usize::try_from(sender % 2).unwrap()));
        let (over, token) = (Arc::clone(&over), token.clone());
        tokio::spawn(async move {
            let mut sent = Vec::new();
            let mut n = sender;
            while !over.load(Ordering::Relaxed) {
                n += 1;
                let parcel = Parcel::with(vec![content(n)], true);
                loop {
                    match post(&node, &token, &parcel).await {
                        Some(200) => break,
                        // The bytes had just gone.
                        Some(503) => sleep(Duration::from_millis(20)).await,
                        other => panic!("answered {other:?}"),
                    }
                }
                sent.push(parcel.expected);
                sleep(Duration::from_millis(20)).await;
            }
            sent
        })
    });
    let senders: Vec<_> = senders.collect();

    for _ in 0..ROUNDS {
        sleep(Duration::from_millis(300)).await;
        end_all(&desk).await;
        // They ended long ago; the next round of cleaning takes their contents.
        cluster.sql(&format!(
            "UPDATE platform.message SET ended_at = ended_at - {DAYS_40_IN_MS} WHERE ended_at IS NOT NULL AND NOT emptied"
        ));
        cluster.end(2);
        cluster.launch(2);
        tokio::task::block_in_place(|| cluster.ready(2));
    }
    over.store(true, Ordering::Relaxed);
    let mut sent: Vec<Expected> = Vec::new();
    for sender in senders {
        sent.extend(sender.await.unwrap());
    }
    let emptied = cluster.count("SELECT count(*) FROM platform.message WHERE emptied");
    let kept = sent.len() - emptied;
    println!(
        "{} messages of {CONTENTS} contents, {emptied} emptied meanwhile",
        sent.len()
    );
    assert!(emptied > 0, "nothing was deleted");
    counted::database(&cluster, sent.len()).await;
    // What waits can be read, at each node.
    let waiting = desk.inbox().await;
    assert!(waiting.len() <= kept);
    for (number, message) in waiting.iter().enumerate() {
        let reference = message["messageRef"].as_str().unwrap();
        let id = message["messageId"].as_str().unwrap();
        let expected = sent.iter().find(|sent| sent.id == id).unwrap();
        let node = desk.at(&cluster.url(number % 3));
        let bytes = node
            .fetch(&format!("/messages/{reference}/attachments/0"), &[])
            .await;
        assert_eq!(bytes.status(), 200, "{id}");
        let bytes = bytes.bytes().await.unwrap();
        assert_eq!(Content::of(&bytes), expected.attachments[0]);
    }
}

/// Rejects what the inbox shows.
async fn end_all(desk: &Desk) {
    for message in desk.inbox().await {
        let reference = message["messageRef"].as_str().unwrap();
        let claim = format!("/messages/{reference}/claim");
        let claimed = desk
            .call(Method::POST, &claim, Some(json!({ "mode": "automatic" })))
            .await;
        assert_eq!(claimed.status, 200, "{claimed:?}");
        let fence = claimed.json()["fence"].clone();
        let complete = format!("/messages/{reference}/complete");
        let done = desk
            .call(Method::POST, &complete, Some(json!({ "fence": fence })))
            .await;
        assert_eq!(done.status, 200, "{done:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and an S3 server: scripts/test cluster"]
async fn a_blob_goes_from_the_bucket_when_its_last_message_has_lost_its_content() {
    let mut cluster = Cluster::start().await;
    let desk = cluster.desk().await;
    let (integrator, _) = cluster.client("Kestrel Lane Pharmacy").await;
    let token = cluster.token(&desk, &integrator).await;
    let bytes = content(1);
    let letter = attachment("application/pdf", "Letter.pdf", &bytes);
    let message = message::instant(vec![letter]);
    integrator.sent(&token, &message).await;
    let hash = sha256(&bytes);
    assert!(counted::object(&cluster, &hash).await.is_some());
    end_all(&desk).await;
    cluster.sql(&format!(
        "UPDATE platform.message SET ended_at = ended_at - {DAYS_40_IN_MS}"
    ));
    cluster.end(1);
    cluster.launch(1);
    cluster.ready(1);
    let mut looks = 0;
    while counted::object(&cluster, &hash).await.is_some() {
        looks += 1;
        assert!(looks < 600, "it stays");
        sleep(Duration::from_millis(100)).await;
    }
    counted::database(&cluster, 1).await;
}
