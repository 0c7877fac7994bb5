//! What time alone brings to stored messages.

use super::world::{CONVERTS, EXPIRES, SOMEBODY, World, at, race};
use crate::platform::{Accepted, Applied, FeedItem, PlatformStore, settled};
use jiff::{SignedDuration, Timestamp};
use model::message::{ClaimMode, Event, Refused, Review, Stage, Status, SubStatus, Waiting};

/// How many messages a round changed, and whether others are left. Nothing is set aside.
async fn settle(world: &World, now: Timestamp, limit: u32) -> (u64, bool) {
    let settled = world.store.messages.settle_due(now, limit).await.unwrap();
    assert!(settled.set_aside.is_empty());
    (settled.changed, settled.more)
}

pub async fn a_message_converts_when_its_time_comes(store: PlatformStore) {
    let world = World::new(store).await;
    let reference = world.accept_instant(5).await;
    assert_eq!(settle(&world, at(5 + CONVERTS), 10).await, (1, false));
    assert_eq!(settle(&world, at(5 + CONVERTS), 10).await, (0, false));
    assert_eq!(
        world.history(reference).await,
        [
            ("PENDING", "Awaiting instant import", 5),
            ("PENDING", "Instant message timed out", 5 + CONVERTS),
        ]
    );
    // Now everybody at the practice is told.
    let told = world.told(&world.toolbars()).await.pop().unwrap();
    let everyone = FeedItem::Message {
        reference,
        only: None,
    };
    assert_eq!((told.at, told.item), (at(5 + CONVERTS), everyone));
    let told = world.statuses_told().await.pop().unwrap();
    assert_eq!(
        told,
        (Status::Pending, Some(SubStatus::InstantMessageTimedOut))
    );
}

pub async fn sweeping_does_what_reading_would(store: PlatformStore) {
    let world = World::new(store).await;
    let now = at(CONVERTS + 100);
    let mut all = Vec::new();
    // Waiting, converted, claimed with a live lease, claimed with a dead one, claimed past conversion.
    all.push(world.accept_standard(1).await);
    all.push(world.accept_instant(2).await);
    for claimed in [10, CONVERTS, CONVERTS + 80] {
        let reference = world.accept_instant(3).await;
        if claimed <= CONVERTS {
            world.claim(reference, ClaimMode::Automatic, claimed).await;
        } else {
            world.claim(reference, ClaimMode::Review, claimed).await;
        }
        all.push(reference);
    }
    let mut short = world.standard(4);
    short.envelope.expires_at = at(20);
    assert_eq!(world.accept(&short).await, Accepted::New);
    all.push(short.envelope.reference);
    let mut expected = Vec::new();
    for reference in &all {
        let stored = world.find(*reference).await;
        let (stage, steps) = settled(&stored, now);
        expected.push((stage, stored.history.len(), steps));
    }
    while settle(&world, now, 2).await.1 {}
    for (reference, (stage, lines, steps)) in all.iter().zip(expected) {
        let stored = world.find(*reference).await;
        assert_eq!(stored.stage, stage);
        assert_eq!(stored.history.len(), lines + steps.len());
        if let Some(last) = steps.last() {
            assert_eq!(stored.changed_at, last.at);
        }
        assert_eq!(settled(&stored, now).1, []);
    }
}

pub async fn a_refusal_still_writes_what_time_brought(store: PlatformStore) {
    let world = World::new(store).await;
    let reference = world.accept_instant(5).await;
    let automatic = world.claim_event(ClaimMode::Automatic);
    let refused = world.refused(reference, automatic, 5 + CONVERTS + 1).await;
    assert_eq!(refused, Refused::NotInstant);
    let stored = world.find(reference).await;
    let what = Waiting::Review(Review::TimedOut);
    assert!(matches!(stored.stage, Stage::Waiting { what: found, .. } if found == what));
    assert_eq!(stored.changed_at, at(5 + CONVERTS));
}

