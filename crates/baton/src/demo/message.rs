//! The demo's message: real files, as a pharmacy's system would send them.

use crate::up::sdk_dir::Connection;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use httpkit::entropy::OsEntropy;
use serde_json::Number;
use wire::partner::{
    Attachment, Body, CodedDataItem, INSTANT_TYPE, Identified, RECIPIENT_TYPES, SUBJECT_TYPE,
    SendMessage,
};

/// Printed to PDF by a browser.
const LETTER: &[u8] = include_bytes!("../../../../sdk-kit/samples/dispense-notification.pdf");
/// A photograph (its origin and licence stand beside it).
const PHOTOGRAPH: &[u8] = include_bytes!("../../../../third_party/scikit-image/retina.jpg");
/// Text with accents and emoji.
const NOTE: &[u8] = include_bytes!("../../../../sdk-kit/samples/counter-note.txt");
/// Notes of several pages.
const NOTES: &[u8] = include_bytes!("../../../../sdk-kit/samples/consultation-notes.txt");

/// A new message about the sample patient.
pub(crate) fn compose(connection: &Connection) -> SendMessage {
    let attachment = |mime_type: &str, file_name: &str, bytes: &[u8]| Attachment {
        mime_type: mime_type.to_owned(),
        file_name: file_name.to_owned(),
        content: STANDARD.encode(bytes),
    };
    let measured = |code: &str, value: u32, text: &str| CodedDataItem {
        code: code.to_owned(),
        value: Some(Number::from(value)),
        unit: Some("mmHg".to_owned()),
        additional_text: Some(text.to_owned()),
    };
    let [recipient_type, _] = RECIPIENT_TYPES;
    SendMessage {
        message_id: model::entropy::uuid_v4(&OsEntropy).to_string(),
        kind: INSTANT_TYPE.to_owned(),
        topic: model::topic::DISPENSE_EVENT.to_owned(),
        recipient: Identified::new(recipient_type, &connection.practice_ods_code),
        subject: Identified::new(SUBJECT_TYPE, &connection.nhs_number),
        expiry_date_time: None,
        body: Some(Body {
            mime_type: "text/plain".to_owned(),
            content: "Medicines were dispensed today; the notification and the notes are attached."
                .to_owned(),
        }),
        attachments: vec![
            attachment("application/pdf", "Dispense notification.pdf", LETTER),
            attachment("image/jpeg", "Retina left eye.jpg", PHOTOGRAPH),
            attachment("text/plain", "Note from the counter.txt", NOTE),
            attachment(
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
    }
}

/// What it carries, in a line.
pub(crate) fn describe(message: &SendMessage) -> String {
    let bytes = [LETTER, PHOTOGRAPH, NOTE, NOTES]
        .iter()
        .map(|file| file.len())
        .sum::<usize>();
    format!(
        "{} files ({} kB), {} coded items",
        message.attachments.len(),
        bytes / 1000,
        message.coded_data_items.len()
    )
}
