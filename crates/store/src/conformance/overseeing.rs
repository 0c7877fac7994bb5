//! What operators see of messages, toolbars and keys.

use super::world::{CONVERTS, EXPIRES, SOMEBODY, World, at, unknown};
use crate::platform::{Accepted, Narrow, Place, PlatformStore, Waits};
use model::message::{ClaimMode, Event, Stage, Status, SubStatus};
use model::{DeviceId, Hash, MessageRef};

async fn references(world: &World, which: &Narrow) -> Vec<MessageRef> {
    let page = world.store.oversight.seen(which, None, 100).await.unwrap();
    assert_eq!(page.next, None);
    page.rows.into_iter().map(|row| row.reference).collect()
}

fn at_place(place: Place) -> Narrow {
    Narrow {
        place: Some(place),
        ..Narrow::default()
    }
}

pub async fn messages_are_seen_newest_first_in_pages(store: PlatformStore) {
    let world = World::new(store).await;
    let mut expected = Vec::new();
    for accepted in 1..6 {
        expected.insert(0, world.accept_standard(accepted).await);
    }
    let all = Narrow::default();
    assert_eq!(references(&world, &all).await, expected);
    let oversight = &world.store.oversight;
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let page = oversight.seen(&all, before, 2).await.unwrap();
        assert!(page.rows.len() <= 2);
        found.extend(page.rows.into_iter().map(|row| row.reference));
        match page.next {
            Some(next) => before = Some(next),
            None => break,
        }
    }
    assert_eq!(found, expected);
}

pub async fn messages_are_seen_by_where_they_stand(store: PlatformStore) {
    let world = World::new(store).await;
    let rejected = world.accept_standard(1).await;
    world.reject(rejected, 2).await;
    let review = world.accept_standard(3).await;
    let import = world.accept_instant(4).await;
    let held = world.accept_standard(5).await;
    world.claim(held, ClaimMode::Review, 6).await;
    let completed = world.accept_standard(7).await;
    let fence = world.claim(completed, ClaimMode::Review, 8).await;
    world.changed(completed, Event::Imported { fence }, 9).await;
    for (place, expected) in [
        (Place::Import, vec![import]),
        (Place::Review, vec![review]),
        (Place::Held, vec![held]),
        (Place::Completed, vec![completed]),
        (Place::Rejected, vec![rejected]),
        (Place::Expired, vec![]),
    ] {
        assert_eq!(
            references(&world, &at_place(place)).await,
            expected,
            "{place:?}"
        );
        // Another index serves those of one practice that are not at their end.
        let here = Narrow {
            practice: Some(world.practice.clone()),
            ..at_place(place)
        };
        assert_eq!(references(&world, &here).await, expected, "{place:?}");
        let elsewhere = Narrow {
            practice: Some(world.other_practice.clone()),
            ..at_place(place)
        };
        assert!(references(&world, &elsewhere).await.is_empty(), "{place:?}");
    }
    for practice in [None, Some(world.practice.clone())] {
        let open = Narrow {
            open: true,
            practice,
            ..Narrow::default()
        };
        assert_eq!(references(&world, &open).await, [held, import, review]);
    }
    let settled = world.store.messages.settle_due(at(4 + CONVERTS), 10).await;
    assert!(settled.unwrap().changed > 0);
    assert!(
        references(&world, &at_place(Place::Import))
            .await
            .is_empty()
    );
    let settled = world.store.messages.settle_due(at(5 + EXPIRES), 10).await;
    assert!(settled.unwrap().changed > 0);
    assert_eq!(references(&world, &at_place(Place::Expired)).await.len(), 3);
}

pub async fn messages_are_seen_by_sender_and_age(store: PlatformStore) {
    let world = World::new(store).await;
    let (old, young) = (
        world.accept_standard(1).await,
        world.accept_standard(100).await,
    );
    let mut other = world.standard(50);
    other.envelope.client = world.other_client;
    assert_eq!(world.accept(&other).await, Accepted::New);
    let of = |client| Narrow {
        client: Some(client),
        ..Narrow::default()
    };
    assert_eq!(references(&world, &of(world.client)).await, [young, old]);
    let theirs = references(&world, &of(world.other_client)).await;
    assert_eq!(theirs, [other.envelope.reference]);
    let aged = |second| Narrow {
        accepted_before: Some(at(second)),
        ..Narrow::default()
    };
    assert_eq!(references(&world, &aged(50)).await, [old]);
    let both = [other.envelope.reference, old];
    assert_eq!(references(&world, &aged(51)).await, both);
}

pub async fn a_message_is_seen_with_its_history_and_without_words(store: PlatformStore) {
    let world = World::new(store).await;
    let message = world.standard(5);
    assert_eq!(world.accept(&message).await, Accepted::New);
    let envelope = message.envelope;
    world.reject(envelope.reference, 8).await;
    let oversight = &world.store.oversight;
    let found = oversight.seen_one(envelope.reference).await.unwrap();
    let (seen, history) = found.unwrap();
    assert_eq!(seen.reference, envelope.reference);
    assert_eq!(
        (seen.client, seen.client_name.as_str()),
        (world.client, "Pharmacy")
    );
    assert_eq!(seen.message_id, envelope.message_id);
    assert_eq!(
        (seen.practice.clone(), seen.topic.clone()),
        (envelope.practice, envelope.topic)
    );
    assert_eq!(
        (seen.accepted_at, seen.expires_at),
        (at(5), at(5 + EXPIRES))
    );
    assert_eq!((seen.attachments, seen.coded_items), (1, 1));
    assert_eq!(
        (seen.instant, seen.emptied, seen.changed_at),
        (false, false, at(8))
    );
    // The practice's words are for the sender.
    let reason = String::new();
    assert_eq!(seen.stage, Stage::Rejected { reason });
    let expected = [
        (Status::Pending, Some(SubStatus::AwaitingReview), at(5)),
        (Status::Pending, Some(SubStatus::ImportInProgress), at(8)),
        (Status::Rejected, None, at(8)),
    ];
    assert_eq!(history, expected);
    let by_id = oversight.seen_by_id(envelope.message_id).await.unwrap();
    assert_eq!(by_id, [seen]);
    assert_eq!(oversight.seen_one(unknown()).await.unwrap(), None);
    let emptied = world.store.messages.empty_ended(at(100), 10).await;
    assert_eq!(emptied.unwrap().messages, 1);
    let (seen, _) = oversight
        .seen_one(envelope.reference)
        .await
        .unwrap()
        .unwrap();
    assert!(seen.emptied && seen.attachments == 0);
}

