//! Events and what they do to stored messages.

use super::world::{EXPIRES, World, at, race, unknown};
use crate::platform::{Applied, PlatformStore};
use model::MessageRef;
use model::message::{ClaimMode, Event, Fence, LEASE, Refused, Review, Stage, Waiting};

pub async fn an_automatic_import_is_completed(store: PlatformStore) {
    let world = World::new(store).await;
    let reference = world.accept_instant(5).await;
    let fence = world.claim(reference, ClaimMode::Automatic, 6).await;
    let stored = world.changed(reference, Event::Imported { fence }, 7).await;
    let mode = ClaimMode::Automatic;
    assert_eq!(stored.stage, Stage::Completed { mode });
    assert_eq!(stored.changed_at, at(7));
    assert_eq!(stored, world.find(reference).await);
    assert_eq!(
        world.history(reference).await,
        [
            ("PENDING", "Awaiting instant import", 5),
            ("PENDING", "Import in progress", 6),
            ("COMPLETED", "Imported automatically", 7),
        ]
    );
}

pub async fn a_review_ends_with_import_or_rejection(store: PlatformStore) {
    let world = World::new(store).await;
    let imported = world.accept_standard(5).await;
    let fence = world.claim(imported, ClaimMode::Review, 6).await;
    world.changed(imported, Event::Imported { fence }, 7).await;
    let last = world.history(imported).await.pop();
    assert_eq!(last, Some(("COMPLETED", "Imported after review", 7)));
    let rejected = world.accept_standard(5).await;
    world.reject(rejected, 9).await;
    let stored = world.find(rejected).await;
    let reason = "not for us".to_owned();
    assert_eq!(stored.stage, Stage::Rejected { reason });
    assert_eq!(stored.history.len(), 3);
}

pub async fn every_stage_is_read_as_it_was_written(store: PlatformStore) {
    let world = World::new(store).await;
    let instant = world.accept_instant(5).await;
    let held = Event::Release { fence: Fence(1) };
    let failed = Event::ImportFailed {
        fence: Fence(2),
        reason: "no such patient".to_owned(),
    };
    let refused = Event::Rejected {
        fence: Fence(3),
        reason: "twice is enough".to_owned(),
    };
    let events = [
        (6, world.claim_event(ClaimMode::Automatic)),
        (7, held),
        (8, world.claim_event(ClaimMode::Automatic)),
        (9, failed),
        (10, world.claim_event(ClaimMode::Review)),
        (11, refused),
    ];
    for (when, event) in events {
        let answered = world.changed(instant, event, when).await;
        let read = world.find(instant).await;
        assert_eq!(answered, read);
    }
    // Withdrawn while claimed, then given back.
    let other = world.accept_instant(20).await;
    world.claim(other, ClaimMode::Automatic, 21).await;
    world.changed(other, Event::Withdrawn, 22).await;
    let stored = world.find(other).await;
    let expected = Waiting::Review(Review::AuthorisationWithdrawn);
    assert!(matches!(stored.stage, Stage::Claimed { otherwise, .. } if otherwise == expected));
    // A withdrawal during a claim changes what comes after, not the status.
    assert_eq!(stored.changed_at, at(21));
    let fence = Fence(1);
    let stored = world.changed(other, Event::Release { fence }, 23).await;
    assert_eq!(stored, world.find(other).await);
    // Converted, completed, expired.
    let expired = world.accept_instant(30).await;
    let settled = world.store.messages.settle_due(at(30 + EXPIRES), 10).await;
    assert_eq!(settled.unwrap().changed, 2);
    assert_eq!(world.find(expired).await.stage, Stage::Expired);
}

pub async fn of_two_claims_at_once_one_wins(store: PlatformStore) {
    let world = World::new(store).await;
    for round in 0..10 {
        let reference = world.accept_standard(round).await;
        let answers = race(2, |_| {
            let world = world.clone();
            let event = world.claim_event(ClaimMode::Review);
            async move { world.apply(reference, event, 20).await }
        })
        .await;
        let won = |answer: &&Applied| matches!(answer, Applied::Changed(_));
        assert_eq!(answers.iter().filter(won).count(), 1);
        assert!(answers.contains(&Applied::Refused(Refused::Held)));
    }
}

pub async fn a_held_message_cannot_be_claimed(store: PlatformStore) {
    let world = World::new(store).await;
    let reference = world.accept_standard(5).await;
    world.claim(reference, ClaimMode::Review, 6).await;
    let again = world.claim_event(ClaimMode::Review);
    assert_eq!(world.refused(reference, again, 7).await, Refused::Held);
    let automatic = world.claim_event(ClaimMode::Automatic);
    let other = world.accept_standard(5).await;
    let refused = world.refused(other, automatic, 7).await;
    assert_eq!(refused, Refused::NotInstant);
}

