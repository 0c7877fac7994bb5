//! What messages lose after the retention period, and when a blob is free.

use super::world::{World, at, race};
use crate::platform::{Accepted, AttachmentBytes, Collected, NewMessage, PlatformStore};
use model::Hash;

/// Sends a message with one blob more than it had, and gives it back.
async fn send_with_blobs(world: &World, names: &[&str], accepted: i64) -> NewMessage {
    let mut message = world.standard(accepted);
    for name in names {
        world.attach(&mut message, name).await;
    }
    assert_eq!(world.accept(&message).await, Accepted::New);
    message
}

fn blob(name: &str) -> Hash {
    Hash::of(name.as_bytes())
}

async fn empty(world: &World, ended_before: i64, limit: u32) -> Collected {
    let messages = &world.store.messages;
    messages.empty_ended(at(ended_before), limit).await.unwrap()
}

pub async fn what_ended_long_ago_loses_its_content(store: PlatformStore) {
    let world = World::new(store).await;
    let message = send_with_blobs(&world, &["a"], 5).await;
    let reference = message.envelope.reference;
    world.reject(reference, 6).await;
    let before = world.find(reference).await;
    let collected = empty(&world, 7, 10).await;
    let expected = Collected {
        messages: 1,
        unused_blobs: vec![blob("a")],
        more: false,
    };
    assert_eq!(collected, expected);
    let messages = &world.store.messages;
    assert_eq!(messages.content(reference).await.unwrap(), None);
    for index in 0..2 {
        let attachment = messages.attachment(reference, index).await.unwrap();
        assert!(attachment.is_none());
    }
    // Its id, status and times stay, and so does its name's protection against a second message.
    assert_eq!(world.find(reference).await, before);
    assert_eq!(world.accept(&message).await, Accepted::Same);
    let listed = messages.get(reference).await.unwrap().unwrap();
    assert_eq!((listed.attachments, listed.coded_items), (0, 0));
    assert_eq!(empty(&world, 7, 10).await, Collected::default());
}

pub async fn what_ended_lately_keeps_its_content(store: PlatformStore) {
    let world = World::new(store).await;
    let reference = world.accept_standard(5).await;
    world.reject(reference, 6).await;
    assert_eq!(empty(&world, 6, 10).await, Collected::default());
    let content = world.store.messages.content(reference).await.unwrap();
    assert!(content.is_some());
}

pub async fn what_waits_keeps_its_content(store: PlatformStore) {
    let world = World::new(store).await;
    let message = send_with_blobs(&world, &["a"], 5).await;
    assert_eq!(empty(&world, 1_000_000, 10).await, Collected::default());
    let messages = &world.store.messages;
    let content = messages.content(message.envelope.reference).await;
    assert!(content.unwrap().is_some());
    assert!(world.is_held(blob("a")).await);
}

pub async fn no_more_than_the_limit_is_emptied(store: PlatformStore) {
    let world = World::new(store).await;
    for accepted in 0..5 {
        let reference = world.accept_standard(accepted).await;
        world.reject(reference, 6).await;
    }
    let mut emptied = Vec::new();
    for _ in 0..4 {
        let collected = empty(&world, 7, 2).await;
        emptied.push((collected.messages, collected.more));
    }
    assert_eq!(emptied, [(2, true), (2, true), (1, false), (0, false)]);
}

pub async fn little_is_emptied_at_a_time_when_there_is_much_in_it(store: PlatformStore) {
    let world = World::new(store).await;
    let mut references = Vec::new();
    for accepted in 0..4 {
        let mut message = world.standard(accepted);
        // As large as a row can be: what is in blobs does not count.
        let content = vec![b'x'; 600 * 1024];
        message.attachments[0].0.size = content.len() as u64;
        message.attachments[0].1 = AttachmentBytes::Inline(content.into());
        assert_eq!(world.accept(&message).await, Accepted::New);
        world.reject(message.envelope.reference, 6).await;
        references.push(message.envelope.reference);
    }
    let mut emptied = Vec::new();
    loop {
        let collected = empty(&world, 7, 100).await;
        emptied.push(collected.messages);
        if !collected.more {
            break;
        }
    }
    assert!(emptied.len() > 1, "{emptied:?}");
    assert_eq!(emptied.iter().sum::<u64>(), 4);
    for reference in references {
        let content = world.store.messages.content(reference).await;
        assert_eq!(content.unwrap(), None);
    }
}

pub async fn a_blob_is_free_when_the_last_message_lets_go(store: PlatformStore) {
    let world = World::new(store).await;
    assert!(!world.is_held(blob("a")).await);
    let first = send_with_blobs(&world, &["a", "b"], 5).await;
    let second = send_with_blobs(&world, &["a"], 6).await;
    world.reject(first.envelope.reference, 10).await;
    assert_eq!(empty(&world, 11, 10).await.unused_blobs, [blob("b")]);
    assert!(world.is_held(blob("a")).await);
    assert!(!world.is_held(blob("b")).await);
    world.reject(second.envelope.reference, 12).await;
    assert_eq!(empty(&world, 13, 10).await.unused_blobs, [blob("a")]);
    assert!(!world.is_held(blob("a")).await);
    // A blob that comes back counts anew.
    send_with_blobs(&world, &["a"], 14).await;
    assert!(world.is_held(blob("a")).await);
}

pub async fn a_blob_named_twice_by_one_message_is_free_once(store: PlatformStore) {
    let world = World::new(store).await;
    let mut message = world.standard(5);
    for _ in 0..2 {
        world.attach(&mut message, "a").await;
    }
    assert_eq!(world.accept(&message).await, Accepted::New);
    world.reject(message.envelope.reference, 6).await;
    assert_eq!(empty(&world, 7, 10).await.unused_blobs, [blob("a")]);
}

pub async fn messages_emptied_by_many_at_once_are_emptied_once(store: PlatformStore) {
    let world = World::new(store).await;
    for accepted in 0..20 {
        let message = send_with_blobs(&world, &["shared"], accepted).await;
        world.reject(message.envelope.reference, 30).await;
    }
    let collected = race(4, |_| {
        let world = world.clone();
        async move {
            let (mut messages, mut blobs) = (0, Vec::new());
            loop {
                let collected = empty(&world, 31, 3).await;
                if collected.messages == 0 {
                    return (messages, blobs);
                }
                messages += collected.messages;
                blobs.extend(collected.unused_blobs);
            }
        }
    })
    .await;
    let messages: u64 = collected.iter().map(|(messages, _)| messages).sum();
    assert_eq!(messages, 20);
    let blobs: Vec<_> = collected.into_iter().flat_map(|(_, blobs)| blobs).collect();
    assert_eq!(blobs, [blob("shared")]);
}
