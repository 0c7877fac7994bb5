//! Claims under a lease, fences, and what came of each try.

use super::world::{EXPIRES, World, at, content, race};
use crate::conformance::world::unknown;
use crate::gateway::{Attempt, AttemptOutcome, GatewayStore, Happening, Settled, Wake};
use jiff::SignedDuration;
use model::outbox::{Bucket, LEASE, State};

const LEASE_SECONDS: i64 = LEASE.as_secs();

fn attempt(number: u32, began: i64, ended: Option<(i64, AttemptOutcome)>) -> Attempt {
    Attempt {
        number,
        began_at: at(began),
        ended_at: ended.as_ref().map(|(when, _)| at(*when)),
        outcome: ended.map(|(_, outcome)| outcome),
    }
}

pub async fn a_claimed_message_has_all_that_it_carries(store: GatewayStore) {
    let world = World::new(store);
    let message = world.message(&world.patient(), 5).await;
    world.enter(&message).await;
    let claimed = world.claim_one(10).await;
    assert_eq!(claimed.upload, message.upload);
    assert_eq!(claimed.content, content());
    let stored = world.find(message.id).await;
    assert_eq!(claimed.message, stored);
    assert_eq!((stored.state, stored.tries), (State::Sending, 1));
    assert_eq!((stored.changed_at, stored.bucket), (at(10), Bucket::Queued));
    let attempts = world.store.outbox.attempts(message.id).await.unwrap();
    assert_eq!(attempts, [attempt(1, 10, None)]);
}

pub async fn claims_raced_give_each_message_once(store: GatewayStore) {
    let world = World::new(store);
    for _ in 0..60 {
        world.entered(1).await;
    }
    let claimed = race(8, |_| {
        let world = world.clone();
        async move {
            let mut all = Vec::new();
            // What another holds may be left out of an answer, and is that one's.
            for _ in 0..30 {
                let some = world.claim(10, 3).await;
                all.extend(
                    some.iter()
                        .map(|claimed| (claimed.message.id, claimed.fence)),
                );
                tokio::task::yield_now().await;
            }
            all
        }
    })
    .await;
    let mut claimed: Vec<_> = claimed.into_iter().flatten().collect();
    assert_eq!(claimed.len(), 60);
    assert!(claimed.iter().all(|(_, fence)| *fence == claimed[0].1));
    claimed.sort_unstable();
    claimed.dedup_by_key(|(id, _)| *id);
    assert_eq!(claimed.len(), 60);
}

pub async fn the_longest_due_come_first_up_to_the_limit(store: GatewayStore) {
    let world = World::new(store);
    let third = world.entered(3).await;
    let first = world.entered(1).await;
    let second = world.entered(2).await;
    world.entered(9).await;
    let claimed = world.claim(5, 2).await;
    let ids: Vec<_> = claimed.iter().map(|claimed| claimed.message.id).collect();
    assert_eq!(ids, [first, second]);
    // A lease that ended before counts like a message that is due since then.
    let late = 2 * LEASE_SECONDS;
    assert_eq!(world.claim(late, 1).await[0].message.id, third);
}

pub async fn nothing_is_claimed_before_it_is_due(store: GatewayStore) {
    let world = World::new(store);
    let outbox = &world.store.outbox;
    assert_eq!(outbox.next_due().await.unwrap(), None);
    let id = world.entered(5).await;
    assert_eq!(outbox.next_due().await.unwrap(), Some(at(5)));
    assert!(world.claim(4, 10).await.is_empty());
    let claimed = world.claim_one(5).await;
    assert_eq!(outbox.next_due().await.unwrap(), Some(at(5) + LEASE));
    world.again(&claimed, 6, 100).await;
    let stored = world.find(id).await;
    assert_eq!((stored.state, stored.due_at), (State::Queued, at(100)));
    assert_eq!((stored.changed_at, stored.tries), (at(6), 1));
    assert_eq!(outbox.next_due().await.unwrap(), Some(at(100)));
    assert!(world.claim(99, 10).await.is_empty());
    let claimed = world.claim_one(100).await;
    world.accept(&claimed, 101).await;
    assert_eq!(outbox.next_due().await.unwrap(), None);
}

