//! A person takes a queued message out of its patient's line.

use super::world::{BY, World, at};
use crate::conformance::world::unknown;
use crate::gateway::{GatewayStore, Happening, Mend, Released, Stopped, Wake};
use model::ClientMessageId;
use model::outbox::{Bucket, State};

const STOPPED: &str = "stopped";

async fn stop(world: &World, id: ClientMessageId, when: i64) -> Stopped {
    let outbox = &world.store.outbox;
    outbox.stop(BY, id, STOPPED, at(when)).await.unwrap()
}

pub async fn a_stopped_message_is_refused_and_can_be_released(store: GatewayStore) {
    let world = World::new(store);
    let id = world.entered(5).await;
    let claimed = world.claim_one(6).await;
    world.again(&claimed, 7, 600).await;
    assert_eq!(stop(&world, id, 20).await, Stopped::Done);
    let stored = world.find(id).await;
    assert_eq!(
        (stored.state, stored.bucket),
        (State::Refused, Bucket::Refused)
    );
    assert_eq!(stored.problem.as_deref(), Some(STOPPED));
    assert_eq!((stored.changed_at, stored.tries), (at(20), 1));
    assert!(stored.has_content && !stored.blocked);
    let told = world.happened().await.pop().unwrap();
    let refused = Happening::Refused {
        message: id,
        problem: STOPPED.to_owned(),
    };
    assert_eq!(told, (20, BY.to_owned(), refused));
    let counts = world.store.outbox.counts().await.unwrap();
    assert!(counts.contains(&(Bucket::Refused, 1)) && counts.contains(&(Bucket::Queued, 0)));
    assert!(world.ids_due(1_000).await.is_empty());
    assert_eq!(world.store.outbox.next_due().await.unwrap(), None);

    let released = world.release(id, &Mend::default(), 1_001).await;
    assert_eq!(released, Released::Queued);
    assert_eq!(world.claim_one(1_002).await.message.tries, 2);
}

pub async fn the_next_of_a_patient_gets_the_turn_of_a_stopped_one(store: GatewayStore) {
    let world = World::new(store);
    let patient = world.patient();
    let first = world.about(&patient, 1).await;
    let second = world.about(&patient, 2).await;
    let third = world.about(&patient, 3).await;
    // One that waits leaves the line, and nobody else's turn changes.
    assert_eq!(stop(&world, second, 4).await, Stopped::Done);
    assert!(!world.find(first).await.blocked && world.find(third).await.blocked);
    let sending = world.store.wakes.subscribe(Wake::Sending);
    assert_eq!(stop(&world, first, 5).await, Stopped::Done);
    assert!(sending.has_changed().unwrap());
    assert_eq!(world.find(third).await.due_at, at(5));
    assert_eq!(world.ids_due(6).await, [third]);
    let released = world.release(first, &Mend::default(), 7).await;
    assert_eq!(released, Released::Queued);
    assert!(world.find(first).await.blocked);
}

pub async fn only_a_queued_message_is_stopped(store: GatewayStore) {
    let world = World::new(store);
    assert_eq!(stop(&world, unknown(), 1).await, Stopped::Unknown);
    let id = world.entered(5).await;
    let claimed = world.claim_one(6).await;
    assert_eq!(stop(&world, id, 7).await, Stopped::NotQueued);
    assert_eq!(world.find(id).await.state, State::Sending);
    world.accept(&claimed, 8).await;
    assert_eq!(stop(&world, id, 9).await, Stopped::NotQueued);
    let refused = world.refused(10).await;
    assert_eq!(stop(&world, refused, 11).await, Stopped::NotQueued);
    assert_ne!(world.find(refused).await.problem.as_deref(), Some(STOPPED));
    let twice = world.entered(12).await;
    assert_eq!(stop(&world, twice, 13).await, Stopped::Done);
    assert_eq!(stop(&world, twice, 14).await, Stopped::NotQueued);
    assert_eq!(world.happened_to(twice).await.len(), 2);
}

pub async fn of_stopping_and_claiming_at_once_one_wins(store: GatewayStore) {
    let world = World::new(store);
    let patient = world.patient();
    let mut first = world.about(&patient, 1).await;
    for round in 0..20 {
        let when = 10 + round;
        let next = world.about(&patient, when).await;
        let (stopped, claimed) = tokio::join!(stop(&world, first, when), world.claim(when, 10));
        let claimed_first = claimed.iter().any(|claimed| claimed.message.id == first);
        assert_eq!(stopped == Stopped::NotQueued, claimed_first, "{round}");
        assert!(claimed.len() <= 1, "{round}");
        let stands = world.find(first).await;
        if claimed_first {
            assert_eq!(stands.state, State::Sending);
            assert!(world.find(next).await.blocked);
            world.accept(&claimed[0], when).await;
        } else {
            assert_eq!(stands.problem.as_deref(), Some(STOPPED));
            // The next may have been claimed already.
            for claimed in &claimed {
                assert_eq!(claimed.message.id, next);
                world.again(claimed, when, when).await;
            }
        }
        assert!(!world.find(next).await.blocked);
        first = next;
    }
}
