//! A folder as record system: what is in it.

mod dying;

use crate::platform::Stage;
use crate::world::*;
use bytes::Bytes;
use model::attachment::Kind;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use toolbar::record_system::{
    Filed, Folder, ImportAttachment, ImportMessage, RecordSystem, RecordSystemError,
};
use toolbar::settings::RecordSystemSettings;
use toolbar::{Agent, PatientCard};
use wire::practice::CodedItem;

fn message(id: &str) -> ImportMessage {
    let file = |kind, name: &str, bytes: &'static [u8]| ImportAttachment {
        kind,
        file_name: name.to_owned(),
        bytes: Bytes::from_static(bytes),
    };
    ImportMessage {
        client_system_id: "c1".to_owned(),
        message_id: id.to_owned(),
        sender: "Ward letters".to_owned(),
        topic: "Discharge".to_owned(),
        received_at: "2026-11-21T12:00:00Z".to_owned(),
        filed_at: "2026-11-21T12:00:05Z".parse().unwrap(),
        patient_id: PATIENT.to_owned(),
        nhs_number: PATIENT.to_owned(),
        body: Some(wire::partner::Body {
            mime_type: "text/plain".to_owned(),
            content: "Please see the letter.".to_owned(),
        }),
        attachments: vec![
            file(Kind::Pdf, "letter.pdf", b"%PDF-1.7 letter"),
            file(
                Kind::ConsultationNotes,
                "notes.txt",
                "Größe 1,80 m".as_bytes(),
            ),
        ],
        coded_data: vec![CodedItem {
            code: "27113001".to_owned(),
            value: Some("72.50".to_owned()),
            unit: Some("kg".to_owned()),
            additional_text: None,
        }],
    }
}

/// The sub-folders that the record system sees.
fn delivered(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap());
    let seen = entries.filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'));
    seen.map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Whole, with every byte.
fn assert_whole(folder: &Path) {
    assert_eq!(names(folder), ["letter.pdf", "message.json", "notes.txt"]);
    assert_eq!(
        std::fs::read(folder.join("letter.pdf")).unwrap(),
        b"%PDF-1.7 letter"
    );
    let told: Value =
        serde_json::from_slice(&std::fs::read(folder.join("message.json")).unwrap()).unwrap();
    assert_eq!(told["messageId"], "m1");
}

#[tokio::test]
async fn a_message_is_one_folder_with_its_documents_and_message_json() {
    let dir = tempfile::tempdir().unwrap();
    let records = Folder::new(dir.path(), None);
    assert!(!records.already_filed("c1", "m1").await.unwrap());
    assert_eq!(
        records.import_once(&message("m1")).await.unwrap(),
        Filed::Now
    );
    assert!(records.already_filed("c1", "m1").await.unwrap());
    let seen = delivered(dir.path());
    assert_eq!(seen.len(), 1);
    assert_whole(&seen[0]);
    let text = std::fs::read(seen[0].join("message.json")).unwrap();
    let told: Value = serde_json::from_slice(&text).unwrap();
    let expected = json!({
        "version": 1,
        "clientSystemId": "c1",
        "messageId": "m1",
        "sender": "Ward letters",
        "topic": "Discharge",
        "receivedAt": "2026-11-21T12:00:00Z",
        "filedAt": "2026-11-21T12:00:05Z",
        "patient": {"nhsNumber": PATIENT},
        "body": {"mimeType": "text/plain", "content": "Please see the letter."},
        "attachments": [
            {"file": "letter.pdf", "fileName": "letter.pdf", "kind": "document",
             "mimeType": "application/pdf", "size": 15},
            {"file": "notes.txt", "fileName": "notes.txt", "kind": "consultation-notes",
             "mimeType": "text/plain; charset=utf-8", "size": 14},
        ],
        "codedDataItems": [{"code": "27113001", "value": "72.50", "unit": "kg"}],
    });
    for (member, value) in expected.as_object().unwrap() {
        if member == "attachments" {
            continue;
        }
        assert_eq!(&told[member], value, "{member}");
    }
    for (told, expected) in told["attachments"]
        .as_array()
        .unwrap()
        .iter()
        .zip(expected["attachments"].as_array().unwrap())
    {
        for member in ["file", "fileName", "kind", "mimeType", "size"] {
            assert_eq!(told[member], expected[member], "{member}");
        }
        assert_eq!(told["sha256"].as_str().unwrap().len(), 64);
    }
}

#[tokio::test]
async fn a_message_is_delivered_once_even_if_it_was_taken_away() {
    let dir = tempfile::tempdir().unwrap();
    let records = Folder::new(dir.path(), None);
    records.import_once(&message("m1")).await.unwrap();
    std::fs::remove_dir_all(&delivered(dir.path())[0]).unwrap();
    let again = records.import_once(&message("m1")).await.unwrap();
    assert_eq!(again, Filed::Already);
    assert!(records.already_filed("c1", "m1").await.unwrap());
    assert!(delivered(dir.path()).is_empty());
    let other = records.import_once(&message("m2")).await.unwrap();
    assert_eq!(other, Filed::Now);
    // Somebody threw the ledger away; what is there is still there.
    std::fs::remove_dir_all(dir.path().join(".filed")).unwrap();
    assert!(records.already_filed("c1", "m2").await.unwrap());
    let again = records.import_once(&message("m2")).await.unwrap();
    assert_eq!(again, Filed::Already);
    assert_eq!(delivered(dir.path()).len(), 1);
}