pub async fn a_clock_set_back_leaves_a_holder_one_lease(store: PlatformStore) {
    let world = World::new(store).await;
    let reference = world.accept_instant(5).await;
    world.claim(reference, ClaimMode::Automatic, 300).await;
    // Whoever asks in vain has the lease cut, once.
    for now in [100, 130] {
        let review = world.claim_event(ClaimMode::Review);
        assert_eq!(world.refused(reference, review, now).await, Refused::Held);
    }
    assert_eq!(settle(&world, at(159), 10).await, (0, false));
    assert_eq!(settle(&world, at(160), 10).await, (1, false));
    world.claim(reference, ClaimMode::Automatic, 161).await;
    let lines = world.history(reference).await;
    let times: Vec<_> = lines.iter().map(|(_, _, at)| *at).collect();
    assert_eq!(times, [5, 300, 300, 300], "no history goes back");
}

pub async fn steps_carry_their_own_times(store: PlatformStore) {
    let world = World::new(store).await;
    let reference = world.accept_instant(5).await;
    world.claim(reference, ClaimMode::Automatic, 6).await;
    // Nothing looks at it until the next day: the lease, the conversion and the message have all ended.
    world
        .refused(reference, Event::Withdrawn, EXPIRES + 100)
        .await;
    assert_eq!(
        world.history(reference).await,
        [
            ("PENDING", "Awaiting instant import", 5),
            ("PENDING", "Import in progress", 6),
            ("PENDING", "Awaiting instant import", 66),
            ("PENDING", "Instant message timed out", 5 + CONVERTS),
            ("EXPIRED", "", 5 + EXPIRES),
        ]
    );
    let told = world.told(&world.sender()).await;
    let times: Vec<_> = told.iter().map(|entry| entry.at).collect();
    let expected = [5, 6, 66, 5 + CONVERTS, 5 + EXPIRES].map(at);
    assert_eq!(times, expected);
}

pub async fn no_more_than_the_limit_is_settled(store: PlatformStore) {
    let world = World::new(store).await;
    for accepted in 0..5 {
        world.accept_standard(accepted).await;
    }
    let later = at(2 * EXPIRES);
    let mut swept = Vec::new();
    for _ in 0..4 {
        swept.push(settle(&world, later, 2).await);
    }
    assert_eq!(swept, [(2, true), (2, true), (1, false), (0, false)]);
}

pub async fn nothing_is_settled_before_its_time(store: PlatformStore) {
    let world = World::new(store).await;
    let reference = world.accept_instant(5).await;
    let before = world.find(reference).await;
    let just = at(5 + CONVERTS) - SignedDuration::from_millis(1);
    assert_eq!(settle(&world, just, 10).await, (0, false));
    assert_eq!(world.find(reference).await, before);
}

pub async fn finer_times_than_milliseconds_do_no_harm(store: PlatformStore) {
    let world = World::new(store).await;
    let messages = &world.store.messages;
    let reference = world.accept_standard(5).await;
    let claim = world.claim_event(ClaimMode::Review);
    let fine = at(6) + SignedDuration::from_nanos(123_456_789);
    let answer = messages.apply(&SOMEBODY, reference, &claim, fine).await;
    let Applied::Changed(stored) = answer.unwrap() else {
        panic!("not claimed");
    };
    // What was answered is what is read, to the last digit.
    assert_eq!(*stored, world.find(reference).await);
}

pub async fn messages_settled_by_many_at_once_are_settled_once(store: PlatformStore) {
    let world = World::new(store).await;
    let mut references = Vec::new();
    for accepted in 0..20 {
        let token = world.token(&world.doctor).await;
        let message = world.instant(&world.doctor, token, accepted);
        assert_eq!(world.accept(&message).await, Accepted::New);
        references.push(message.envelope.reference);
    }
    let changed = race(4, |_| {
        let world = world.clone();
        async move {
            let mut all = 0;
            // What another has in its hands may be left out, and is that one's to settle.
            loop {
                match settle(&world, at(CONVERTS + 100), 3).await {
                    (0, _) => return all,
                    (changed, _) => all += changed,
                }
            }
        }
    })
    .await;
    assert_eq!(changed.iter().sum::<u64>(), 20, "{changed:?}");
    for reference in references {
        assert_eq!(world.history(reference).await.len(), 2);
    }
    assert_eq!(world.store.audit.verify().await.unwrap().broken_at, None);
}
