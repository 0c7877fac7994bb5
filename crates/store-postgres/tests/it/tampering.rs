//! The audit log shows what was done to it.

use crate::server::Database;
use jiff::Timestamp;
use model::Actor;
use store::audit::Broken;
use store::platform::PlatformStore;

async fn noted(database: &Database) -> PlatformStore {
    let store = database.open().await;
    for subject in ["one", "two", "three", "four"] {
        store
            .audit
            .note(&Actor::System, "try", subject, Timestamp::UNIX_EPOCH)
            .await
            .unwrap();
    }
    let found = store.audit.verify().await.unwrap();
    assert_eq!((found.entries, found.broken_at), (4, None));
    store
}

/// Where a chain of four entries is found to be broken.
async fn broken_after(sql: &str) -> Option<u64> {
    let database = Database::new().await;
    let store = noted(&database).await;
    let client = database.client().await;
    client.batch_execute(sql).await.unwrap();
    let broken = store.audit.verify().await.unwrap().broken_at;
    broken.map(|Broken { seq, .. }| seq)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_changed_entry_is_found() {
    let sql = "UPDATE audit SET subject = 'other' WHERE seq = 2";
    assert_eq!(broken_after(sql).await, Some(2));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_missing_entry_is_found() {
    assert_eq!(
        broken_after("DELETE FROM audit WHERE seq = 3").await,
        Some(4)
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn entries_missing_at_the_end_are_found() {
    assert_eq!(
        broken_after("DELETE FROM audit WHERE seq > 2").await,
        Some(3)
    );
    assert_eq!(broken_after("DELETE FROM audit").await, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn many_at_once_spread_over_chains_and_leave_a_log_that_is_whole() {
    let database = Database::new().await;
    let (one, other) = (database.open().await, database.open().await);
    let notes = (0..200).map(|n| {
        let store = if n % 2 == 0 { &one } else { &other };
        async move {
            let subject = n.to_string();
            store
                .audit
                .note(&Actor::System, "try", &subject, Timestamp::UNIX_EPOCH)
                .await
        }
    });
    for noted in futures_util::future::join_all(notes).await {
        noted.unwrap();
    }
    let found = one.audit.verify().await.unwrap();
    assert_eq!((found.entries, found.broken_at), (200, None));
    let client = database.client().await;
    let row = client
        .query_one("SELECT count(DISTINCT chain) FROM audit", &[])
        .await
        .unwrap();
    assert!(row.get::<_, i64>(0) > 1);
}
