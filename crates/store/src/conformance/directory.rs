//! Practices, client systems, keys and topics.

use super::world::{SOMEBODY, World, at, ods, race, unknown};
use crate::platform::PlatformStore;
use model::organisation::{ApiKeyInfo, ClientSystem, Practice};
use model::{ClientSystemId, Hash, PlatformId};
use uuid::Uuid;

fn practice(code: &str, name: &str) -> Practice {
    Practice {
        ods_code: ods(code),
        name: name.to_owned(),
    }
}

fn key(client: ClientSystemId, key_id: &str, issued: i64) -> ApiKeyInfo {
    ApiKeyInfo {
        key_id: key_id.to_owned(),
        client,
        issued_at: at(issued),
        ends_at: None,
    }
}

fn named(number: usize) -> PlatformId {
    PlatformId(Uuid::from_u128(number as u128 + 1))
}

pub async fn an_identity_is_kept(store: PlatformStore) {
    let directory = &store.directory;
    for number in [7, 8, 9] {
        let identity = directory.identity(named(number)).await.unwrap();
        assert_eq!(identity, named(7));
    }
}

pub async fn an_identity_raced_is_one(store: PlatformStore) {
    let heard = race(20, |number| {
        let directory = store.directory.clone();
        async move { directory.identity(named(number)).await.unwrap() }
    })
    .await;
    assert!(heard.iter().all(|identity| *identity == heard[0]));
    let later = store.directory.identity(named(50)).await.unwrap();
    assert_eq!(later, heard[0]);
}

pub async fn a_practice_is_added_once_and_renamed(store: PlatformStore) {
    let directory = &store.directory;
    let code = ods("A81001");
    assert_eq!(directory.practice(&code).await.unwrap(), None);
    let (first, renamed) = (
        practice("A81001", "The Surgery"),
        practice("A81001", "The Health Centre"),
    );
    let put = async |practice: &Practice| {
        let put = directory.put_practice(&SOMEBODY, practice, at(1)).await;
        put.unwrap()
    };
    assert!(put(&first).await);
    assert_eq!(
        directory.practice(&code).await.unwrap(),
        Some(first.clone())
    );
    assert!(!put(&first).await);
    assert!(!put(&renamed).await);
    assert_eq!(directory.practice(&code).await.unwrap(), Some(renamed));
}

pub async fn practices_are_listed_by_code(store: PlatformStore) {
    let practices = [
        practice("C81001", "x"),
        practice("A81001", "y"),
        practice("B81001", "z"),
    ];
    for practice in &practices {
        let put = store
            .directory
            .put_practice(&SOMEBODY, practice, at(1))
            .await;
        assert!(put.unwrap());
    }
    let [last, first, second] = practices;
    let listed = store.directory.practices().await.unwrap();
    assert_eq!(listed, [first, second, last]);
}

pub async fn client_systems_are_listed_by_name(store: PlatformStore) {
    let world = World::new(store).await;
    let directory = &world.store.directory;
    let names: Vec<_> = directory.clients().await.unwrap();
    let names: Vec<_> = names.iter().map(|client| client.name.as_str()).collect();
    assert_eq!(names, ["Hospital", "Pharmacy"]);
    let found = directory.client(world.client).await.unwrap().unwrap();
    let expected = ClientSystem {
        id: world.client,
        name: "Pharmacy".to_owned(),
        disabled: false,
        instant: true,
    };
    assert_eq!(found, expected);
    let nobody: ClientSystemId = unknown();
    assert_eq!(directory.client(nobody).await.unwrap(), None);
}

pub async fn a_client_system_may_send_instant_messages_or_not(store: PlatformStore) {
    let world = World::new(store).await;
    let directory = &world.store.directory;
    for instant in [false, true] {
        let set = directory
            .set_client_instant(&SOMEBODY, world.client, instant, at(1))
            .await;
        assert!(set.unwrap());
        let found = directory.client(world.client).await.unwrap().unwrap();
        assert_eq!((found.instant, found.disabled), (instant, false));
    }
    let nobody: ClientSystemId = unknown();
    let set = directory
        .set_client_instant(&SOMEBODY, nobody, true, at(1))
        .await;
    assert!(!set.unwrap());
}

