//! Examples for requests and answers, built from the same types that clients use.

pub(super) mod gateway;

use super::sample::{CONSULTATION, LETTER, NOTE, Sample};
use crate::partner::{
    Attachment, Body, CodedDataItem, INSTANT_TYPE, Identified, RECIPIENT_TYPES, STANDARD_TYPE,
    SUBJECT_TYPE, SendMessage,
};
use crate::paths::partner;
use serde_json::{Value, json};

/// The practice of every example; `baton up` makes it.
pub(crate) const PRACTICE: &str = "GPPRAC001";
/// The patient of every example, from the test patients' file.
pub(crate) const PATIENT: &str = "9547852140";
const INSTANT_ID: &str = "5f0c2c3e-6d0b-4c0e-9a57-3b1f6f0d7e21";
const STANDARD_ID: &str = "b28e4f6a-13d7-4b9c-8f50-6a2d9c71e403";
const TOKEN: &str = "3d1f0a94-7c58-4e2b-b6ad-91e0c47f5a38";

/// An example and what it shows.
pub(super) struct Example {
    pub(super) name: &'static str,
    pub(super) summary: &'static str,
    pub(super) value: Value,
}

/// The examples of a request body or answer with that schema.
pub(super) fn of(schema: &str) -> Vec<Example> {
    let one = |name, summary, value| {
        vec![Example {
            name,
            summary,
            value,
        }]
    };
    match schema {
        "InstantMessage" => one(
            "consultation",
            "A letter and consultation notes with a blood pressure",
            to_value(&instant_message()),
        ),
        "StandardMessage" => one(
            "letter",
            "A letter and a note to review",
            to_value(&standard_message()),
        ),
        "ExchangeCode" => one(
            "code",
            "The code from the toolbar",
            json!({ "accessCode": "K7WQ4RTX" }),
        ),
        "AccessToken" => one("token", "The token", json!({ "token": TOKEN })),
        "Sent" => one(
            "taken",
            "The message was taken",
            json!({ "messageStatusEndpoint": partner::status_of(INSTANT_ID) }),
        ),
        "Topics" => one(
            "topics",
            "The topics of a new server",
            json!([{ "topicName": "ConsultationSummary" }, { "topicName": "DispenseEventNotification" }]),
        ),
        "MessageStatus" => vec![
            Example {
                name: "imported",
                summary: "In the record, by itself",
                value: imported(),
            },
            Example {
                name: "failedImport",
                summary: "The import failed; it now waits for review",
                value: failed(),
            },
        ],
        "RegisterWidget" => one(
            "letters",
            "A widget that wants to know who opens it, and for which patient",
            json!({
                "name": "Clinic letters",
                "icon": "letter",
                "launchUrl": "https://supplier.example/open",
                "encryptionSecret": "Kq3vX7pZ0sT5wB9nR2yL6dF8hJ1mC4gA",
                "encryptionMethod": "A256GCM",
                "requiresUserData": true,
                "requiresPatientData": true
            }),
        ),
        "RegisteredWidget" => one(
            "awaitingApproval",
            "Nobody has looked at it yet",
            json!({
                "widgetId": "0d6f3b52-8c1e-4f7a-b3d9-5e2a71c0f846",
                "name": "Clinic letters",
                "state": "awaiting-approval",
                "revision": 1
            }),
        ),
        "WidgetKey" => one(
            "key",
            "A toolbar's key",
            json!({
                "kty": "OKP",
                "crv": "Ed25519",
                "kid": "7a0c9e14-25b8-4d63-9f1e-6b3d80c2a5f7",
                "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                "alg": "EdDSA",
                "use": "sig"
            }),
        ),
        _ => Vec::new(),
    }
}

/// The stream of events, as it comes over the wire.
pub(super) const EVENTS: &str = "id: 41\nevent: status\ndata: {\"messageId\":\"5f0c2c3e-6d0b-4c0e-9a57-3b1f6f0d7e21\",\"status\":\"PENDING\",\"subStatus\":\"Import in progress\",\"dateTime\":\"2026-11-21T09:30:12.345Z\"}\n\nid: 42\nevent: status\ndata: {\"messageId\":\"5f0c2c3e-6d0b-4c0e-9a57-3b1f6f0d7e21\",\"status\":\"COMPLETED\",\"subStatus\":\"Imported automatically\",\"dateTime\":\"2026-11-21T09:30:12.702Z\"}\n\n";