pub async fn a_lost_lease_cannot_complete(store: PlatformStore) {
    let world = World::new(store).await;
    let reference = world.accept_standard(5).await;
    let lost = world.claim(reference, ClaimMode::Review, 6).await;
    let late = Event::Imported { fence: lost };
    // The lease ended at 66; being late is enough.
    let refused = world.refused(reference, late.clone(), 66).await;
    assert_eq!(refused, Refused::LeaseLost);
    // Nor can it complete somebody else's claim.
    let fence = world.claim(reference, ClaimMode::Review, 70).await;
    assert_eq!(fence, lost.next());
    let refused = world.refused(reference, late, 71).await;
    assert_eq!(refused, Refused::LeaseLost);
    let stage = world.find(reference).await.stage;
    assert!(matches!(stage, Stage::Claimed { lease, .. } if lease.fence == fence));
    world
        .changed(reference, Event::Imported { fence }, 72)
        .await;
}

pub async fn a_renewed_lease_holds_on(store: PlatformStore) {
    let world = World::new(store).await;
    let reference = world.accept_standard(5).await;
    let fence = world.claim(reference, ClaimMode::Review, 6).await;
    let renew = Event::Renew {
        fence,
        lease: LEASE,
    };
    let told = async || {
        let toolbars = world.told(&world.toolbars()).await.len();
        (toolbars, world.told(&world.sender()).await.len())
    };
    let before = told().await;
    let stored = world.changed(reference, renew, 60).await;
    assert!(matches!(&stored.stage, Stage::Claimed { lease, .. } if lease.until == at(120)));
    assert_eq!(stored, world.find(reference).await);
    // The status is what it was, since when it was, and nobody hears of it.
    assert_eq!(stored.changed_at, at(6));
    assert_eq!(stored.history.len(), 2);
    assert_eq!(told().await, before);
    let settled = world.store.messages.settle_due(at(119), 10).await;
    assert_eq!(settled.unwrap().changed, 0);
    world
        .changed(reference, Event::Imported { fence }, 119)
        .await;
}

pub async fn a_failed_import_waits_for_a_person_with_its_reason(store: PlatformStore) {
    let world = World::new(store).await;
    let reference = world.accept_instant(5).await;
    let fence = world.claim(reference, ClaimMode::Automatic, 6).await;
    let reason = "no such patient".to_owned();
    let failed = Event::ImportFailed {
        fence,
        reason: reason.clone(),
    };
    let stored = world.changed(reference, failed, 7).await;
    let expected = Stage::Waiting {
        what: Waiting::Review(Review::ImportFailed(reason)),
        last_fence: fence,
    };
    assert_eq!(stored.stage, expected);
    let last = world.history(reference).await.pop();
    assert_eq!(last, Some(("PENDING", "Failed instant message import", 7)));
}

pub async fn a_released_message_goes_back(store: PlatformStore) {
    let world = World::new(store).await;
    let reference = world.accept_instant(5).await;
    let fence = world.claim(reference, ClaimMode::Automatic, 6).await;
    world.changed(reference, Event::Release { fence }, 7).await;
    assert_eq!(
        world.history(reference).await,
        [
            ("PENDING", "Awaiting instant import", 5),
            ("PENDING", "Import in progress", 6),
            ("PENDING", "Awaiting instant import", 7),
        ]
    );
    assert_eq!(
        world.claim(reference, ClaimMode::Automatic, 8).await,
        fence.next()
    );
}

pub async fn what_has_ended_never_changes(store: PlatformStore) {
    let world = World::new(store).await;
    let reference = world.accept_standard(5).await;
    world.reject(reference, 6).await;
    let before = world.find(reference).await;
    let events = [
        world.claim_event(ClaimMode::Review),
        Event::Imported { fence: Fence(1) },
        Event::Withdrawn,
    ];
    for event in events {
        assert_eq!(world.refused(reference, event, 7).await, Refused::Ended);
    }
    let settled = world.store.messages.settle_due(at(9 * EXPIRES), 10).await;
    assert_eq!(settled.unwrap().changed, 0);
    assert_eq!(world.find(reference).await, before);
}

pub async fn an_unknown_message_is_unknown(store: PlatformStore) {
    let world = World::new(store).await;
    let unknown: MessageRef = unknown();
    assert_eq!(
        world.apply(unknown, Event::Withdrawn, 7).await,
        Applied::Unknown
    );
}

pub async fn one_completion_counts(store: PlatformStore) {
    let world = World::new(store).await;
    let reference = world.accept_standard(5).await;
    let fence = world.claim(reference, ClaimMode::Review, 6).await;
    let answers = race(8, |_| {
        let world = world.clone();
        async move { world.apply(reference, Event::Imported { fence }, 7).await }
    })
    .await;
    let changed = |answer: &&Applied| matches!(answer, Applied::Changed(_));
    assert_eq!(answers.iter().filter(changed).count(), 1);
    assert_eq!(world.find(reference).await.history.len(), 3);
}
