//! Accepting messages: once each, with everything that belongs to them.

use super::world::{SOMEBODY, World, at, race, unknown};
use crate::platform::{
    Accepted, AttachmentBytes, FeedItem, NewMessage, PlatformStore, StoredContent,
};
use bytes::Bytes;
use model::attachment::{Attachment, Kind};
use model::coded_data::CodedItem;
use model::message::{Body, BodyType, Status, SubStatus};
use model::{ClientMessageId, FileName, MessageRef, SnomedCode};

async fn used_at(world: &World) -> Option<jiff::Timestamp> {
    let tokens = world.store.permissions.tokens_of(&world.doctor).await;
    tokens.unwrap().first().unwrap().last_used_at
}

async fn content(world: &World, message: &NewMessage) -> StoredContent {
    let messages = &world.store.messages;
    let content = messages.content(message.envelope.reference).await;
    content.unwrap().unwrap()
}

pub async fn a_message_is_found_as_it_was_accepted(store: PlatformStore) {
    let world = World::new(store).await;
    let token = world.token(&world.doctor).await;
    for message in [world.standard(5), world.instant(&world.doctor, token, 6)] {
        assert_eq!(world.accept(&message).await, Accepted::New);
        let envelope = &message.envelope;
        let messages = &world.store.messages;
        let found = messages.find(world.client, envelope.message_id).await;
        let found = found.unwrap().unwrap();
        assert_eq!(&found.envelope, envelope);
        assert_eq!(found.stage, message.stage);
        assert_eq!(found.changed_at, envelope.accepted_at);
        let (status, sub_status, _) = model::message::show(&message.stage);
        assert_eq!(found.history, [(status, sub_status, envelope.accepted_at)]);
        // Another client system does not find it.
        let theirs = messages.find(world.other_client, envelope.message_id).await;
        assert_eq!(theirs.unwrap(), None);
    }
    let unknown: ClientMessageId = unknown();
    let found = world.store.messages.find(world.client, unknown).await;
    assert_eq!(found.unwrap(), None);
}

pub async fn content_comes_back_as_it_was_sent(store: PlatformStore) {
    let world = World::new(store).await;
    let messages = &world.store.messages;
    let mut rich = world.standard(5);
    let notes = Attachment {
        kind: Kind::ConsultationNotes,
        file_name: FileName::parse("Dr Müller – notes.txt").unwrap(),
        size: 5_000_000,
        hash: world.blob(b"five million bytes, let us say").await,
    };
    rich.attachments.push((notes, AttachmentBytes::Blob));
    rich.body = Some(Body {
        kind: BodyType::Html,
        content: "<p>Grüße</p>".to_owned(),
    });
    rich.coded_data.push(CodedItem {
        code: SnomedCode::parse("27113001").unwrap(),
        value: None,
        unit: None,
        additional_text: Some("at home".to_owned()),
    });
    let mut plain = world.standard(6);
    plain.body = None;
    plain.coded_data.clear();
    for message in [&rich, &plain] {
        assert_eq!(world.accept(message).await, Accepted::New);
        let stored = content(&world, message).await;
        assert_eq!(stored.body, message.body);
        assert_eq!(stored.coded_data, message.coded_data);
        let sent: Vec<_> = message
            .attachments
            .iter()
            .map(|(what, _)| what.clone())
            .collect();
        assert_eq!(stored.attachments, sent);
    }
    let reference = rich.envelope.reference;
    let first = messages.attachment(reference, 0).await.unwrap().unwrap();
    assert_eq!(first.attachment, rich.attachments[0].0);
    match first.bytes {
        AttachmentBytes::Inline(bytes) => {
            assert_eq!(bytes, Bytes::from_static(b"%PDF-1.7 a letter"));
        }
        AttachmentBytes::Blob => panic!("it was sent inline"),
    }
    let second = messages.attachment(reference, 1).await.unwrap().unwrap();
    assert_eq!(second.attachment, rich.attachments[1].0);
    assert!(matches!(second.bytes, AttachmentBytes::Blob));
    assert!(messages.attachment(reference, 2).await.unwrap().is_none());
    let unknown: MessageRef = unknown();
    assert!(messages.attachment(unknown, 0).await.unwrap().is_none());
    assert_eq!(messages.content(unknown).await.unwrap(), None);
}

pub async fn a_retry_is_the_same_and_writes_nothing(store: PlatformStore) {
    let world = World::new(store).await;
    let message = world.standard(5);
    assert_eq!(world.accept(&message).await, Accepted::New);
    let before = world.store.audit.verify().await.unwrap();
    // A retry comes later and gets a reference of its own before it is recognised.
    let mut retry = world.standard(9);
    retry.envelope.message_id = message.envelope.message_id;
    retry.envelope.content_hash = message.envelope.content_hash;
    assert_eq!(world.accept(&retry).await, Accepted::Same);
    let found = world.find(message.envelope.reference).await;
    assert_eq!(found.envelope, message.envelope);
    let retried = world.store.messages.get(retry.envelope.reference).await;
    assert_eq!(retried.unwrap(), None);
    assert_eq!(world.store.audit.verify().await.unwrap(), before);
    assert_eq!(world.told(&world.sender()).await.len(), 1);
}

pub async fn other_content_under_a_used_id_is_a_conflict(store: PlatformStore) {
    let world = World::new(store).await;
    let message = world.standard(5);
    assert_eq!(world.accept(&message).await, Accepted::New);
    let mut other = world.standard(9);
    other.envelope.message_id = message.envelope.message_id;
    assert_eq!(world.accept(&other).await, Accepted::Conflict);
    let found = world.find(message.envelope.reference).await;
    assert_eq!(found.envelope, message.envelope);
}