pub async fn what_waits_is_counted_by_practice_and_age(store: PlatformStore) {
    let world = World::new(store).await;
    let oversight = &world.store.oversight;
    let marks = [at(1_000), at(500), at(100)];
    let none = oversight.waits(marks).await.unwrap();
    let quiet = |practice: &model::OdsCode| Waits {
        practice: practice.clone(),
        name: format!("Practice {practice}"),
        by_age: [0; 4],
        oldest: None,
    };
    assert_eq!(none, [quiet(&world.practice), quiet(&world.other_practice)]);
    for accepted in [50, 99, 100, 500, 999, 1_000, 1_001] {
        world.accept_standard(accepted).await;
    }
    let ended = world.accept_standard(10).await;
    world.reject(ended, 11).await;
    let found = oversight.waits(marks).await.unwrap();
    let busy = Waits {
        by_age: [2, 2, 1, 2],
        oldest: Some(at(50)),
        ..quiet(&world.practice)
    };
    assert_eq!(found, [busy, quiet(&world.other_practice)]);
}

pub async fn toolbars_are_seen_with_their_last_use(store: PlatformStore) {
    let world = World::new(store).await;
    let (first, second) = (world.device().await, world.device().await);
    let devices = &world.store.devices;
    let session = world.new_session(&second, "a-1", 50);
    assert!(devices.sign_in(&SOMEBODY, &session).await.unwrap());
    devices.touch_session(session.id, at(70)).await.unwrap();
    let oversight = &world.store.oversight;
    for practice in [None, Some(&world.practice)] {
        let mut seen = oversight.seen_devices(practice, 10).await.unwrap();
        seen.sort_by_key(|one| one.used_at);
        let ids: Vec<DeviceId> = seen.iter().map(|one| one.device.id).collect();
        assert_eq!(ids, [first.id, second.id]);
        let used: Vec<_> = seen.iter().map(|one| one.used_at).collect();
        assert_eq!(used, [None, Some(at(70))]);
        let one = oversight.seen_devices(practice, 1).await.unwrap();
        assert_eq!(one.len(), 1);
    }
    let elsewhere = oversight
        .seen_devices(Some(&world.other_practice), 10)
        .await;
    assert!(elsewhere.unwrap().is_empty());
    let signed_in = async |made, used| oversight.signed_in(at(made), at(used)).await.unwrap();
    assert_eq!(signed_in(0, 60).await, 1);
    assert_eq!(signed_in(0, 70).await, 0);
    assert_eq!(signed_in(50, 60).await, 0);
}

pub async fn a_blocked_toolbar_may_be_let_in_again(store: PlatformStore) {
    let world = World::new(store).await;
    let device = world.device().await;
    let devices = &world.store.devices;
    let unblock = async |id| devices.unblock_device(&SOMEBODY, id, at(9)).await.unwrap();
    assert!(!unblock(device.id).await);
    assert!(
        devices
            .block_device(&SOMEBODY, device.id, at(8))
            .await
            .unwrap()
    );
    assert!(unblock(device.id).await);
    let found = devices.device(device.id).await.unwrap();
    assert_eq!(found, Some(device));
}

pub async fn registration_keys_are_seen_until_they_end(store: PlatformStore) {
    let world = World::new(store).await;
    let second = world.registration_key("key-2", true).await;
    let first = world.registration_key("key-1", false).await;
    let devices = &world.store.devices;
    let device = world.new_device(1);
    assert!(devices.register(&SOMEBODY, "key-2", &device).await.unwrap());
    let oversight = &world.store.oversight;
    let seen = async |now| oversight.registration_keys(at(now)).await.unwrap();
    assert_eq!(seen(999).await, [(first.clone(), 0), (second, 1)]);
    assert!(seen(1_000).await.is_empty());
    let end = async |part_1: &str, when| {
        let ended = devices.end_registration_key(&SOMEBODY, part_1, at(when));
        ended.await.unwrap()
    };
    assert!(end("key-2", 500).await);
    assert!(end("key-2", 600).await);
    assert!(!end("key-3", 500).await);
    assert_eq!(seen(500).await, [(first, 0)]);
    let found = devices.registration_key("key-2").await.unwrap().unwrap();
    assert_eq!(found.key.ends_at, at(500));
}

pub async fn nothing_is_dead_but_what_is_stuck(store: PlatformStore) {
    let world = World::new(store).await;
    world.accept_standard(5).await;
    world.accept_instant(6).await;
    let oversight = &world.store.oversight;
    let dead = oversight.dead(at(5 + EXPIRES), 10).await.unwrap();
    assert!(dead.messages.is_empty() && dead.condemned.is_empty());
    let hash = Hash::of(b"unused");
    assert!(
        world
            .store
            .messages
            .condemn_blob(hash, at(20))
            .await
            .unwrap()
    );
    let dead = oversight.dead(at(30), 10).await.unwrap();
    assert_eq!(dead.condemned, [(hash, at(20))]);
}
