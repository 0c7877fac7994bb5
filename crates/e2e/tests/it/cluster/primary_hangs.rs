//! The primary does not die but hangs, its standby is promoted, and then it wakes up: two servers take writes,
//! and nothing is acknowledged that only the wrong one has.

use super::nodes::Cluster;
use super::trouble::{Work, count};
use std::time::Duration;
use tokio::time::Instant;

/// A node notices that nobody answers, and asks another.
const GOES_ON_WITHIN: Duration = Duration::from_secs(45);

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
#[ignore = "needs PostgreSQL and an S3 server: scripts/test cluster"]
async fn a_primary_that_hangs_and_wakes_up_beside_its_successor_costs_no_message() {
    let mut cluster = Cluster::start_with_standby().await;
    cluster.announce_outage();
    let work = Work::start(&cluster).await;
    work.go_on(Duration::from_secs(2)).await;
    let standby = cluster.standby.take().unwrap();
    let old = std::mem::replace(&mut cluster.primary, standby);
    let hangs = Instant::now();
    tokio::task::block_in_place(|| {
        old.pause();
        cluster.primary.promote().unwrap();
    });
    let before = work.accepted();
    while work.accepted() < before + 10 {
        assert!(hangs.elapsed() < GOES_ON_WITHIN, "it does not go on");
        work.go_on(Duration::from_millis(10)).await;
    }
    let took = hangs.elapsed();
    println!("ten 200s of the successor's {took:.1?} after the primary began to hang");
    work.go_on(Duration::from_secs(3)).await;

    // Nobody told it that it is not the primary any more.
    old.resume();
    let longest = work.go_on(Duration::from_secs(8)).await;
    println!("longest time without a 200 beside a primary of old that woke up: {longest:.1?}");
    tokio::task::block_in_place(|| old.kill());
    work.go_on(Duration::from_secs(2)).await;
    let accepted = work.end().await;
    count(&cluster, &accepted).await;
}
