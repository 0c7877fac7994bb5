//! Instant messages that go into the record by themselves.

use crate::platform::{Message, Stage};
use crate::world::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use toolbar::AgentEvent;

#[tokio::test]
async fn a_message_that_arrives_is_in_the_record_and_completed() {
    let world = World::new().await;
    let toolbar = world.online().await;
    let mut events = toolbar.events();
    world.platform.publish("m1", letter());
    let imported = event(&mut events, |event| match event {
        AgentEvent::Imported {
            message_ref,
            already,
            ..
        } => Some((message_ref, already)),
        _ => None,
    });
    assert_eq!(imported.await, ("m1".to_owned(), false));
    assert_eq!(world.platform.stage("m1"), Stage::Completed);
    assert_eq!(
        world.records.copies(),
        [
            ("client-1/id-of-m1/attachment/0".to_owned(), 1),
            ("client-1/id-of-m1/attachment/1".to_owned(), 1),
            ("client-1/id-of-m1/coded/0".to_owned(), 1),
        ]
    );
    let inner = world.records.inner();
    let data = inner.binaries[1]["data"].as_str().unwrap();
    assert_eq!(STANDARD.decode(data).unwrap(), "Größe 1,80 m 🩺".as_bytes());
}

#[tokio::test]
async fn what_waits_at_the_start_is_picked_up() {
    let world = World::new().await;
    world.platform.hold("m1", letter());
    world.platform.hold("m2", letter());
    let _toolbar = world.start().await;
    until("both completed", || {
        ["m1", "m2"].map(|m| world.platform.stage(m)) == [Stage::Completed, Stage::Completed]
    })
    .await;
    assert_eq!(world.records.inner().transactions, 2);
}

#[tokio::test]
async fn a_full_message_of_ten_large_files_arrives_as_it_was_sent() {
    let world = World::new().await;
    let _toolbar = world.online().await;
    let mut message = letter();
    let bytes: Vec<u8> = (0..1_000_003_u32).map(|i| i.to_le_bytes()[0] ^ 7).collect();
    message.files = (0..10)
        .map(|n| ("image/jpeg", format!("{n}.jpg"), bytes.clone()))
        .collect();
    world.platform.publish("m1", message);
    until("completed", || {
        world.platform.stage("m1") == Stage::Completed
    })
    .await;
    let inner = world.records.inner();
    assert_eq!(inner.binaries.len(), 10);
    for binary in &inner.binaries {
        let data = STANDARD.decode(binary["data"].as_str().unwrap()).unwrap();
        assert!(data == bytes);
    }
}

#[tokio::test]
async fn several_are_written_at_once_but_one_at_a_time_for_each_patient() {
    let world = World::new().await;
    let patients: Vec<_> = (0..3).map(|n| format!("999000000{n}")).collect();
    for (n, patient) in patients.iter().enumerate() {
        world.records.admit(patient, false);
        for m in 0..3 {
            world
                .platform
                .hold(&format!("m{m}-of-{n}"), letter_about(patient));
        }
    }
    world.records.gate.forget_permits(usize::MAX);
    let _toolbar = world.online().await;
    until("three are being written", || {
        world.records.inner().now_writing.len() == 3
    })
    .await;
    world.records.gate.add_permits(1);
    until("all nine are in the record", || {
        let inner = world.platform.inner();
        inner
            .messages
            .values()
            .all(|message| message.stage == Stage::Completed)
    })
    .await;
    let inner = world.records.inner();
    assert!(!inner.twice_for_one_patient);
    assert_eq!((inner.transactions, inner.most_at_once), (9, 3));
}

#[tokio::test]
async fn no_more_than_four_are_in_hand_at_once() {
    let world = World::new().await;
    for n in 0..8 {
        let patient = format!("999000000{n}");
        world.records.admit(&patient, false);
        world
            .platform
            .hold(&format!("m{n}"), letter_about(&patient));
    }
    world.records.gate.forget_permits(usize::MAX);
    let _toolbar = world.online().await;
    until("four are being written", || {
        world.records.inner().now_writing.len() == 4
    })
    .await;
    assert_eq!(world.platform.inner().claims, 4);
    world.records.gate.add_permits(1);
    until("all are in the record", || {
        world.records.inner().filed.len() == 24
    })
    .await;
    assert_eq!(world.records.inner().most_at_once, 4);
}

#[tokio::test]
async fn a_deceased_patients_record_takes_messages() {
    let world = World::new().await;
    world.records.admit("9990000018", true);
    let _toolbar = world.online().await;
    world.platform.publish("m1", letter_about("9990000018"));
    until("completed", || {
        world.platform.stage("m1") == Stage::Completed
    })
    .await;
}

#[tokio::test]
async fn an_unknown_or_ambiguous_patient_fails_in_words() {
    let world = World::new().await;
    world.records.admit("9990000026", false);
    world.records.admit("9990000026", false);
    let _toolbar = world.online().await;
    world.platform.publish("m1", letter_about("9990000018"));
    world.platform.publish("m2", letter_about("9990000026"));
    let failed = |m: &str, words: &str| matches!(world.platform.stage(m), Stage::Review(Some(reason)) if reason.contains(words));
    until("nobody", || failed("m1", "No patient with this NHS number")).await;
    until("several", || failed("m2", "2 patients")).await;
    assert_eq!(world.records.inner().transactions, 0);
}

#[tokio::test]
async fn a_message_with_nothing_to_file_is_left_to_a_person() {
    let world = World::new().await;
    world.records.admit("9990000018", false);
    let _toolbar = world.online().await;
    let words_only = Message {
        files: Vec::new(),
        coded: json!([]),
        ..letter_about("9990000018")
    };
    world.platform.publish("m1", words_only);
    until("left", || {
        matches!(world.platform.stage("m1"), Stage::Review(Some(reason)) if reason.contains("nothing to put into the record"))
    })
    .await;
    assert_eq!(world.records.inner().transactions, 0);
}

#[tokio::test]
async fn a_part_of_a_message_is_not_filed_as_the_whole() {
    let world = World::new().await;
    world.records.admit("9990000018", false);
    let halved = Message {
        hides_a_file: true,
        ..letter_about("9990000018")
    };
    let _toolbar = world.online().await;
    world.platform.publish("m1", halved);
    until("given back", || {
        let inner = world.platform.inner();
        inner.claims > 0 && !matches!(inner.messages["m1"].stage, Stage::Claimed { .. })
    })
    .await;
    assert_eq!(world.records.inner().transactions, 0);
    assert_ne!(world.platform.stage("m1"), Stage::Completed);
}
