//! One message at a time about each patient.

use super::world::{World, at, race};
use crate::gateway::{GatewayStore, Mend, Released};
use model::outbox::State;
use std::collections::HashMap;

/// Which of some messages wait for an earlier one.
async fn blocked(world: &World, ids: &[model::ClientMessageId]) -> Vec<bool> {
    let mut blocked = Vec::new();
    for id in ids {
        blocked.push(world.find(*id).await.blocked);
    }
    blocked
}

pub async fn the_first_about_a_patient_is_in_turn_and_others_wait(store: GatewayStore) {
    let world = World::new(store);
    let patient = world.patient();
    let first = world.about(&patient, 1).await;
    let second = world.about(&patient, 2).await;
    let third = world.about(&patient, 3).await;
    let all = [first, second, third];
    assert_eq!(blocked(&world, &all).await, [false, true, true]);
    assert_eq!(world.ids_due(10).await, [first]);
    // Sending, it holds its turn.
    let fourth = world.about(&patient, 11).await;
    assert!(world.find(fourth).await.blocked);
    assert!(world.ids_due(12).await.is_empty());
}

pub async fn whoever_ends_a_turn_gives_it_to_the_next(store: GatewayStore) {
    let world = World::new(store);
    let patient = world.patient();
    let mut all = Vec::new();
    for entered in 0..3 {
        all.push(world.about(&patient, entered).await);
    }
    let claimed = world.claim_one(10).await;
    world.accept(&claimed, 11).await;
    assert_eq!(blocked(&world, &all).await, [false, false, true]);
    // It is due at once, not before its turn began.
    assert_eq!(world.find(all[1]).await.due_at, at(11));
    assert_eq!(world.store.outbox.next_due().await.unwrap(), Some(at(11)));
    let claimed = world.claim_one(12).await;
    assert_eq!(claimed.message.id, all[1]);
    world.refuse(&claimed, 13).await;
    assert_eq!(blocked(&world, &all).await, [false, false, false]);
    assert_eq!(world.claim_one(14).await.message.id, all[2]);
}

pub async fn a_message_that_is_tried_again_keeps_its_turn(store: GatewayStore) {
    let world = World::new(store);
    let patient = world.patient();
    let first = world.about(&patient, 1).await;
    let second = world.about(&patient, 2).await;
    let claimed = world.claim_one(10).await;
    world.again(&claimed, 11, 60).await;
    assert_eq!(blocked(&world, &[first, second]).await, [false, true]);
    assert!(world.ids_due(59).await.is_empty());
    assert_eq!(world.ids_due(60).await, [first]);
}

pub async fn a_message_entered_after_a_turn_ended_is_in_turn(store: GatewayStore) {
    let world = World::new(store);
    let patient = world.patient();
    world.about(&patient, 1).await;
    let claimed = world.claim_one(2).await;
    world.refuse(&claimed, 3).await;
    // A refused message holds nobody up.
    let next = world.about(&patient, 4).await;
    assert_eq!(world.ids_due(5).await, [next]);
}

pub async fn a_released_message_goes_to_the_end_of_its_line(store: GatewayStore) {
    let world = World::new(store);
    let patient = world.patient();
    let first = world.about(&patient, 1).await;
    let second = world.about(&patient, 2).await;
    let third = world.about(&patient, 3).await;
    let claimed = world.claim_one(10).await;
    world.refuse(&claimed, 11).await;
    let released = world.release(first, &Mend::default(), 12).await;
    assert_eq!(released, Released::Queued);
    let all = [first, second, third];
    assert_eq!(blocked(&world, &all).await, [true, false, true]);
    for (when, expected) in [(20, second), (30, third), (40, first)] {
        let claimed = world.claim_one(when).await;
        assert_eq!(claimed.message.id, expected);
        world.accept(&claimed, when).await;
    }
    // Into an empty line: it is in turn at once.
    let other = world.patient();
    let alone = world.about(&other, 50).await;
    let claimed = world.claim_one(51).await;
    world.refuse(&claimed, 52).await;
    world.release(alone, &Mend::default(), 53).await;
    assert_eq!(world.ids_due(54).await, [alone]);
}

pub async fn two_hundred_patients_do_not_hold_each_other_up(store: GatewayStore) {
    let world = World::new(store);
    let mut first = Vec::new();
    for _ in 0..200 {
        let patient = world.patient();
        first.push(world.about(&patient, 1).await);
        world.about(&patient, 2).await;
    }
    let claimed = world.claim(10, 1_000).await;
    let ids: Vec<_> = claimed.iter().map(|claimed| claimed.message.id).collect();
    assert_eq!(ids.len(), 200);
    assert!(first.iter().all(|id| ids.contains(id)));
    for claimed in &claimed {
        world.accept(claimed, 11).await;
    }
    assert_eq!(world.claim(12, 1_000).await.len(), 200);
}

pub async fn of_many_entered_at_once_about_a_patient_one_is_in_turn(store: GatewayStore) {
    let world = World::new(store);
    let patient = world.patient();
    race(16, |place| {
        let (world, patient) = (world.clone(), patient.clone());
        async move {
            let when = i64::try_from(place).unwrap();
            world.about(&patient, when).await
        }
    })
    .await;
    for sent in 0..16 {
        let claimed = world.claim(100 + sent, 100).await;
        assert_eq!(claimed.len(), 1, "{sent}");
        world.accept(&claimed[0], 100 + sent).await;
    }
    assert!(world.claim(200, 100).await.is_empty());
}

pub async fn many_workers_keep_the_order_of_every_patient(store: GatewayStore) {
    let world = World::new(store);
    let mut order = HashMap::new();
    let mut lines = Vec::new();
    for _ in 0..10 {
        lines.push(world.patient());
    }
    for entered in 0..6 {
        for patient in &lines {
            let id = world.about(patient, entered).await;
            order.insert(id, (patient.clone(), world.find(id).await.number));
        }
    }
    let sent = race(8, |_| {
        let world = world.clone();
        async move {
            let mut sent = Vec::new();
            // Whoever finds nothing may have been overtaken: it looks again until everything was sent.
            while world.store.outbox.next_due().await.unwrap().is_some() {
                for claimed in world.claim(10, 2).await {
                    assert_eq!(claimed.message.state, State::Sending);
                    sent.push(claimed.message.id);
                    world.accept(&claimed, 10).await;
                }
                tokio::task::yield_now().await;
            }
            sent
        }
    })
    .await;
    assert_eq!(sent.iter().map(Vec::len).sum::<usize>(), 60);
    let mut newest = HashMap::new();
    for (_, _, happening) in world.happened().await {
        if let crate::gateway::Happening::Accepted(id) = happening {
            let (patient, number) = order.remove(&id).unwrap();
            let before = newest.insert(patient, number);
            assert!(before.is_none_or(|before| before < number));
        }
    }
    assert!(order.is_empty());
}

pub async fn releasing_and_entering_at_once_leaves_one_in_turn(store: GatewayStore) {
    let world = World::new(store);
    for round in 0..10 {
        let patient = world.patient();
        let refused = world.about(&patient, round).await;
        let claimed = world.claim_one(round).await;
        world.refuse(&claimed, round).await;
        race(2, |place| {
            let (world, patient) = (world.clone(), patient.clone());
            async move {
                if place == 0 {
                    world.about(&patient, round).await;
                } else {
                    world.release(refused, &Mend::default(), round).await;
                }
            }
        })
        .await;
        for _ in 0..2 {
            let claimed = world.claim_one(round).await;
            world.accept(&claimed, round).await;
        }
        assert!(world.ids_due(round).await.is_empty());
    }
}
