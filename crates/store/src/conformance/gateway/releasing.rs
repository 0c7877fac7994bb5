//! A person mends a refused message and lets it go again.

use super::world::{BY, EXPIRES, World, at, content, ods, user};
use crate::conformance::world::unknown;
use crate::gateway::{GatewayStore, Happening, Mend, Released, Wake};
use model::outbox::{Bucket, State};

pub async fn a_released_message_is_queued_as_it_was(store: GatewayStore) {
    let world = World::new(store);
    let id = world.refused(5).await;
    let before = world.find(id).await;
    let sending = world.store.wakes.subscribe(Wake::Sending);
    assert_eq!(
        world.release(id, &Mend::default(), 20).await,
        Released::Queued
    );
    assert!(sending.has_changed().unwrap());
    let after = world.find(id).await;
    assert_eq!((after.state, after.bucket), (State::Queued, Bucket::Queued));
    assert_eq!((after.changed_at, after.due_at), (at(20), at(20)));
    assert_eq!((after.problem, after.blocked), (None, false));
    assert_eq!((after.number, after.tries), (before.number, before.tries));
    assert_eq!((after.topic, after.to), (before.topic, before.to));
    assert_eq!(
        (after.user, after.expires_at),
        (before.user, before.expires_at)
    );
    let told = world.happened().await.pop().unwrap();
    assert_eq!(told, (20, BY.to_owned(), Happening::Released(id)));
    // Its tries go on counting.
    let claimed = world.claim_one(21).await;
    assert_eq!(claimed.message.tries, 2);
    assert_eq!(claimed.content, content());
    world.accept(&claimed, 22).await;
    let attempts = world.store.outbox.attempts(id).await.unwrap();
    assert_eq!(attempts.len(), 2);
}

pub async fn what_is_mended_changes_and_nothing_else(store: GatewayStore) {
    let world = World::new(store);
    let id = world.refused(5).await;
    let mend = Mend {
        topic: Some("Other".to_owned()),
        to: Some(ods("GPPRAC002")),
        user: Some(user("dr-chen")),
        expires_at: Some(at(5 + 2 * EXPIRES)),
    };
    assert_eq!(world.release(id, &mend, 20).await, Released::Queued);
    let stored = world.find(id).await;
    assert_eq!(stored.topic, "Other");
    assert_eq!(stored.to, ods("GPPRAC002"));
    assert_eq!(stored.user, Some(user("dr-chen")));
    assert_eq!(stored.expires_at, at(5 + 2 * EXPIRES));
    assert_eq!(stored.entered_at, at(5));
}

pub async fn only_a_refused_message_is_released(store: GatewayStore) {
    let world = World::new(store);
    let nothing = Mend::default();
    let nobody = world.release(unknown(), &nothing, 1).await;
    assert_eq!(nobody, Released::Unknown);
    let id = world.entered(5).await;
    let mend = Mend {
        topic: Some("Other".to_owned()),
        ..nothing.clone()
    };
    assert_eq!(world.release(id, &mend, 6).await, Released::NotRefused);
    let claimed = world.claim_one(7).await;
    assert_eq!(world.release(id, &mend, 8).await, Released::NotRefused);
    world.accept(&claimed, 9).await;
    assert_eq!(world.release(id, &mend, 10).await, Released::NotRefused);
    assert_eq!(world.find(id).await.topic, "Dispense event");
    assert_eq!(world.happened_to(id).await.len(), 2);
}

pub async fn a_message_without_its_content_is_not_released(store: GatewayStore) {
    let world = World::new(store);
    let id = world.refused(5).await;
    let before = at(5 + EXPIRES + 1);
    let emptied = world.store.outbox.empty(before, before, 10).await;
    assert_eq!(emptied.unwrap(), 1);
    let released = world.release(id, &Mend::default(), 2 * EXPIRES).await;
    assert_eq!(released, Released::Emptied);
    assert_eq!(world.find(id).await.state, State::Refused);
}
