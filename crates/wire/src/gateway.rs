//! The gateway's product API (contract E), as a supplier's own product sends and reads it.
//!
//! The gateway reads a message's entry as a stream and does not use [`MessageEntry`]; clients do.

pub mod events;
mod messages;
pub mod patients;
mod preview;
pub mod users;
pub mod webhooks;

pub use messages::{
    Attempt, Entered, FileEntry, KeptFile, Looked, Message, MessageEntry, MessageList,
    MessageSummary, Release, TimelineEntry,
};
pub use preview::{DryRun, PREVIEW_TYPE, Preview};
pub use webhooks::{Event, EventData};

/// `state` of a message: waits for its turn or its next try.
pub const QUEUED: &str = "queued";
/// `state` of a message: on its way this moment.
pub const SENDING: &str = "sending";
/// `state` of a message: the platform has it.
pub const ACCEPTED: &str = "accepted";
/// `state` of a message: the platform will not take it as it is.
pub const REFUSED: &str = "refused";
/// `kind` of a message that goes into the record by itself.
pub const INSTANT: &str = "instant";
/// `kind` of a message that waits for review.
pub const STANDARD: &str = "standard";

#[cfg(test)]
mod tests;