pub async fn an_old_fence_writes_nothing(store: GatewayStore) {
    let world = World::new(store);
    let id = world.entered(5).await;
    let old = world.claim_one(5).await;
    let new = world.claim_one(5 + LEASE_SECONDS).await;
    assert!(new.fence > old.fence);
    let events = world.happened().await.len();
    let before = world.find(id).await;
    let look_at = at(300);
    let due_at = at(300);
    let problem = "conflict".to_owned();
    for settled in [
        Settled::Accepted { look_at },
        Settled::Again { due_at },
        Settled::Refused { problem },
    ] {
        assert!(!world.settle(&old, 200, settled).await);
    }
    assert_eq!(world.find(id).await, before);
    assert_eq!(world.happened().await.len(), events);
    world.accept(&new, 201).await;
    // It counts once.
    assert!(!world.settle(&new, 202, Settled::Accepted { look_at }).await);
    let (outcome, settled) = (AttemptOutcome::Accepted, Settled::Accepted { look_at });
    let outbox = &world.store.outbox;
    let nobody = outbox.settle(unknown(), 1, at(203), &outcome, &settled);
    assert!(!nobody.await.unwrap());
}

pub async fn a_lease_that_ended_is_claimed_again(store: GatewayStore) {
    let world = World::new(store);
    let id = world.entered(5).await;
    let first = world.claim_one(5).await;
    assert!(world.claim(5 + LEASE_SECONDS - 1, 10).await.is_empty());
    let again = 5 + LEASE_SECONDS;
    let second = world.claim_one(again).await;
    assert_eq!(second.message.id, first.message.id);
    assert_eq!(second.message.tries, 2);
    assert_eq!(second.upload, first.upload);
    world.accept(&second, again + 1).await;
    let attempts = world.store.outbox.attempts(id).await.unwrap();
    let accepted = Some((again + 1, AttemptOutcome::Accepted));
    assert_eq!(attempts, [attempt(1, 5, None), attempt(2, again, accepted)]);
}

pub async fn of_two_ends_of_one_try_one_counts(store: GatewayStore) {
    let world = World::new(store);
    let id = world.entered(5).await;
    let claimed = world.claim_one(5).await;
    let ends = race(6, |place| {
        let (world, claimed) = (world.clone(), claimed.clone());
        async move {
            let settled = if place % 2 == 0 {
                Settled::Accepted { look_at: at(20) }
            } else {
                let problem = "conflict".to_owned();
                Settled::Refused { problem }
            };
            world.settle(&claimed, 6, settled).await
        }
    })
    .await;
    assert_eq!(ends.iter().filter(|end| **end).count(), 1, "{ends:?}");
    assert_eq!(world.happened_to(id).await.len(), 2);
}

pub async fn an_accepted_message_is_asked_after(store: GatewayStore) {
    let world = World::new(store);
    let id = world.entered(5).await;
    let claimed = world.claim_one(10).await;
    assert!(
        world
            .settle(&claimed, 11, Settled::Accepted { look_at: at(16) })
            .await
    );
    let stored = world.find(id).await;
    assert_eq!(
        (stored.state, stored.bucket),
        (State::Accepted, Bucket::Pending)
    );
    assert_eq!(
        (stored.accepted_at, stored.changed_at),
        (Some(at(11)), at(11))
    );
    assert_eq!((stored.look_at, stored.standing), (Some(at(16)), None));
    let told = world.happened().await.pop().unwrap();
    let expected = (11, "gateway".to_owned(), Happening::Accepted(id));
    assert_eq!(told, expected);
    assert!(world.claim(100_000, 10).await.is_empty());
}

