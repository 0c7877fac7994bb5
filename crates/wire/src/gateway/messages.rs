//! A message on its way in, and what is told of it afterwards.

use crate::partner::{Body, CodedDataItem, StatusAnswer};
use crate::problem::Problem;
use serde::{Deserialize, Serialize};

/// One file of an entry in JSON.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileEntry {
    /// A Windows file name.
    pub file_name: String,
    /// One of the four types.
    pub mime_type: String,
    /// Base64.
    pub content: String,
}

/// A message to be entered. In a multipart request it is the part `message`, without files.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageEntry {
    /// `instant` or `standard`.
    pub kind: String,
    /// In whose name; an instant message needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The product's own id for it, a UUID; made on entry when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// One of the platform's topics.
    pub topic: String,
    /// ODS code of the practice.
    pub to: String,
    /// The patient.
    pub nhs_number: String,
    /// Words for the practice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// One to ten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileEntry>,
    /// At most 200.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coded_data_items: Vec<CodedDataItem>,
    /// RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry_date_time: Option<String>,
}

impl std::fmt::Debug for MessageEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let id = self.message_id.as_deref().unwrap_or("without an id");
        write!(f, "MessageEntry({id})")
    }
}

/// The answer to an entry (202), and to a release: where the message stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entered {
    /// The message's id, here and at the platform.
    pub message_id: String,
    /// `queued`, or for a repeated entry whatever it is by now.
    pub state: String,
}

/// What a list tells of a message. Nothing about the patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageSummary {
    /// Its id.
    pub message_id: String,
    /// `instant` or `standard`.
    pub kind: String,
    /// In whose name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Its topic.
    pub topic: String,
    /// ODS code of the practice.
    pub to: String,
    /// `queued`, `sending`, `accepted` or `refused`.
    pub state: String,
    /// Since when it has that state.
    pub state_date_time: String,
    /// Whether it waits for an earlier message about the same patient.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits_for_earlier: bool,
    /// When it was entered.
    pub entered_at: String,
    /// When its time runs out.
    pub expiry_date_time: String,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried next, while queued and in turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<String>,
    /// Name of the problem's type, when refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// When the platform accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<String>,
    /// The platform's last word: `PENDING`, `COMPLETED`, `REJECTED` or `EXPIRED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// In detail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_status: Option<String>,
    /// Since when, says the platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_date_time: Option<String>,
    /// Since when it needs a person's eye, if it does by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdue_since: Option<String>,
}

/// A page of messages, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageList {
    /// The messages.
    pub messages: Vec<MessageSummary>,
    /// Cursor of the next page, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One message, with everything that happened to it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// What a list tells.
    #[serde(flatten)]
    pub summary: MessageSummary,
    /// The patient.
    pub nhs_number: String,
    /// Its files, while they are kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<KeptFile>,
    /// Whether body, files and coded data are still here; a message without them cannot be released.
    pub content_kept: bool,
    /// Every try, oldest first; of very many the first and the last 100.
    pub attempts: Vec<Attempt>,
    /// The platform's last status answer, as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform_status: Option<StatusAnswer>,
    /// When the platform was last asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked_at: Option<String>,
    /// When it is asked next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_look_at: Option<String>,
    /// What happened, oldest first.
    pub timeline: Vec<TimelineEntry>,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Message({} {})",
            self.summary.message_id, self.summary.state
        )
    }
}

/// A file as it is kept here.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptFile {
    /// Its name.
    pub file_name: String,
    /// Its type.
    pub mime_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

/// One try to send.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// Counts from 1.
    pub number: u32,
    /// When it began.
    pub began_at: String,
    /// When it ended; missing while it runs, and for one whose gateway died.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
    /// `accepted`, `answered` (the platform said no), `no-answer` or `not-sent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// HTTP status of the platform's no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// The platform's problem document, if one came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// Why nothing came or nothing was sent, in one of a few fixed words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The same in a sentence for people, with what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

/// One thing that happened to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimelineEntry {
    /// When.
    pub at: String,
    /// What: an event's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// By whom: `product:<key>`, `operator:<name>`, `practitioner` or `gateway`.
    pub by: String,
    /// The status it brought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The sub-status it brought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_status: Option<String>,
    /// Name of the problem's type it brought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What is mended when a refused message is released. Its id and its content stay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// Another topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Another practice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Another practitioner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Another end, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry_date_time: Option<String>,
}

/// The answer to a look that was asked for.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Looked {
    /// The message's id.
    pub message_id: String,
    /// Where it stands now.
    pub state: String,
    /// Whether status or sub-status is new.
    pub changed: bool,
    /// The platform's answer; missing when it did not answer or does not know the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform_status: Option<StatusAnswer>,
}

impl std::fmt::Debug for Looked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Looked({} changed {})", self.message_id, self.changed)
    }
}
