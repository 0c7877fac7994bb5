//! The partner API's JSON (contract A), as a client sends and reads it.
//!
//! The platform reads request bodies as a stream and does not use the request types; clients do.

use serde::{Deserialize, Serialize};

/// `type` of a standard message.
pub const STANDARD_TYPE: &str = "ToolbarMessage";
/// `type` of an instant message.
pub const INSTANT_TYPE: &str = "ToolbarInstantMessage";
/// `recipient.id.type` values.
pub const RECIPIENT_TYPES: [&str; 2] = ["OcsClientIdentifier", "OdsOrganisationId"];
/// `subject.id.type` value.
pub const SUBJECT_TYPE: &str = "VerifiedNhsNumber";

/// A typed identifier, under `id`.
#[derive(Clone, Serialize, Deserialize)]
pub struct Identified {
    /// The identifier.
    pub id: Identifier,
}

/// A typed identifier.
#[derive(Clone, Serialize, Deserialize)]
pub struct Identifier {
    /// What the value is.
    #[serde(rename = "type")]
    pub kind: String,
    /// The value.
    pub value: String,
}

impl Identified {
    /// An identifier of `kind`.
    pub fn new(kind: &str, value: &str) -> Self {
        Self {
            id: Identifier {
                kind: kind.to_owned(),
                value: value.to_owned(),
            },
        }
    }
}

/// Words for the practice.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Body {
    /// `text/plain` or `text/html`.
    pub mime_type: String,
    /// The words.
    pub content: String,
}

/// One attachment.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// One of the four types.
    pub mime_type: String,
    /// A Windows file name.
    pub file_name: String,
    /// Base64.
    pub content: String,
}

/// One coded item.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CodedDataItem {
    /// SNOMED CT concept.
    pub code: String,
    /// Its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<serde_json::Number>,
    /// The value's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Words that go with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_text: Option<String>,
}

/// A message to send; no `Debug`, since it is about a patient.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SendMessage {
    /// The sender's id for it, a UUID; the same on every retry.
    pub message_id: String,
    /// [`STANDARD_TYPE`] or [`INSTANT_TYPE`].
    #[serde(rename = "type")]
    pub kind: String,
    /// One of the topics.
    pub topic: String,
    /// The practice.
    pub recipient: Identified,
    /// The patient.
    pub subject: Identified,
    /// RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry_date_time: Option<String>,
    /// Words for the practice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// One to ten.
    pub attachments: Vec<Attachment>,
    /// At most 200.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coded_data_items: Vec<CodedDataItem>,
}

/// The answer to a send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sent {
    /// Relative path of the status.
    pub message_status_endpoint: String,
}

/// One topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Topic {
    /// Its name.
    pub topic_name: String,
}

/// Exchange an access code.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExchangeCode {
    /// The eight characters.
    pub access_code: String,
}

/// The token for a code; no `Debug`, since it is a secret.
#[derive(Clone, Serialize, Deserialize)]
pub struct AccessToken {
    /// A UUID.
    pub token: String,
}

/// Where a message stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusAnswer {
    /// The sender's id.
    pub message_id: String,
    /// As sent.
    #[serde(rename = "type")]
    pub kind: String,
    /// `PENDING`, `COMPLETED`, `REJECTED` or `EXPIRED`.
    pub status: String,
    /// Which kind of pending or completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_status: Option<String>,
    /// Since when.
    pub status_date_time: String,
    /// When its time runs out.
    pub expiry_date_time: String,
    /// Why, where the status has a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Every status it had, oldest first.
    pub history: Vec<StatusEntry>,
}

/// One line of a message's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusEntry {
    /// The status.
    pub status: String,
    /// The sub-status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_status: Option<String>,
    /// Since when.
    pub date_time: String,
}

/// Names of the events of `/api/v1/events`.
pub mod event {
    /// A message changed its status: [`super::StatusEvent`].
    pub const STATUS: &str = "status";
    /// Earlier events may be missing: [`super::Gap`].
    pub const GAP: &str = "gap";
}

/// First event of a connection whose `Last-Event-ID` is too old (or another platform's) to go on from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// What to do, in words.
    pub detail: String,
}

/// One event of `/api/v1/events` (its `event:` is `status`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusEvent {
    /// The sender's id of the message that changed.
    pub message_id: String,
    /// The status it changed to.
    pub status: String,
    /// The sub-status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_status: Option<String>,
    /// When.
    pub date_time: String,
}
