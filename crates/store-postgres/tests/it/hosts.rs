//! Several servers, one of which takes writes.

use jiff::Timestamp;
use model::entropy::SeededEntropy;
use model::organisation::Practice;
use model::{Actor, OdsCode, Secret};
use std::sync::Arc;
use std::time::Duration;
use store::StoreError;
use store::blob::DiskBlobs;
use store::platform::PlatformStore;
use store_postgres::Settings;
use testdb::{Postgres, url_of};

async fn open(url: String, folder: &tempfile::TempDir) -> PlatformStore {
    let entropy = Arc::new(SeededEntropy::new(1));
    let blobs = DiskBlobs::open(folder.path(), entropy.clone()).unwrap();
    let settings = Settings::new(Secret::new(url));
    store_postgres::open(&settings, Arc::new(blobs), entropy)
        .await
        .unwrap()
}

async fn put(store: &PlatformStore, name: &str) -> bool {
    let practice = Practice {
        ods_code: OdsCode::parse("A81001").unwrap(),
        name: name.to_owned(),
    };
    store
        .directory
        .put_practice(&Actor::System, &practice, Timestamp::UNIX_EPOCH)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_caller_waits_through_a_failover_and_then_has_an_answer() {
    let servers = tokio::task::spawn_blocking(|| {
        let first = Postgres::start(&testdb::Settings::default()).unwrap();
        first.create_database("baton").unwrap();
        let second = first.standby("second").unwrap();
        first.wait_for_standby("second").unwrap();
        (first, second)
    });
    let (first, second) = servers.await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    // The standby is asked first, and passed over.
    let store = open(url_of(&[&second, &first], "baton"), &folder).await;
    assert!(put(&store, "Riverside").await);

    first.kill();
    let waiting = {
        let store = store.clone();
        tokio::spawn(async move { put(&store, "Hillside").await })
    };
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!waiting.is_finished());
    let promoted = tokio::task::spawn_blocking(move || {
        second.promote().unwrap();
        second
    });
    let _second = promoted.await.unwrap();
    assert!(!waiting.await.unwrap(), "the first name is still there");
    let practices = store.directory.practices().await.unwrap();
    assert_eq!(practices.len(), 1);
    assert_eq!(practices[0].name, "Hillside");
    let log = store.audit.verify().await.unwrap();
    assert_eq!((log.entries, log.broken_at), (2, None));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_server_that_hangs_is_not_waited_for_without_end() {
    let server = tokio::task::spawn_blocking(|| {
        let server = Postgres::start(&testdb::Settings::default().careless()).unwrap();
        server.create_database("baton").unwrap();
        server
    });
    let server = server.await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = open(url_of(&[&server], "baton"), &folder).await;
    assert!(put(&store, "Riverside").await);
    server.pause();
    let begun = std::time::Instant::now();
    let (checked, read) = tokio::join!(store.health.check(), store.directory.practices());
    let took = begun.elapsed();
    server.resume();
    assert!(matches!(checked, Err(StoreError::Unavailable { .. })));
    assert!(matches!(read, Err(StoreError::Unavailable { .. })));
    assert!(took < Duration::from_secs(30), "{took:?}");
    store.health.check().await.unwrap();
    assert!(!put(&store, "Hillside").await);
}
