//! A server whose COMMITs wait for a standby: an answer is given when the standby has it, or not at all.

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
use testdb::Postgres;

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

struct Server {
    postgres: Arc<Postgres>,
    store: PlatformStore,
    _blobs: tempfile::TempDir,
}

impl Server {
    async fn start() -> Self {
        Self::with_connections(Settings::new(Secret::new(String::new())).connections).await
    }

    async fn with_connections(connections: u32) -> Self {
        let postgres = blocking(|| {
            let settings = testdb::Settings::default().careless();
            Arc::new(Postgres::start(&settings).unwrap())
        })
        .await;
        let url = {
            let postgres = Arc::clone(&postgres);
            blocking(move || postgres.create_database("baton").unwrap()).await
        };
        let folder = tempfile::tempdir().unwrap();
        let entropy = Arc::new(SeededEntropy::new(1));
        let blobs = DiskBlobs::open(folder.path(), entropy.clone()).unwrap();
        let settings = Settings {
            connections,
            ..Settings::new(Secret::new(url))
        };
        let store = store_postgres::open(&settings, Arc::new(blobs), entropy)
            .await
            .unwrap();
        Self {
            postgres,
            store,
            _blobs: folder,
        }
    }

    async fn set(&self, name: &'static str, value: &'static str) {
        let postgres = Arc::clone(&self.postgres);
        blocking(move || postgres.set(name, value).unwrap()).await;
        // Every session reads the new value a moment later.
        tokio::time::sleep(Duration::from_millis(300)).await;
    }

    async fn sql(&self, statement: &'static str) -> String {
        let postgres = Arc::clone(&self.postgres);
        blocking(move || postgres.sql("baton", statement).unwrap()).await
    }

    async fn put(&self, name: &str) -> store::Result<bool> {
        let practice = Practice {
            ods_code: OdsCode::parse("A81001").unwrap(),
            name: name.to_owned(),
        };
        self.store
            .directory
            .put_practice(&Actor::System, &practice, Timestamp::UNIX_EPOCH)
            .await
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_wait_for_a_standby_that_was_cancelled_is_not_told_as_success() {
    let server = Server::start().await;
    assert!(server.put("Riverside").await.unwrap());
    server.set("synchronous_standby_names", "nobody").await;
    let cancelling = {
        let postgres = Arc::clone(&server.postgres);
        tokio::spawn(async move {
            loop {
                let postgres = Arc::clone(&postgres);
                blocking(move || {
                    postgres
                        .sql("baton", "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
                        .unwrap();
                })
                .await;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        })
    };
    // It is there by then, on one disk: the second try finds it, and has to wait all the same.
    let put = server.put("Hillside").await;
    assert!(
        matches!(put, Err(StoreError::Unavailable { .. })),
        "{put:?}"
    );
    let name = server.sql("SELECT name FROM platform.practice").await;
    assert_eq!(name, "Hillside");
    cancelling.abort();

    server.set("synchronous_standby_names", "").await;
    assert!(!server.put("Hillside").await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn what_was_so_already_is_told_when_the_standby_has_it() {
    let server = Server::start().await;
    assert!(server.put("Riverside").await.unwrap());
    server.set("synchronous_standby_names", "nobody").await;
    let saying_so = tokio::time::timeout(Duration::from_secs(2), server.put("Riverside")).await;
    assert!(saying_so.is_err(), "{saying_so:?}");
    server.set("synchronous_standby_names", "").await;
    assert!(!server.put("Riverside").await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_server_that_is_told_meanwhile_to_write_commits_later_is_not_followed() {
    let server = Server::start().await;
    assert!(server.put("Riverside").await.unwrap());
    server.set("synchronous_commit", "off").await;
    server.set("synchronous_standby_names", "nobody").await;
    // Whether a COMMIT waits for its own disk cannot be seen; that it waits for a standby can.
    let put = tokio::time::timeout(Duration::from_secs(2), server.put("Hillside")).await;
    assert!(put.is_err(), "{put:?}");
    server.set("synchronous_standby_names", "").await;
    assert!(!server.put("Hillside").await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_standby_that_hangs_does_not_use_up_the_servers_connections() {
    let server = Server::with_connections(3).await;
    assert!(server.put("Riverside").await.unwrap());
    server.set("synchronous_standby_names", "nobody").await;
    let until = tokio::time::Instant::now() + Duration::from_secs(50);
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..6 {
        let store = server.store.clone();
        writers.spawn(async move {
            let mut failed = 0;
            while tokio::time::Instant::now() < until {
                let subject = number.to_string();
                let at = Timestamp::UNIX_EPOCH;
                let noted = store.audit.note(&Actor::System, "look", &subject, at).await;
                assert!(noted.is_err());
                failed += 1;
            }
            failed
        });
    }
    let tries: i32 = writers.join_all().await.into_iter().sum();
    assert!(tries >= 12, "{tries} tries went to their end");
    // Three of the pool, as many that are parked, one that listens, one that tells.
    let open = server
        .sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'baton'")
        .await;
    let open: u32 = open.trim().parse().unwrap();
    assert!(open <= 8, "{open} connections");

    server.set("synchronous_standby_names", "").await;
    // Those that were parked have their answer, and all of them have happened.
    let audit = &server.store.audit;
    audit
        .note(&Actor::System, "look", "again", Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
    assert_eq!(audit.verify().await.unwrap().broken_at, None);
}