#[tokio::test]
async fn many_toolbars_may_file_into_one_folder() {
    let dir = tempfile::tempdir().unwrap();
    let mut filings = tokio::task::JoinSet::new();
    for place in 0..40 {
        // Each is another toolbar, and each message comes from two of them.
        let records = Folder::new(dir.path(), None);
        filings.spawn(async move {
            let id = format!("m{}", place / 2);
            records.import_once(&message(&id)).await.unwrap()
        });
    }
    let filed = filings.join_all().await;
    let now = filed.iter().filter(|filed| **filed == Filed::Now).count();
    assert_eq!((now, delivered(dir.path()).len()), (20, 20));
    assert!(names(&dir.path().join(".incoming")).is_empty());
}

#[tokio::test]
async fn names_that_no_disk_takes_are_changed_and_none_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let mut odd = message("m1");
    let long = format!("{}.pdf", "ä".repeat(120));
    odd.attachments = [
        "../../etc/passwd",
        "message.json",
        "Message.JSON",
        "con.pdf",
        &long,
        "a.pdf",
        "A.PDF",
    ]
    .into_iter()
    .enumerate()
    .map(|(place, name)| ImportAttachment {
        kind: Kind::Pdf,
        file_name: name.to_owned(),
        bytes: Bytes::from(format!("%PDF-{place}")),
    })
    .collect();
    let records = Folder::new(dir.path(), None);
    records.import_once(&odd).await.unwrap();
    let folder = delivered(dir.path()).remove(0);
    assert_eq!(names(&folder).len(), 8);
    let told: Value =
        serde_json::from_slice(&std::fs::read(folder.join("message.json")).unwrap()).unwrap();
    for (place, attachment) in told["attachments"].as_array().unwrap().iter().enumerate() {
        let file = std::fs::read(folder.join(attachment["file"].as_str().unwrap())).unwrap();
        assert_eq!(file, format!("%PDF-{place}").as_bytes());
        assert_eq!(
            attachment["fileName"],
            odd.attachments[place].file_name.as_str()
        );
    }
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_not_made() {
    let dir = tempfile::tempdir().unwrap();
    let gone = dir.path().join("drive");
    let records = Folder::new(&gone, None);
    assert!(matches!(
        records.import_once(&message("m1")).await,
        Err(RecordSystemError::Unavailable(_))
    ));
    assert!(matches!(
        records.current_user().await,
        Err(RecordSystemError::Unavailable(_))
    ));
    assert!(!gone.exists());
}

#[tokio::test]
async fn the_current_user_is_whom_the_file_names() {
    let dir = tempfile::tempdir().unwrap();
    let records = Folder::new(dir.path(), None);
    assert_eq!(records.current_user().await.unwrap(), None);
    let file = dir.path().join("current-user.json");
    let user = json!({"spineUserId": OKAFOR, "name": "Dr Amara Okafor", "odsCode": "GPPRAC001",
        "organisationName": "Riverside Test Practice"});
    std::fs::write(&file, format!("\u{feff}{user}")).unwrap();
    let found = records.current_user().await.unwrap().unwrap();
    assert_eq!(found.spine_user_id, OKAFOR);
    std::fs::write(&file, "null").unwrap();
    assert_eq!(records.current_user().await.unwrap(), None);
    // It is being written.
    std::fs::write(&file, "{\"spineUserId\": \"555").unwrap();
    let fault = records.current_user().await.unwrap_err();
    assert!(matches!(&fault, RecordSystemError::Unavailable(words) if !words.contains("555")));
    let elsewhere = dir.path().join("user.json");
    std::fs::write(&elsewhere, user.to_string()).unwrap();
    let records = Folder::new(dir.path(), Some(&elsewhere));
    assert!(records.current_user().await.unwrap().is_some());
}

#[tokio::test]
async fn a_toolbar_files_what_it_receives_into_the_folder() {
    let world = World::new().await;
    let folder = world.dir.path().join("in");
    std::fs::create_dir(&folder).unwrap();
    let mut config = world.config();
    config.record_system = RecordSystemSettings::Folder {
        path: folder.clone(),
        current_user_file: None,
    };
    let toolbar = Agent::start(config).await.unwrap();
    let user = json!({"spineUserId": OKAFOR, "name": "Dr Amara Okafor", "odsCode": "GPPRAC001",
        "organisationName": "Riverside Test Practice"});
    std::fs::write(folder.join("current-user.json"), user.to_string()).unwrap();
    until_online(&toolbar).await;
    assert!(toolbar.patient(PATIENT).await.unwrap() == PatientCard::NotAsked);
    world.platform.publish("m1", letter());
    until("completed", || {
        world.platform.stage("m1") == Stage::Completed
    })
    .await;
    assert_eq!(delivered(&folder).len(), 1);
    std::fs::remove_file(folder.join("current-user.json")).unwrap();
    until("signed out", || world.platform.inner().sign_outs == 1).await;
}