pub async fn a_refused_message_keeps_its_problem(store: GatewayStore) {
    let world = World::new(store);
    let id = world.refused(5).await;
    let stored = world.find(id).await;
    assert_eq!(
        (stored.state, stored.bucket),
        (State::Refused, Bucket::Refused)
    );
    assert_eq!(stored.problem.as_deref(), Some("invalid-parameters"));
    assert_eq!((stored.accepted_at, stored.look_at), (None, None));
    let told = world.happened().await.pop().unwrap();
    let refused = Happening::Refused {
        message: id,
        problem: "invalid-parameters".to_owned(),
    };
    assert_eq!(told, (5, "gateway".to_owned(), refused));
    assert!(world.claim(100_000, 10).await.is_empty());
}

pub async fn every_outcome_is_read_as_it_was_written(store: GatewayStore) {
    let world = World::new(store);
    let id = world.entered(0).await;
    let problem = Some("{\"detail\":\"naïve 💊\"}".to_owned());
    let outcomes = [
        AttemptOutcome::Nothing("unreachable".to_owned()),
        AttemptOutcome::Answer {
            status: 503,
            problem: None,
        },
        AttemptOutcome::Answer {
            status: 429,
            problem,
        },
        AttemptOutcome::NotSent("no-authorisation".to_owned()),
        AttemptOutcome::Accepted,
    ];
    let mut expected = Vec::new();
    for (number, outcome) in (1_u32..).zip(outcomes) {
        let when = i64::from(number) * 10;
        let claimed = world.claim_one(when).await;
        let settled = match outcome {
            AttemptOutcome::Accepted => Settled::Accepted { look_at: at(99) },
            _ => Settled::Again {
                due_at: at(when + 5),
            },
        };
        let outbox = &world.store.outbox;
        let settled = outbox.settle(id, claimed.fence, at(when + 1), &outcome, &settled);
        assert!(settled.await.unwrap());
        expected.push(attempt(number, when, Some((when + 1, outcome))));
    }
    assert_eq!(world.store.outbox.attempts(id).await.unwrap(), expected);
    assert!(
        world
            .store
            .outbox
            .attempts(unknown())
            .await
            .unwrap()
            .is_empty()
    );
}

pub async fn of_very_many_tries_the_first_and_the_last_are_read(store: GatewayStore) {
    let world = World::new(store);
    let id = world.entered(0).await;
    for when in 0..230 {
        let claimed = world.claim_one(when).await;
        world.again(&claimed, when, when + 1).await;
    }
    let attempts = world.store.outbox.attempts(id).await.unwrap();
    let numbers: Vec<_> = attempts.iter().map(|attempt| attempt.number).collect();
    let expected: Vec<_> = (1..=100).chain(131..=230).collect();
    assert_eq!(numbers, expected);
}

pub async fn a_turn_given_on_and_a_try_put_off_wake_whoever_sends(store: GatewayStore) {
    let world = World::new(store);
    let patient = world.patient();
    world.about(&patient, 1).await;
    world.about(&patient, 2).await;
    let claimed = world.claim_one(3).await;
    let mut sending = world.store.wakes.subscribe(Wake::Sending);
    world.again(&claimed, 4, 5).await;
    assert!(sending.has_changed().unwrap());
    sending.mark_unchanged();
    let claimed = world.claim_one(5).await;
    world.accept(&claimed, 6).await;
    assert!(sending.has_changed().unwrap());
}

pub async fn finer_times_than_milliseconds_make_no_claim_early(store: GatewayStore) {
    let world = World::new(store);
    world.entered(5).await;
    let claimed = world.claim_one(5).await;
    let due_at = at(10) + SignedDuration::from_nanos(1_500_000);
    assert!(world.settle(&claimed, 6, Settled::Again { due_at }).await);
    let next = world.store.outbox.next_due().await.unwrap().unwrap();
    let claimed = world.store.outbox.claim(next, next + LEASE, 1).await;
    assert_eq!(
        claimed.unwrap().len(),
        1,
        "what is due next can be claimed then"
    );
}

