//! The demo's message: real files, as a pharmacy's system would enter them.

use crate::up::sdk_dir::Connection;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as STANDARD_BASE64;
use httpkit::entropy::OsEntropy;
use serde_json::Number;
use wire::gateway::{FileEntry, INSTANT, MessageEntry, STANDARD};
use wire::partner::{Body, CodedDataItem};

/// Printed to PDF by a browser.
const LETTER: &[u8] = include_bytes!("../../../../sdk-kit/samples/dispense-notification.pdf");
/// A photograph (its origin and licence stand beside it).
const PHOTOGRAPH: &[u8] = include_bytes!("../../../../third_party/scikit-image/retina.jpg");
/// Text with accents and emoji.
const NOTE: &[u8] = include_bytes!("../../../../sdk-kit/samples/counter-note.txt");
/// Notes of several pages.
const NOTES: &[u8] = include_bytes!("../../../../sdk-kit/samples/consultation-notes.txt");

/// A new message about the sample patient, in the demo practitioner's name.
pub(super) fn instant(connection: &Connection, user: &str) -> MessageEntry {
    let measured = |code: &str, value: u32, text: &str| CodedDataItem {
        code: code.to_owned(),
        value: Some(Number::from(value)),
        unit: Some("mmHg".to_owned()),
        additional_text: Some(text.to_owned()),
    };
    MessageEntry {
        kind: INSTANT.to_owned(),
        user_id: Some(user.to_owned()),
        body: Some(words(
            "Medicines were dispensed today; the notification and the notes are attached.",
        )),
        files: vec![
            file("application/pdf", "Dispense notification.pdf", LETTER),
            file("image/jpeg", "Retina left eye.jpg", PHOTOGRAPH),
            file("text/plain", "Note from the counter.txt", NOTE),
            file(
                "text/vnd.qxlva.conneqt.consultation",
                "Consultation notes.txt",
                NOTES,
            ),
        ],
        coded_data_items: vec![
            measured("407554009", 140, "Sitting systolic blood pressure"),
            measured("407555005", 80, "Sitting diastolic blood pressure"),
            CodedDataItem {
                code: "248223005".to_owned(),
                value: None,
                unit: None,
                additional_text: Some("Feeling faint on standing up, twice this week".to_owned()),
            },
        ],
        ..about(connection)
    }
}

/// A message that somebody at the practice looks at first.
pub(super) fn standard(connection: &Connection) -> MessageEntry {
    MessageEntry {
        kind: STANDARD.to_owned(),
        body: Some(words("A note for the practice, to be looked at first.")),
        files: vec![file("text/plain", "Note from the counter.txt", NOTE)],
        ..about(connection)
    }
}

fn about(connection: &Connection) -> MessageEntry {
    MessageEntry {
        message_id: Some(model::entropy::uuid_v4(&OsEntropy).to_string()),
        topic: model::topic::DISPENSE_EVENT.to_owned(),
        to: connection.practice_ods_code.clone(),
        nhs_number: connection.nhs_number.clone(),
        ..MessageEntry::default()
    }
}

fn words(text: &str) -> Body {
    Body {
        mime_type: "text/plain".to_owned(),
        content: text.to_owned(),
    }
}

fn file(mime_type: &str, file_name: &str, bytes: &[u8]) -> FileEntry {
    FileEntry {
        mime_type: mime_type.to_owned(),
        file_name: file_name.to_owned(),
        content: STANDARD_BASE64.encode(bytes),
    }
}

/// What it carries, in a line.
pub(super) fn describe(message: &MessageEntry) -> String {
    let bytes = [LETTER, PHOTOGRAPH, NOTE, NOTES]
        .iter()
        .map(|file| file.len())
        .sum::<usize>();
    format!(
        "{} files ({} kB), {} coded items",
        message.files.len(),
        bytes / 1000,
        message.coded_data_items.len()
    )
}