fn instant_message() -> SendMessage {
    message(
        INSTANT_TYPE,
        INSTANT_ID,
        "ConsultationSummary",
        "Blood pressure checked at the pharmacy. Letter and notes attached.",
        &[LETTER, CONSULTATION],
        blood_pressure(),
    )
}

fn standard_message() -> SendMessage {
    message(
        STANDARD_TYPE,
        STANDARD_ID,
        "DispenseEventNotification",
        "Medicines handed out today. Please file.",
        &[LETTER, NOTE],
        Vec::new(),
    )
}

/// A whole message with the example practice and patient.
pub(crate) fn message(
    kind: &str,
    id: &str,
    topic: &str,
    words: &str,
    files: &[Sample],
    coded_data_items: Vec<CodedDataItem>,
) -> SendMessage {
    let [client_identifier, _] = RECIPIENT_TYPES;
    SendMessage {
        message_id: id.to_owned(),
        kind: kind.to_owned(),
        topic: topic.to_owned(),
        recipient: Identified::new(client_identifier, PRACTICE),
        subject: Identified::new(SUBJECT_TYPE, PATIENT),
        expiry_date_time: None,
        body: Some(Body {
            mime_type: "text/plain".to_owned(),
            content: words.to_owned(),
        }),
        attachments: files.iter().map(attached).collect(),
        coded_data_items,
    }
}

fn attached(file: &Sample) -> Attachment {
    Attachment {
        mime_type: file.mime_type.to_owned(),
        file_name: file.file_name.to_owned(),
        content: file.base64(),
    }
}

/// A blood pressure and a finding without a value.
pub(crate) fn blood_pressure() -> Vec<CodedDataItem> {
    let item = |code: &str, value: Option<u32>, words: &str| CodedDataItem {
        code: code.to_owned(),
        value: value.map(Into::into),
        unit: value.map(|_| "mmHg".to_owned()),
        additional_text: Some(words.to_owned()),
    };
    vec![
        item("407554009", Some(140), "Systolic, sitting"),
        item("407555005", Some(80), "Diastolic, sitting"),
        item("248223005", None, "Felt faint on standing up"),
    ]
}

/// A message as JSON; its types cannot fail to serialise.
pub(crate) fn to_value(message: &SendMessage) -> Value {
    serde_json::to_value(message).unwrap_or_default()
}

fn imported() -> Value {
    json!({
        "messageId": INSTANT_ID,
        "type": INSTANT_TYPE,
        "status": "COMPLETED",
        "subStatus": "Imported automatically",
        "statusDateTime": "2026-11-21T09:30:12.702Z",
        "expiryDateTime": "2026-12-21T09:30:11.980Z",
        "history": [
            { "status": "PENDING", "subStatus": "Awaiting instant import", "dateTime": "2026-11-21T09:30:11.980Z" },
            { "status": "PENDING", "subStatus": "Import in progress", "dateTime": "2026-11-21T09:30:12.345Z" },
            { "status": "COMPLETED", "subStatus": "Imported automatically", "dateTime": "2026-11-21T09:30:12.702Z" }
        ]
    })
}

fn failed() -> Value {
    json!({
        "messageId": INSTANT_ID,
        "type": INSTANT_TYPE,
        "status": "PENDING",
        "subStatus": "Failed instant message import",
        "statusDateTime": "2026-11-21T09:30:12.702Z",
        "expiryDateTime": "2026-12-21T09:30:11.980Z",
        "reason": "no patient with this NHS number at the practice",
        "history": [
            { "status": "PENDING", "subStatus": "Awaiting instant import", "dateTime": "2026-11-21T09:30:11.980Z" },
            { "status": "PENDING", "subStatus": "Import in progress", "dateTime": "2026-11-21T09:30:12.345Z" },
            { "status": "PENDING", "subStatus": "Failed instant message import", "dateTime": "2026-11-21T09:30:12.702Z" }
        ]
    })
}