pub async fn leases_of_whoever_is_gone_end_at_once(store: GatewayStore) {
    let world = World::new(store);
    let (first, second) = (world.entered(1).await, world.entered(2).await);
    let waiting = world.entered(50).await;
    let lost = world.claim(10, 2).await;
    assert_eq!(lost.len(), 2);
    let mut sending = world.store.wakes.subscribe(Wake::Sending);
    let outbox = &world.store.outbox;
    assert_eq!(outbox.lost_all(at(20)).await.unwrap(), 2);
    assert!(sending.has_changed().unwrap());
    sending.mark_unchanged();
    assert_eq!(outbox.next_due().await.unwrap(), Some(at(20)));
    let mut again = world.claim(20, 10).await;
    again.sort_by_key(|claimed| claimed.message.number);
    let ids: Vec<_> = again.iter().map(|claimed| claimed.message.id).collect();
    assert_eq!(ids, [first, second]);
    assert!(again.iter().all(|claimed| claimed.message.tries == 2));
    // Whoever held them has lost them.
    let look_at = at(30);
    assert!(
        !world
            .settle(&lost[0], 21, Settled::Accepted { look_at })
            .await
    );
    assert_eq!(world.claim_one(50).await.message.id, waiting);
}

/// Refuses what has expired by `when`.
async fn expire(world: &World, when: i64, limit: u32) -> u64 {
    let outbox = &world.store.outbox;
    let expired = outbox.expire(at(when), "validation-error", limit);
    expired.await.unwrap()
}

pub async fn what_expires_untried_is_refused_and_told_then(store: GatewayStore) {
    let world = World::new(store);
    let patient = world.patient();
    let first = world.about(&patient, 1).await;
    let second = world.about(&patient, 2).await;
    let third = world.about(&patient, 3).await;
    assert_eq!(expire(&world, EXPIRES, 10).await, 0);
    let mut sending = world.store.wakes.subscribe(Wake::Sending);
    assert_eq!(expire(&world, 2 + EXPIRES, 1).await, 1);
    // Its turn goes to the next one, which has expired as well.
    assert!(sending.has_changed().unwrap());
    sending.mark_unchanged();
    assert!(!world.find(second).await.blocked);
    assert_eq!(expire(&world, 2 + EXPIRES, 10).await, 1);
    assert_eq!(expire(&world, 2 + EXPIRES, 10).await, 0);
    for id in [first, second] {
        let stored = world.find(id).await;
        assert_eq!(
            (stored.state, stored.bucket),
            (State::Refused, Bucket::Refused)
        );
        assert_eq!(stored.problem.as_deref(), Some("validation-error"));
        assert_eq!((stored.changed_at, stored.tries), (at(2 + EXPIRES), 1));
        assert!(stored.has_content && !stored.blocked);
        let when = 2 + EXPIRES;
        let not_sent = AttemptOutcome::NotSent("expired".to_owned());
        let attempts = world.store.outbox.attempts(id).await.unwrap();
        assert_eq!(attempts, [attempt(1, when, Some((when, not_sent)))]);
        let refused = Happening::Refused {
            message: id,
            problem: "validation-error".to_owned(),
        };
        assert_eq!(world.happened_to(id).await.pop(), Some(refused));
    }
    let counts = world.store.outbox.counts().await.unwrap();
    assert!(counts.contains(&(Bucket::Refused, 2)), "{counts:?}");
    assert!(counts.contains(&(Bucket::Queued, 1)), "{counts:?}");
    assert_eq!(world.claim_one(2 + EXPIRES).await.message.id, third);
}

pub async fn what_was_tried_does_not_expire_unasked(store: GatewayStore) {
    let world = World::new(store);
    let patient = world.patient();
    let tried = world.about(&patient, 1).await;
    let behind = world.about(&patient, 2).await;
    let claimed = world.claim_one(5).await;
    assert_eq!(
        expire(&world, 2 * EXPIRES, 10).await,
        1,
        "only the other one"
    );
    assert_eq!(world.find(behind).await.state, State::Refused);
    world.again(&claimed, 6, 7).await;
    assert_eq!(expire(&world, 2 * EXPIRES, 10).await, 0);
    let claimed = world.claim_one(7).await;
    assert_eq!(claimed.message.id, tried);
    world.accept(&claimed, 8).await;
}
