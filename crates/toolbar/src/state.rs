//! What the toolbar shows of itself: where it stands, and what it did.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wire::practice::{PracticeInfo, PractitionerInfo};

/// Where the toolbar stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum State {
    /// The platform doesn't know this PC.
    NotRegistered {
        /// Why, in words.
        reason: String,
    },
    /// Nobody is signed in.
    SignedOut {
        /// Why.
        reason: SignedOutReason,
    },
    /// Somebody is signed in to the record system; the platform has not said hello yet.
    Connecting {
        /// Who.
        practitioner: PractitionerInfo,
    },
    /// Signed in, with the stream open.
    Online {
        /// Who.
        practitioner: PractitionerInfo,
        /// Where.
        practice: PracticeInfo,
    },
    /// Signed in to the record system, cut off from the platform.
    Offline {
        /// Why.
        reason: OfflineReason,
    },
    /// The platform refuses this PC or this practitioner.
    Blocked {
        /// Why, in the platform's words.
        reason: String,
    },
}

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignedOutReason {
    /// The toolbar has only just started.
    Starting,
    /// Nobody is signed in to the record system.
    NobodyAtRecordSystem,
    /// The record system can't be asked.
    RecordSystemUnreachable,
    /// The record system's user is of another practice than this PC.
    OtherPractice,
    /// Somebody signed out by hand.
    Asked,
    /// The toolbar was stopped.
    Stopped,
}

/// Why the toolbar is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OfflineReason {
    /// Somebody asked for it (a sandbox fault).
    Asked,
    /// The platform doesn't answer, or not now.
    PlatformUnreachable,
}

/// How the line to the platform is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Since when the toolbar is [`State::Online`], or since when it is not.
    pub since: Timestamp,
    /// When it will try again, if it waits for that.
    pub next_try: Option<Timestamp>,
    /// Why the last try failed, as a sentence for people.
    pub last_problem: Option<String>,
}

/// Something the toolbar did or noticed; nothing in it says who the patient is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "event",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
pub enum AgentEvent {
    /// A message is in the record, and the platform knows.
    Imported {
        /// The platform's name for the message.
        message_ref: String,
        /// The sender's name for it.
        message_id: String,
        /// It was in the record already.
        already: bool,
    },
    /// A message could not go into the record.
    ImportFailed {
        /// The platform's name for the message.
        message_ref: String,
        /// The sender's name for it.
        message_id: String,
        /// Why, in words for the practice.
        reason: String,
    },
    /// A message is in the record, but the platform could not be told.
    Unreported {
        /// The platform's name for the message.
        message_ref: String,
        /// The sender's name for it.
        message_id: String,
    },
    /// A message waits for somebody to look at it.
    Waiting {
        /// The platform's name for the message.
        message_ref: String,
        /// The sender's name for it.
        message_id: String,
    },
    /// A message reached its end without this toolbar: imported at another PC, rejected by a colleague, or
    /// expired. Told once.
    Settled {
        /// The platform's name for the message.
        message_ref: String,
        /// The sender's name for it.
        message_id: String,
        /// As it ended: `COMPLETED`, `REJECTED` or `EXPIRED`.
        status: String,
        /// More exactly, where there is more to say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sub_status: Option<String>,
    },
    /// A client system exchanged one of the practitioner's access codes.
    CodeUsed {
        /// Which.
        client_name: String,
        /// When: RFC 3339.
        used_at: String,
    },
}
