//! Blobs that are being deleted while others send messages that name them.

use super::world::{SOMEBODY, World, at};
use crate::platform::{Accepted, AttachmentBytes, NewMessage, PlatformStore};
use model::Hash;

/// A message that names one blob, which is in place.
async fn with_blob(world: &World, name: &str, accepted: i64) -> (NewMessage, Hash) {
    let mut message = world.standard(accepted);
    let hash = world.attach(&mut message, name).await;
    (message, hash)
}

async fn condemn(world: &World, hash: Hash, when: i64) -> bool {
    let messages = &world.store.messages;
    messages.condemn_blob(hash, at(when)).await.unwrap()
}

async fn spare(world: &World, hash: Hash) {
    world.store.messages.spare_blob(hash).await.unwrap();
}

async fn left(world: &World, before: i64, now: i64, limit: u32) -> Vec<Hash> {
    let messages = &world.store.messages;
    messages
        .condemned_blobs(at(before), at(now), limit)
        .await
        .unwrap()
}

pub async fn a_blob_that_a_message_names_is_not_condemned(store: PlatformStore) {
    let world = World::new(store).await;
    let (message, hash) = with_blob(&world, "a", 5).await;
    assert_eq!(world.accept(&message).await, Accepted::New);
    assert!(!condemn(&world, hash, 6).await);
    // So nobody has to spare it.
    let (again, _) = with_blob(&world, "a", 7).await;
    assert_eq!(world.accept(&again).await, Accepted::New);
}

pub async fn a_message_that_names_a_condemned_blob_writes_nothing(store: PlatformStore) {
    let world = World::new(store).await;
    let token = world.token(&world.doctor).await;
    let mut message = world.instant(&world.doctor, token, 5);
    let other = world.attach(&mut message, "a").await;
    let hash = world.attach(&mut message, "b").await;
    assert!(condemn(&world, hash, 6).await);
    let before = world.store.audit.verify().await.unwrap();
    let used = world.store.permissions.tokens_of(&world.doctor).await;
    assert_eq!(world.accept(&message).await, Accepted::BlobGone);
    assert_eq!(world.store.audit.verify().await.unwrap(), before);
    let messages = &world.store.messages;
    assert!(messages.counts().await.unwrap().is_empty());
    let found = messages
        .find(world.client, message.envelope.message_id)
        .await;
    assert_eq!(found.unwrap(), None);
    assert!(world.told(&world.sender()).await.is_empty());
    let tokens = world.store.permissions.tokens_of(&world.doctor).await;
    assert_eq!(tokens.unwrap(), used.unwrap());
    assert!(!world.is_held(other).await);
    // The same message is taken once the blob was spared.
    spare(&world, hash).await;
    assert_eq!(world.accept(&message).await, Accepted::New);
    assert!(!condemn(&world, hash, 7).await);
}

pub async fn a_condemned_blob_stops_only_those_that_name_it(store: PlatformStore) {
    let world = World::new(store).await;
    let (first, hash) = with_blob(&world, "a", 5).await;
    assert!(condemn(&world, hash, 6).await);
    let (second, _) = with_blob(&world, "b", 5).await;
    assert_eq!(world.accept(&second).await, Accepted::New);
    // What is in the row needs no blob, whatever its hash.
    let mut inline = first.clone();
    for (_, bytes) in &mut inline.attachments {
        *bytes = AttachmentBytes::Inline(bytes::Bytes::from_static(b"a"));
    }
    assert_eq!(world.accept(&inline).await, Accepted::New);
}

pub async fn a_retry_is_the_same_though_its_blob_is_condemned(store: PlatformStore) {
    let world = World::new(store).await;
    let (message, hash) = with_blob(&world, "a", 5).await;
    assert_eq!(world.accept(&message).await, Accepted::New);
    world.reject(message.envelope.reference, 6).await;
    let emptied = world.store.messages.empty_ended(at(7), 10).await.unwrap();
    assert_eq!(emptied.unused_blobs, [hash]);
    assert!(condemn(&world, hash, 8).await);
    assert_eq!(world.accept(&message).await, Accepted::Same);
}

pub async fn a_blob_is_condemned_once(store: PlatformStore) {
    let world = World::new(store).await;
    let hash = Hash::of(b"a");
    assert!(condemn(&world, hash, 5).await);
    assert!(!condemn(&world, hash, 6).await);
    spare(&world, hash).await;
    // One that was not condemned is spared already.
    spare(&world, hash).await;
    assert!(condemn(&world, hash, 7).await);
}

pub async fn a_blob_condemned_by_many_at_once_is_one_callers(store: PlatformStore) {
    let world = World::new(store).await;
    let hash = Hash::of(b"a");
    let done = super::world::race(20, |_| {
        let world = world.clone();
        async move { condemn(&world, hash, 5).await }
    })
    .await;
    assert_eq!(done.into_iter().filter(|condemned| *condemned).count(), 1);
}

pub async fn of_condemning_and_accepting_at_once_one_wins(store: PlatformStore) {
    let world = World::new(store).await;
    for round in 0..20 {
        let (message, hash) = with_blob(&world, &format!("blob {round}"), round).await;
        let messages = &world.store.messages;
        let (accepted, condemned) = tokio::join!(
            messages.accept(&SOMEBODY, &message),
            messages.condemn_blob(hash, at(round))
        );
        match (accepted.unwrap(), condemned.unwrap()) {
            (Accepted::New, false) | (Accepted::BlobGone, true) => {}
            other => panic!("round {round}: {other:?}"),
        }
    }
}

pub async fn condemned_blobs_that_were_left_are_taken_over_once(store: PlatformStore) {
    let world = World::new(store).await;
    let hashes = [b"a", b"b", b"c", b"d"].map(|name| Hash::of(name));
    for (hash, when) in hashes.into_iter().zip([10, 11, 12, 20]) {
        assert!(condemn(&world, hash, when).await);
    }
    spare(&world, hashes[1]).await;
    assert!(left(&world, 10, 100, 10).await.is_empty());
    assert_eq!(left(&world, 20, 100, 1).await, [hashes[0]]);
    assert_eq!(left(&world, 20, 100, 10).await, [hashes[2]]);
    // They count anew from then on, and are condemned all the while.
    assert!(left(&world, 20, 100, 10).await.is_empty());
    assert!(!condemn(&world, hashes[0], 101).await);
    let mut again = left(&world, 101, 200, 10).await;
    again.sort_unstable_by_key(|hash| *hash.as_bytes());
    let mut all = [hashes[0], hashes[2], hashes[3]];
    all.sort_unstable_by_key(|hash| *hash.as_bytes());
    assert_eq!(again, all);
}
