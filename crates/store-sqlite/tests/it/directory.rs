//! What is kept of the directory in memory: never older than what its callers were told, nor than what
//! another process wrote a moment ago.

use crate::open;
use jiff::Timestamp;
use model::entropy::SeededEntropy;
use model::organisation::{ApiKeyInfo, ClientSystem};
use model::{Actor, ClientSystemId, Hash, entropy};
use std::time::Duration;
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

#[tokio::test]
async fn a_change_is_seen_as_soon_as_it_was_answered() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let id = add_key(&store).await;
    for turn in 0..200 {
        let disabled = turn % 2 == 0;
        store
            .directory
            .set_client_disabled(&Actor::System, id, disabled, Timestamp::UNIX_EPOCH)
            .await
            .unwrap();
        // The second answer may come from memory.
        assert_eq!(is_disabled(&store).await, disabled);
        assert_eq!(is_disabled(&store).await, disabled);
    }
}

#[tokio::test]
async fn what_another_process_changed_is_seen_a_moment_later_under_load_too() {
    let folder = tempfile::tempdir().unwrap();
    let (serving, operator) = (open(folder.path()), open(folder.path()));
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
    for turn in 0..50 {
        let disabled = turn % 2 == 0;
        operator
            .directory
            .set_client_disabled(&Actor::System, id, disabled, Timestamp::UNIX_EPOCH)
            .await
            .unwrap();
        // Longer than what is kept may be used without a look; a slower machine only makes it longer.
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert_eq!(is_disabled(&serving).await, disabled);
    }
    asking.abort();
}
