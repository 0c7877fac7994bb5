//! Nodes wake each other, and nothing is slept through while they could not.

use crate::server::Database;
use crate::world::World;
use std::time::Duration;
use store::platform::Audience;
use tokio::sync::watch;
use tokio::time::timeout;

async fn wakes(receiver: &mut watch::Receiver<u64>, within: Duration) -> bool {
    timeout(within, receiver.changed()).await.is_ok()
}

/// Waits until nothing wakes any more: a node that begins to listen wakes everybody.
async fn quiet(receiver: &mut watch::Receiver<u64>) {
    while wakes(receiver, Duration::from_millis(400)).await {}
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn what_one_node_commits_wakes_the_other() {
    let database = Database::new().await;
    let one = World::new(database.open().await).await;
    let other = one.seen_by(database.open().await);
    let mut practice = other.store.feed.wakes(&other.toolbars());
    let mut client = other.store.feed.wakes(&Audience::Client(other.client));
    let nobody = model::OdsCode::parse("GPPRAC999").unwrap();
    let mut nobody = other.store.feed.wakes(&Audience::Practice(nobody));
    quiet(&mut practice).await;
    quiet(&mut client).await;
    quiet(&mut nobody).await;
    for n in 0..5 {
        one.accept_new(n).await;
        assert!(wakes(&mut practice, Duration::from_secs(1)).await);
        assert!(wakes(&mut client, Duration::from_secs(1)).await);
    }
    assert!(!wakes(&mut nobody, Duration::from_millis(100)).await);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_node_that_was_cut_off_listens_again_and_wakes_everybody() {
    let database = Database::new().await;
    let world = World::new(database.open().await).await;
    let mut practice = world.store.feed.wakes(&world.toolbars());
    quiet(&mut practice).await;
    let client = database.client().await;
    client
        .batch_execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await
        .unwrap();
    // Nothing was committed.
    assert!(wakes(&mut practice, Duration::from_secs(3)).await);
    let other = world.seen_by(database.open().await);
    quiet(&mut practice).await;
    other.accept_new(1).await;
    assert!(wakes(&mut practice, Duration::from_secs(1)).await);
}
