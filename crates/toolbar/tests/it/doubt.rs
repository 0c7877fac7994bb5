//! What nobody answered for: a message is imported, rejected or failed only on what the record system says.

use crate::platform::{Message, Stage};
use crate::world::*;
use serde_json::json;
use std::time::Duration;
use toolbar::OperationError;

fn for_review() -> Message {
    Message {
        stage: Stage::Review(None),
        ..letter()
    }
}

#[tokio::test]
async fn a_patient_whose_nhs_number_is_another_takes_nothing() {
    let world = World::new().await;
    world.records.inner().patients.insert(
        "9990000018".to_owned(),
        vec![
            json!({"resourceType": "Patient", "id": "p1", "identifier": [
                {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": PATIENT}
            ]}),
        ],
    );
    let _toolbar = world.online().await;
    world.platform.publish("m1", letter_about("9990000018"));
    until("failed", || {
        matches!(world.platform.stage("m1"), Stage::Review(Some(reason)) if reason.contains("does not have this NHS number"))
    })
    .await;
    assert_eq!(world.records.inner().transactions, 0);
}

#[tokio::test]
async fn an_answer_that_does_not_confirm_every_part_is_looked_into() {
    let world = World::new().await;
    world.records.inner().curt = true;
    world.records.inner().answers.extend([(false, 200); 4]);
    let _toolbar = world.online().await;
    world.platform.publish("lost", letter());
    until("failed", || {
        matches!(world.platform.stage("lost"), Stage::Review(Some(_)))
    })
    .await;
    world.platform.publish("filed", letter());
    until("completed", || {
        world.platform.stage("filed") == Stage::Completed
    })
    .await;
}

#[tokio::test]
async fn a_write_that_took_effect_without_an_answer_is_an_import() {
    let world = World::new().await;
    world
        .records
        .inner()
        .answers
        .extend([(true, 503), (false, 422)]);
    let _toolbar = world.online().await;
    world.platform.publish("m1", letter());
    until("completed", || {
        world.platform.stage("m1") == Stage::Completed
    })
    .await;
    assert_eq!(world.records.inner().transactions, 2);
}

#[tokio::test]
async fn a_record_system_that_says_nothing_at_all_fails_nothing() {
    let world = World::new().await;
    world.platform.inner().lease = Duration::from_millis(600);
    world.records.inner().answers.extend([(true, 503); 4]);
    world.records.inner().searches_fail = true;
    let toolbar = world.online().await;
    world.platform.publish("m1", for_review());
    match toolbar.import("m1").await {
        Err(OperationError::Uncertain) => {}
        _ => panic!("certain"),
    }
    assert!(matches!(world.platform.stage("m1"), Stage::Claimed { .. }));
    assert_eq!(world.platform.inner().releases, 0);
    world.records.inner().searches_fail = false;
    until("completed", || {
        world.platform.stage("m1") == Stage::Completed
    })
    .await;
    until("forgotten", || journal(&world).is_empty()).await;
    assert_eq!(world.records.inner().transactions, 4);
}

/// What the toolbar's journal names.
fn journal(world: &World) -> Vec<String> {
    let entries = std::fs::read_dir(world.dir.path().join("toolbar/importing"));
    let names = entries.unwrap().map(|entry| entry.unwrap().file_name());
    names.map(|name| name.into_string().unwrap()).collect()
}

#[tokio::test]
async fn a_standard_message_that_was_written_but_not_reported_is_completed_after_a_restart() {
    let world = World::new().await;
    world
        .platform
        .inner()
        .completes
        .extend([(false, 503); 1000]);
    let first = world.online().await;
    world.platform.publish("m1", for_review());
    let _ = tokio::time::timeout(Duration::from_millis(300), first.import("m1")).await;
    until("written", || world.records.inner().filed.len() == 3).await;
    first.shutdown().await;
    drop(first);
    assert_eq!(journal(&world), ["m1"]);
    {
        let mut inner = world.platform.inner();
        inner.completes.clear();
        inner.messages.get_mut("m1").unwrap().stage = Stage::Review(None);
    }
    let _second = world.online().await;
    until("completed", || {
        world.platform.stage("m1") == Stage::Completed
    })
    .await;
    until("forgotten", || journal(&world).is_empty()).await;
    assert_eq!(world.records.inner().transactions, 1);
}

#[tokio::test]
async fn a_journal_that_cannot_be_read_does_not_turn_an_import_into_a_failure() {
    let world = World::new().await;
    world
        .platform
        .inner()
        .completes
        .extend([(false, 503); 1000]);
    let first = world.online().await;
    world.platform.publish("m1", letter());
    until("written", || world.records.inner().filed.len() == 3).await;
    first.shutdown().await;
    drop(first);
    let entry = world.dir.path().join("toolbar/importing/m1");
    std::fs::remove_file(&entry).unwrap();
    std::fs::create_dir(&entry).unwrap();
    {
        let mut inner = world.platform.inner();
        inner.completes.clear();
        inner.messages.get_mut("m1").unwrap().stage = Stage::Instant;
    }
    let _second = world.online().await;
    until("its end", || {
        matches!(
            world.platform.stage("m1"),
            Stage::Completed | Stage::Review(_)
        )
    })
    .await;
    assert_eq!(world.platform.stage("m1"), Stage::Completed);
    assert_eq!(world.records.inner().transactions, 1);
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_left_out() {
    let world = World::new().await;
    let toolbar = world.online().await;
    world.platform.tell("message", json!({"message": 7}));
    world.platform.publish("m1", letter());
    until("completed", || {
        world.platform.stage("m1") == Stage::Completed
    })
    .await;
    drop(toolbar);
    assert_eq!(world.platform.inner().resumed_after, [None]);
}

#[tokio::test]
async fn a_message_that_is_in_the_record_is_not_rejected() {
    let world = World::new().await;
    let toolbar = world.online().await;
    world.platform.publish("m1", letter());
    until("completed", || {
        world.platform.stage("m1") == Stage::Completed
    })
    .await;
    // As if the platform had never been told.
    world.platform.inner().messages.get_mut("m1").unwrap().stage = Stage::Review(None);
    world.records.inner().searches_fail = true;
    match toolbar.reject("m1", "Not ours").await {
        Err(OperationError::RecordSystemSilent) => {}
        _ => panic!("it was judged unseen"),
    }
    assert_eq!(world.platform.stage("m1"), Stage::Review(None));
    world.records.inner().searches_fail = false;
    match toolbar.reject("m1", "Not ours").await {
        Err(OperationError::InRecord) => {}
        _ => panic!("it was rejected"),
    }
    assert_eq!(world.platform.stage("m1"), Stage::Completed);
}
