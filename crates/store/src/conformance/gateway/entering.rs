//! Messages on their way in: once, the same, a conflict, and files that went meanwhile.

use super::world::{BY, EXPIRES, World, at, content, ods, pdf, race, user};
use crate::conformance::world::unknown;
use crate::gateway::{Content, Entered, GatewayStore, Happening, Stored, Wake};
use model::outbox::{Bucket, Kind, State};
use model::{Hash, UploadId};

pub async fn a_message_is_found_as_it_was_entered(store: GatewayStore) {
    let world = World::new(store);
    assert_eq!(world.store.outbox.find(unknown()).await.unwrap(), None);
    let message = world.message(&world.patient(), 5).await;
    assert_eq!(world.enter(&message).await, Entered::New);
    let stored = world.find(message.id).await;
    let expected = Stored {
        id: message.id,
        number: stored.number,
        kind: Kind::Instant,
        user: Some(user("dr-okafor")),
        topic: "Dispense event".to_owned(),
        to: ods("GPPRAC001"),
        subject: message.subject.clone(),
        entered_at: at(5),
        expires_at: at(5 + EXPIRES),
        state: State::Queued,
        blocked: false,
        changed_at: at(5),
        due_at: at(5),
        tries: 0,
        problem: None,
        accepted_at: None,
        standing: None,
        look_at: None,
        bucket: Bucket::Queued,
        has_content: true,
    };
    assert_eq!(stored, expected);
    let later = world.entered(6).await;
    assert!(world.find(later).await.number > stored.number);
    let standard = world.entered_as(7, |message| {
        message.kind = Kind::Standard;
        message.user = None;
    });
    let stored = world.find(standard.await).await;
    assert_eq!((stored.kind, stored.user), (Kind::Standard, None));
}

pub async fn content_comes_back_as_it_was_entered(store: GatewayStore) {
    let world = World::new(store);
    let outbox = &world.store.outbox;
    assert_eq!(outbox.content(unknown()).await.unwrap(), None);
    let message = world.message(&world.patient(), 5).await;
    assert_eq!(world.enter(&message).await, Entered::New);
    let found = outbox.content(message.id).await.unwrap();
    assert_eq!(found, Some((message.upload, content())));
    let bare = Content {
        body: None,
        files: Vec::new(),
        coded_data: Vec::new(),
    };
    let id = world
        .entered_as(6, |message| message.content = bare.clone())
        .await;
    let found = outbox.content(id).await.unwrap();
    assert_eq!(found.map(|(_, content)| content), Some(bare));
}

pub async fn the_same_again_tells_where_it_stands(store: GatewayStore) {
    let world = World::new(store);
    let message = world.message(&world.patient(), 5).await;
    assert_eq!(world.enter(&message).await, Entered::New);
    let mut again = message.clone();
    again.upload = world.upload(6).await;
    again.entered_at = at(6);
    assert_eq!(world.enter(&again).await, Entered::Same(State::Queued));
    let claimed = world.claim_one(7).await;
    assert_eq!(world.enter(&again).await, Entered::Same(State::Sending));
    world.accept(&claimed, 8).await;
    assert_eq!(world.enter(&again).await, Entered::Same(State::Accepted));
    // Nothing was written: the sender abandons its second upload.
    world.store.pieces.abandon(again.upload).await.unwrap();
    assert_eq!(world.find(message.id).await.entered_at, at(5));
    assert_eq!(world.happened().await.len(), 2);
    let tallies = world.store.outbox.tallies(-1, 100_000).await.unwrap();
    assert_eq!(tallies.iter().map(|tally| tally.entered).sum::<u64>(), 1);
}

pub async fn a_call_repeated_because_its_answer_was_lost_is_new_once(store: GatewayStore) {
    let world = World::new(store);
    let message = world.message(&world.patient(), 5).await;
    for _ in 0..2 {
        assert_eq!(world.enter(&message).await, Entered::New);
    }
    assert_eq!(world.happened().await.len(), 1);
}

pub async fn other_content_under_a_used_id_is_a_conflict(store: GatewayStore) {
    let world = World::new(store);
    let message = world.message(&world.patient(), 5).await;
    assert_eq!(world.enter(&message).await, Entered::New);
    let mut other = message.clone();
    other.upload = world.upload(6).await;
    other.content_hash = Hash::of(b"other");
    "Other".clone_into(&mut other.topic);
    assert_eq!(world.enter(&other).await, Entered::Conflict);
    assert_eq!(world.find(message.id).await.topic, message.topic);
    assert_eq!(world.happened().await.len(), 1);
}

pub async fn a_message_whose_upload_was_swept_writes_nothing(store: GatewayStore) {
    let world = World::new(store);
    let message = world.message(&world.patient(), 5).await;
    let pieces = &world.store.pieces;
    pieces.put(message.upload, 0, 0, pdf()).await.unwrap();
    assert_eq!(pieces.sweep(at(6), 10).await.unwrap(), 1);
    assert_eq!(world.enter(&message).await, Entered::UploadGone);
    assert_eq!(world.store.outbox.find(message.id).await.unwrap(), None);
    assert!(world.happened().await.is_empty());
    // The sender brings the bytes again.
    let mut again = message.clone();
    again.upload = world.upload(7).await;
    assert_eq!(world.enter(&again).await, Entered::New);
    // Told before the upload is looked for.
    let mut third = message.clone();
    third.upload = UploadId(unknown::<model::MessageRef>().0);
    assert_eq!(world.enter(&third).await, Entered::Same(State::Queued));
}

pub async fn of_many_entered_at_once_one_is_new(store: GatewayStore) {
    let world = World::new(store);
    let message = world.message(&world.patient(), 5).await;
    let answers = race(20, |_| {
        let (world, mut message) = (world.clone(), message.clone());
        async move {
            message.upload = world.upload(5).await;
            world.enter(&message).await
        }
    })
    .await;
    let new = answers.iter().filter(|answer| **answer == Entered::New);
    assert_eq!(new.count(), 1, "{answers:?}");
    let same = Entered::Same(State::Queued);
    let same = answers.iter().filter(|answer| **answer == same);
    assert_eq!(same.count(), 19, "{answers:?}");
    assert_eq!(world.happened_to(message.id).await.len(), 1);
}

pub async fn an_entry_is_told_and_wakes_whoever_sends(store: GatewayStore) {
    let world = World::new(store);
    let sending = world.store.wakes.subscribe(Wake::Sending);
    let events = world.store.wakes.subscribe(Wake::Events);
    let id = world.entered(5).await;
    assert!(sending.has_changed().unwrap());
    assert!(events.has_changed().unwrap());
    let told = (5, BY.to_owned(), Happening::Queued(id));
    assert_eq!(world.happened().await, [told]);
}
