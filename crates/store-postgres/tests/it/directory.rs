//! What is kept of the directory in memory: never older than what its callers were told, nor for more than
//! a moment than what another node wrote.

use crate::server::Database;
use jiff::Timestamp;
use model::entropy::SeededEntropy;
use model::organisation::{ApiKeyInfo, ClientSystem};
use model::{Actor, ClientSystemId, Hash, entropy};
use std::time::{Duration, Instant};
use store::platform::PlatformStore;

async fn add_key(store: &PlatformStore) -> ClientSystemId {
    let id = ClientSystemId(entropy::uuid_v4(&SeededEntropy::new(3)));
    let client = ClientSystem {
        id,
        name: "Kestrel Lane".to_owned(),
        disabled: false,
        instant: true,
    };
    let at = Timestamp::UNIX_EPOCH;
    let directory = &store.directory;
    directory
        .add_client(&Actor::System, &client, at)
        .await
        .unwrap();
    let key = ApiKeyInfo {
        key_id: "k1".to_owned(),
        client: id,
        issued_at: at,
        ends_at: None,
    };
    directory
        .add_api_key(&Actor::System, &key, Hash::of(b"secret"))
        .await
        .unwrap();
    id
}

async fn is_disabled(store: &PlatformStore) -> bool {
    let key = store.directory.api_key("k1").await.unwrap();
    key.unwrap().client.disabled
}

async fn disable(store: &PlatformStore, id: ClientSystemId, disabled: bool) {
    store
        .directory
        .set_client_disabled(&Actor::System, id, disabled, Timestamp::UNIX_EPOCH)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_change_is_seen_as_soon_as_it_was_answered() {
    let database = Database::new().await;
    let store = database.open().await;
    let id = add_key(&store).await;
    for turn in 0..100 {
        let disabled = turn % 2 == 0;
        disable(&store, id, disabled).await;
        // The second answer may come from memory.
        assert_eq!(is_disabled(&store).await, disabled);
        assert_eq!(is_disabled(&store).await, disabled);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn what_another_node_changed_is_seen_a_moment_later_under_load_too() {
    let database = Database::new().await;
    let (serving, operator) = (database.open().await, database.open().await);
    let id = add_key(&serving).await;
    let asking = {
        let serving = serving.clone();
        tokio::spawn(async move {
            loop {
                is_disabled(&serving).await;
                tokio::task::yield_now().await;
            }
        })
    };
    for turn in 0..20 {
        let disabled = turn % 2 == 0;
        disable(&operator, id, disabled).await;
        let told = Instant::now();
        while is_disabled(&serving).await != disabled {
            assert!(told.elapsed() < Duration::from_secs(2));
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    asking.abort();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn a_change_that_nobody_tells_of_is_seen_within_a_second() {
    let database = Database::new().await;
    let store = database.open().await;
    let id = add_key(&store).await;
    assert!(!is_disabled(&store).await);
    let client = database.client().await;
    client
        .execute("UPDATE client SET disabled = true WHERE id = $1", &[&id.0])
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(1_050)).await;
    assert!(is_disabled(&store).await);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PostgreSQL: scripts/test postgres"]
async fn names_that_the_database_cannot_hold_are_not_found() {
    let database = Database::new().await;
    let store = database.open().await;
    assert_eq!(store.directory.api_key("k\0").await.unwrap(), None);
    assert!(!store.directory.has_topic("t\0").await.unwrap());
    assert_eq!(store.devices.registration_key("p\0").await.unwrap(), None);
}
