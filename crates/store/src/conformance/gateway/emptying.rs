//! Content goes some time after the end, and the rest stays.

use super::world::{EXPIRES, World, at, pdf, race};
use crate::gateway::{Entered, GatewayStore, NewMessage};
use model::message::Status;
use model::outbox::Bucket;

/// A message with its bytes that ended at `ended`; nothing else may be due.
async fn ended(world: &World, entered: i64, status: Status, ended: i64) -> NewMessage {
    let message = world.message(&world.patient(), entered).await;
    for part in 0..2 {
        let put = world.store.pieces.put(message.upload, part, 0, pdf());
        put.await.unwrap();
    }
    assert_eq!(world.enter(&message).await, Entered::New);
    let claimed = world.claim_one(entered).await;
    world.accept(&claimed, entered).await;
    world.ended(message.id, status, ended).await;
    message
}

/// Of refused messages, none.
async fn empty(world: &World, before: i64, limit: u32) -> u64 {
    let outbox = &world.store.outbox;
    let emptied = outbox.empty(at(before), at(0), limit);
    emptied.await.unwrap()
}

/// Of refused messages only.
async fn empty_refused(world: &World, before: i64) -> u64 {
    let outbox = &world.store.outbox;
    let emptied = outbox.empty(at(0), at(before), 10);
    emptied.await.unwrap()
}

pub async fn what_ended_long_ago_loses_its_content(store: GatewayStore) {
    let world = World::new(store);
    for (entered, status) in [
        (0, Status::Completed),
        (10, Status::Rejected),
        (20, Status::Expired),
    ] {
        let message = ended(&world, entered, status, entered + 5).await;
        let before = world.find(message.id).await;
        assert_eq!(empty(&world, entered + 5, 10).await, 0);
        assert_eq!(empty(&world, entered + 6, 10).await, 1);
        assert_eq!(empty(&world, entered + 6, 10).await, 0);
        let outbox = &world.store.outbox;
        assert_eq!(outbox.content(message.id).await.unwrap(), None);
        for part in 0..2 {
            let piece = world.store.pieces.get(message.upload, part, 0).await;
            assert_eq!(piece.unwrap(), None);
        }
        // Row, tries and events stay.
        let after = world.find(message.id).await;
        assert!(before.has_content && !after.has_content);
        assert_eq!(after.standing, before.standing);
        assert_eq!(outbox.attempts(message.id).await.unwrap().len(), 1);
        assert_eq!(world.happened_to(message.id).await.len(), 3);
    }
}

pub async fn what_still_matters_keeps_its_content(store: GatewayStore) {
    let world = World::new(store);
    let refused = world.refused(1).await;
    let pending = world.accepted(2).await;
    let completed = world.accepted(3).await;
    world.ended(completed, Status::Completed, EXPIRES).await;
    let queued = world.entered(4).await;
    assert_eq!(empty(&world, EXPIRES, 10).await, 0);
    for id in [refused, pending, completed, queued] {
        assert!(world.find(id).await.has_content);
        let content = world.store.outbox.content(id).await.unwrap();
        assert!(content.is_some());
    }
    // What is queued is sent, or refused, before its content goes.
    assert_eq!(empty(&world, 100 * EXPIRES, 10).await, 2);
    assert_eq!(empty_refused(&world, 100 * EXPIRES).await, 1);
    assert!(world.find(queued).await.has_content);
    assert_eq!(world.claim_one(5).await.message.id, queued);
}

pub async fn what_was_never_taken_loses_its_content_after_its_time(store: GatewayStore) {
    let world = World::new(store);
    let pending = world.accepted(2).await;
    assert_eq!(empty(&world, 2 + EXPIRES, 10).await, 0);
    assert_eq!(empty(&world, 3 + EXPIRES, 10).await, 1);
    let found = world.find(pending).await;
    assert_eq!((found.bucket, found.has_content), (Bucket::Pending, false));
}

pub async fn what_was_refused_keeps_its_content_from_then_on_and_while_its_time_runs(
    store: GatewayStore,
) {
    let world = World::new(store);
    let early = world.refused(1).await;
    // Refused long after its time ran out: nobody could be told before.
    let late = world.entered(2).await;
    let claimed = world.claim_one(3 * EXPIRES).await;
    world.refuse(&claimed, 3 * EXPIRES).await;
    assert_eq!(empty(&world, 100 * EXPIRES, 10).await, 0);
    assert_eq!(empty_refused(&world, 1 + EXPIRES).await, 0);
    assert_eq!(empty_refused(&world, 2 + EXPIRES).await, 1);
    assert!(!world.find(early).await.has_content);
    assert_eq!(empty_refused(&world, 3 * EXPIRES).await, 0);
    assert!(world.find(late).await.has_content);
    assert_eq!(empty_refused(&world, 3 * EXPIRES + 1).await, 1);
    assert!(!world.find(late).await.has_content);
}

pub async fn no_more_than_the_limit_is_emptied(store: GatewayStore) {
    let world = World::new(store);
    for entered in 0..5 {
        ended(&world, entered, Status::Completed, entered).await;
    }
    let mut emptied = Vec::new();
    for _ in 0..4 {
        emptied.push(empty(&world, 100, 2).await);
    }
    assert_eq!(emptied, [2, 2, 1, 0]);
}

pub async fn messages_emptied_by_many_at_once_are_emptied_once(store: GatewayStore) {
    let world = World::new(store);
    for entered in 0..12 {
        ended(&world, entered, Status::Completed, entered).await;
    }
    let emptied = race(4, |_| {
        let world = world.clone();
        async move {
            let mut all = 0;
            for _ in 0..12 {
                all += empty(&world, 100, 3).await;
            }
            all
        }
    })
    .await;
    assert_eq!(emptied.iter().sum::<u64>(), 12, "{emptied:?}");
}

pub async fn an_emptied_message_is_still_the_same(store: GatewayStore) {
    let world = World::new(store);
    let message = ended(&world, 0, Status::Completed, 5).await;
    assert_eq!(empty(&world, 10, 10).await, 1);
    let mut again = message.clone();
    again.upload = world.upload(20).await;
    let state = model::outbox::State::Accepted;
    assert_eq!(world.enter(&again).await, Entered::Same(state));
}
