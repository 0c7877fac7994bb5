//! Names of events, and the events of a stream that are about the stream itself.

use serde::{Deserialize, Serialize};

/// Every `type` of an event.
pub const EVENT_TYPES: [&str; 16] = [
    "message.queued",
    "message.accepted",
    "message.refused",
    "message.status",
    "message.released",
    "user.authorised",
    "user.withdrawn",
    "user.forgotten",
    "user.linked",
    "webhook.test",
    "patient.pending",
    "patient.link-failed",
    "patient.linked",
    "patient.at-risk",
    "patient.needs-reauthorisation",
    "patient.unlinked",
];

/// First event of every connection to `/v1/events`: [`Hello`].
pub const HELLO: &str = "hello";
/// Earlier events may be missing: [`Gap`].
pub const GAP: &str = "gap";

pub use crate::partner::Gap;

/// First event of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hello {
    /// Events after this id follow.
    pub last_event_id: u64,
}
