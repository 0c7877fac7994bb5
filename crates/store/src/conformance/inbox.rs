//! What waits at a practice, and how many messages stand where.

use super::world::{CONVERTS, EXPIRES, SOMEBODY, World, at, spine, unknown};
use crate::platform::{Accepted, Holder, PlatformStore, WaitingMessage};
use model::message::{ClaimMode, Event, LEASE, Stage, Status, SubStatus};
use model::practitioner::Practitioner;
use model::{MessageRef, OdsCode};

async fn page(
    world: &World,
    who: &Practitioner,
    after: Option<MessageRef>,
    limit: u32,
) -> Vec<WaitingMessage> {
    let messages = &world.store.messages;
    messages
        .waiting(&who.practice, &who.spine_user_id, after, limit)
        .await
        .unwrap()
}

async fn waiting(world: &World, who: &Practitioner) -> Vec<MessageRef> {
    references(&page(world, who, None, 100).await)
}

fn references(found: &[WaitingMessage]) -> Vec<MessageRef> {
    found
        .iter()
        .map(|message| message.stored.envelope.reference)
        .collect()
}

pub async fn what_waits_is_listed_oldest_first_in_pages(store: PlatformStore) {
    let world = World::new(store).await;
    let mut sent = Vec::new();
    for accepted in [30, 10, 50, 20, 40] {
        sent.push((accepted, world.accept_standard(accepted).await));
    }
    sent.sort_by_key(|(accepted, _)| *accepted);
    let sent: Vec<_> = sent.into_iter().map(|(_, reference)| reference).collect();
    assert_eq!(waiting(&world, &world.doctor).await, sent);
    let first = page(&world, &world.doctor, None, 2).await;
    assert_eq!(references(&first), sent[..2]);
    let second = page(&world, &world.doctor, Some(sent[1]), 2).await;
    assert_eq!(references(&second), sent[2..4]);
    let third = page(&world, &world.doctor, Some(sent[3]), 2).await;
    assert_eq!(references(&third), sent[4..]);
    assert!(
        page(&world, &world.doctor, Some(sent[4]), 2)
            .await
            .is_empty()
    );
    let elsewhere = Practitioner {
        practice: world.other_practice.clone(),
        spine_user_id: world.doctor.spine_user_id.clone(),
    };
    assert!(waiting(&world, &elsewhere).await.is_empty());
}

pub async fn instant_messages_wait_for_their_practitioner_only(store: PlatformStore) {
    let world = World::new(store).await;
    let reference = world.accept_instant(5).await;
    assert_eq!(waiting(&world, &world.doctor).await, [reference]);
    assert!(waiting(&world, &world.colleague).await.is_empty());
    // A toolbar that imports it does not show it to others.
    let fence = world.claim(reference, ClaimMode::Automatic, 6).await;
    assert_eq!(waiting(&world, &world.doctor).await, [reference]);
    assert!(waiting(&world, &world.colleague).await.is_empty());
    world.changed(reference, Event::Release { fence }, 7).await;
    assert!(waiting(&world, &world.colleague).await.is_empty());
    // Nor does its practitioner, who looks at it first.
    world.claim(reference, ClaimMode::Review, 8).await;
    assert!(waiting(&world, &world.colleague).await.is_empty());
}

pub async fn whoever_holds_a_message_is_named(store: PlatformStore) {
    let world = World::new(store).await;
    let device = world.device().await;
    let session = world.new_session(&device, "a-1", 2);
    let devices = &world.store.devices;
    assert!(devices.sign_in(&SOMEBODY, &session).await.unwrap());
    let reference = world.accept_standard(5).await;
    let messages = &world.store.messages;
    let holder = async || {
        let found = messages.get(reference).await.unwrap().unwrap();
        let listed = page(&world, &world.colleague, None, 10).await;
        assert_eq!(listed[0], found);
        found.held_by
    };
    assert_eq!(holder().await, None);
    let claim = Event::Claim {
        holder: session.id,
        mode: ClaimMode::Review,
        lease: LEASE,
    };
    let held = Holder {
        session: session.id,
        name: "Dr Amara Okafor".to_owned(),
    };
    let claimed = world.changed(reference, claim, 6).await;
    assert_eq!(holder().await, Some(held.clone()));
    let Stage::Claimed { lease, .. } = claimed.stage else {
        panic!("not claimed");
    };
    let renewed = Event::Renew {
        fence: lease.fence,
        lease: LEASE,
    };
    world.changed(reference, renewed, 7).await;
    assert_eq!(holder().await, Some(held));
    // Its lease goes on for a while, but nobody knows any more whose it was.
    assert!(
        devices
            .end_session(&SOMEBODY, session.id, at(8))
            .await
            .unwrap()
    );
    assert_eq!(holder().await, None);
    let released = Event::Release { fence: lease.fence };
    world.changed(reference, released, 9).await;
    assert_eq!(holder().await, None);
}