pub async fn two_client_systems_may_use_one_id(store: PlatformStore) {
    let world = World::new(store).await;
    let message = world.standard(5);
    let mut theirs = world.standard(6);
    theirs.envelope.client = world.other_client;
    theirs.envelope.message_id = message.envelope.message_id;
    for message in [&message, &theirs] {
        assert_eq!(world.accept(message).await, Accepted::New);
    }
    for message in [message, theirs] {
        let envelope = message.envelope;
        let messages = &world.store.messages;
        let found = messages.find(envelope.client, envelope.message_id).await;
        assert_eq!(found.unwrap().unwrap().envelope, envelope);
    }
}

pub async fn of_two_hundred_at_once_one_is_new(store: PlatformStore) {
    let world = World::new(store).await;
    let first = world.standard(5);
    let answers = race(200, |_| {
        let world = world.clone();
        let mut message = world.standard(5);
        message.envelope.message_id = first.envelope.message_id;
        message.envelope.content_hash = first.envelope.content_hash;
        async move { world.accept(&message).await }
    })
    .await;
    let count = |wanted| answers.iter().filter(|answer| **answer == wanted).count();
    assert_eq!(count(Accepted::New), 1);
    assert_eq!(count(Accepted::Same), 199);
    let counts = world.store.messages.counts().await.unwrap();
    let expected = (Status::Pending, Some(SubStatus::AwaitingReview), 1);
    assert_eq!(counts, [expected]);
}

pub async fn a_withdrawn_token_is_refused_and_nothing_is_written(store: PlatformStore) {
    let world = World::new(store).await;
    let token = world.token(&world.doctor).await;
    let permissions = &world.store.permissions;
    let withdrawn = permissions
        .withdraw(&SOMEBODY, &world.doctor, token, at(4))
        .await;
    assert!(withdrawn.unwrap());
    let before = world.store.audit.verify().await.unwrap();
    let mut message = world.instant(&world.doctor, token, 5);
    let hash = world.attach(&mut message, "letter").await;
    assert_eq!(world.accept(&message).await, Accepted::TokenWithdrawn);
    let messages = &world.store.messages;
    let found = messages
        .find(world.client, message.envelope.message_id)
        .await;
    assert_eq!(found.unwrap(), None);
    assert!(!world.is_held(hash).await);
    assert_eq!(world.store.audit.verify().await.unwrap(), before);
    assert!(messages.counts().await.unwrap().is_empty());
}

pub async fn a_retry_after_withdrawal_is_still_the_same(store: PlatformStore) {
    let world = World::new(store).await;
    let token = world.token(&world.doctor).await;
    let message = world.instant(&world.doctor, token, 5);
    assert_eq!(world.accept(&message).await, Accepted::New);
    let permissions = &world.store.permissions;
    let withdrawn = permissions
        .withdraw(&SOMEBODY, &world.doctor, token, at(6))
        .await;
    assert!(withdrawn.unwrap());
    assert_eq!(world.accept(&message).await, Accepted::Same);
}

pub async fn an_instant_message_notes_the_tokens_last_use(store: PlatformStore) {
    let world = World::new(store).await;
    let token = world.token(&world.doctor).await;
    assert_eq!(used_at(&world).await, None);
    assert_eq!(world.accept(&world.standard(5)).await, Accepted::New);
    assert_eq!(used_at(&world).await, None);
    let message = world.instant(&world.doctor, token, 7);
    assert_eq!(world.accept(&message).await, Accepted::New);
    assert_eq!(used_at(&world).await, Some(at(7)));
    // A retry is no use.
    let mut retry = message;
    retry.envelope.accepted_at = at(9);
    assert_eq!(world.accept(&retry).await, Accepted::Same);
    assert_eq!(used_at(&world).await, Some(at(7)));
}

pub async fn both_sides_are_told(store: PlatformStore) {
    let world = World::new(store).await;
    let message = world.standard(5);
    assert_eq!(world.accept(&message).await, Accepted::New);
    let told = world.told(&world.toolbars()).await;
    let told: Vec<_> = told
        .into_iter()
        .map(|entry| (entry.at, entry.item))
        .collect();
    let arrived = FeedItem::Message {
        reference: message.envelope.reference,
        only: None,
    };
    assert_eq!(told, [(at(5), arrived)]);
    let told = world.told(&world.sender()).await;
    let told: Vec<_> = told
        .into_iter()
        .map(|entry| (entry.at, entry.item))
        .collect();
    let accepted = FeedItem::Status {
        message_id: message.envelope.message_id,
        status: Status::Pending,
        sub_status: Some(SubStatus::AwaitingReview),
    };
    assert_eq!(told, [(at(5), accepted)]);
}

pub async fn only_its_practitioner_is_told_of_an_instant_message(store: PlatformStore) {
    let world = World::new(store).await;
    let reference = world.accept_instant(5).await;
    let told = world.told(&world.toolbars()).await;
    let expected = FeedItem::Message {
        reference,
        only: Some(world.doctor.spine_user_id.clone()),
    };
    assert_eq!(told.last().unwrap().item, expected);
}

pub async fn many_at_once_are_all_there(store: PlatformStore) {
    let world = World::new(store).await;
    let sent = race(300, |_| {
        let world = world.clone();
        let message = world.standard(5);
        async move {
            assert_eq!(world.accept(&message).await, Accepted::New);
            message.envelope
        }
    })
    .await;
    for envelope in &sent {
        let found = world.find(envelope.reference).await;
        assert_eq!(&found.envelope, envelope);
    }
    let told = world.told(&world.toolbars()).await;
    assert_eq!(told.len(), 300);
    assert!(told.is_sorted_by(|one, next| one.seq < next.seq));
    let audit = world.store.audit.verify().await.unwrap();
    assert_eq!(audit.broken_at, None);
}