pub async fn a_client_system_is_disabled_and_enabled(store: PlatformStore) {
    let world = World::new(store).await;
    let directory = &world.store.directory;
    for disabled in [true, false] {
        let set = directory
            .set_client_disabled(&SOMEBODY, world.client, disabled, at(1))
            .await;
        assert!(set.unwrap());
        let found = directory.client(world.client).await.unwrap().unwrap();
        assert_eq!(found.disabled, disabled);
    }
    let nobody: ClientSystemId = unknown();
    let set = directory
        .set_client_disabled(&SOMEBODY, nobody, true, at(1))
        .await;
    assert!(!set.unwrap());
}

pub async fn an_api_key_is_found_with_its_owner(store: PlatformStore) {
    let world = World::new(store).await;
    let directory = &world.store.directory;
    let (info, hash) = (key(world.client, "bk_1", 5), Hash::of(b"bk_1.secret"));
    directory.add_api_key(&SOMEBODY, &info, hash).await.unwrap();
    let disabled = directory
        .set_client_disabled(&SOMEBODY, world.client, true, at(6))
        .await;
    assert!(disabled.unwrap());
    let found = directory.api_key("bk_1").await.unwrap().unwrap();
    assert_eq!((found.info, found.hash), (info, hash));
    assert_eq!(found.client.name, "Pharmacy");
    assert!(found.client.disabled);
    assert_eq!(directory.api_key("bk_2").await.unwrap(), None);
}

pub async fn an_ended_key_is_still_found_and_an_earlier_end_stands(store: PlatformStore) {
    let world = World::new(store).await;
    let directory = &world.store.directory;
    let info = key(world.client, "bk_1", 5);
    let hash = Hash::of(b"bk_1.secret");
    directory.add_api_key(&SOMEBODY, &info, hash).await.unwrap();
    for (end, expected) in [(100, 100), (50, 50), (70, 50)] {
        let ended = directory
            .end_api_key(&SOMEBODY, "bk_1", at(end), at(10))
            .await;
        assert!(ended.unwrap());
        let found = directory.api_key("bk_1").await.unwrap().unwrap();
        assert_eq!(found.info.ends_at, Some(at(expected)));
    }
    let ended = directory.end_api_key(&SOMEBODY, "bk_2", at(1), at(1)).await;
    assert!(!ended.unwrap());
}

pub async fn keys_are_listed_oldest_first(store: PlatformStore) {
    let world = World::new(store).await;
    let directory = &world.store.directory;
    for (key_id, issued) in [("bk_c", 30), ("bk_a", 20), ("bk_b", 10)] {
        let info = key(world.client, key_id, issued);
        directory
            .add_api_key(&SOMEBODY, &info, world.hash())
            .await
            .unwrap();
    }
    let others = key(world.other_client, "bk_d", 1);
    directory
        .add_api_key(&SOMEBODY, &others, world.hash())
        .await
        .unwrap();
    let ended = directory
        .end_api_key(&SOMEBODY, "bk_b", at(11), at(11))
        .await;
    assert!(ended.unwrap());
    let listed = directory.api_keys_of(world.client).await.unwrap();
    let listed: Vec<_> = listed
        .iter()
        .map(|key| (key.key_id.as_str(), key.ends_at))
        .collect();
    assert_eq!(
        listed,
        [("bk_b", Some(at(11))), ("bk_a", None), ("bk_c", None)]
    );
}

pub async fn a_topic_is_added_once(store: PlatformStore) {
    let directory = &store.directory;
    for (name, new) in [("Zoo", true), ("Audit", true), ("Zoo", false)] {
        let added = directory.add_topic(&SOMEBODY, name, at(1)).await.unwrap();
        assert_eq!(added, new, "{name}");
    }
    assert_eq!(directory.topics().await.unwrap(), ["Audit", "Zoo"]);
    assert!(directory.has_topic("Zoo").await.unwrap());
    assert!(!directory.has_topic("zoo").await.unwrap());
}