pub async fn converted_messages_wait_for_everyone(store: PlatformStore) {
    let world = World::new(store).await;
    let reference = world.accept_instant(5).await;
    let settled = world.store.messages.settle_due(at(5 + CONVERTS), 10).await;
    assert_eq!(settled.unwrap().changed, 1);
    let stranger = Practitioner {
        practice: world.practice.clone(),
        spine_user_id: spine("LOCUM-7"),
    };
    for who in [&world.doctor, &world.colleague, &stranger] {
        assert_eq!(waiting(&world, who).await, [reference]);
    }
}

pub async fn ended_messages_no_longer_wait(store: PlatformStore) {
    let world = World::new(store).await;
    let rejected = world.accept_standard(5).await;
    let expired = world.accept_standard(6).await;
    let waits = world.accept_standard(700).await;
    world.reject(rejected, 8).await;
    // Stages are as stored: until someone settles it, the expired one is listed.
    assert_eq!(waiting(&world, &world.doctor).await, [expired, waits]);
    let settled = world.store.messages.settle_due(at(6 + EXPIRES), 10).await;
    assert_eq!(settled.unwrap().changed, 1);
    assert_eq!(waiting(&world, &world.doctor).await, [waits]);
}

pub async fn a_message_is_got_by_the_platforms_name(store: PlatformStore) {
    let world = World::new(store).await;
    let mut message = world.standard(5);
    message.coded_data.push(message.coded_data[0].clone());
    assert_eq!(world.accept(&message).await, Accepted::New);
    let messages = &world.store.messages;
    let found = messages.get(message.envelope.reference).await;
    let found = found.unwrap().unwrap();
    assert_eq!(found.stored.envelope, message.envelope);
    assert_eq!(found.stored.stage, Stage::new(None));
    assert!(found.stored.history.is_empty());
    assert_eq!(found.client_name, "Pharmacy");
    assert_eq!((found.attachments, found.coded_items), (1, 2));
    let listed = page(&world, &world.doctor, None, 10).await;
    assert_eq!(listed, [found]);
    let unknown = messages.get(unknown()).await;
    assert_eq!(unknown.unwrap(), None);
    let nowhere = OdsCode::parse("NOWHERE").unwrap();
    let none = messages
        .waiting(&nowhere, &world.doctor.spine_user_id, None, 10)
        .await;
    assert!(none.unwrap().is_empty());
}

pub async fn counts_follow_the_messages(store: PlatformStore) {
    let world = World::new(store).await;
    let messages = &world.store.messages;
    assert!(messages.counts().await.unwrap().is_empty());
    for accepted in 0..3 {
        world.accept_standard(accepted).await;
    }
    let rejected = world.accept_standard(3).await;
    world.reject(rejected, 4).await;
    let instant = world.accept_instant(5).await;
    world.claim(instant, ClaimMode::Automatic, 6).await;
    let mut counts = messages.counts().await.unwrap();
    counts.sort_by_key(|(_, _, count)| *count);
    assert_eq!(counts.len(), 3);
    assert_eq!(
        counts[2],
        (Status::Pending, Some(SubStatus::AwaitingReview), 3)
    );
    let ones: Vec<_> = counts[..2]
        .iter()
        .map(|(status, sub, _)| (*status, *sub))
        .collect();
    assert!(ones.contains(&(Status::Rejected, None)));
    assert!(ones.contains(&(Status::Pending, Some(SubStatus::ImportInProgress))));
}
