//! A message and its life (contract B).
//!
//! [`step`] decides every change from (stage, event, time); [`settle`] applies the changes that time
//! alone brings. Nothing else writes a status.

mod digest;
mod lease;
mod life;
mod status;
#[cfg(test)]
mod tests;

pub use digest::Said;
pub use lease::{ClaimMode, Fence, Lease};
pub use life::{
    Event, Refused, Review, Stage, Step, Timed, Waiting, next_due, settle, settle_to_write, step,
};
pub use status::{Status, SubStatus, show};

use crate::attachment::Attachment;
use crate::coded_data::CodedItem;
use crate::{
    ClientMessageId, ClientSystemId, Hash, MessageRef, NhsNumber, OdsCode, SpineUserId, TokenId,
};
use jiff::{SignedDuration, Timestamp};

/// An instant message that nobody took for so long becomes a standard one.
pub const CONVERSION_PERIOD: SignedDuration = SignedDuration::from_mins(10);
/// A claim lasts so long unless renewed.
pub const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// A terminal message loses its content after so long.
pub const RETENTION: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The longest body text, in bytes of UTF-8 (contract A.11).
pub const MAX_BODY_BYTES: usize = 64 * 1024;
/// The longest reason that a practice may give, in characters.
pub const MAX_REASON: usize = 500;

/// What a body's text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyType {
    /// `text/plain`
    Plain,
    /// `text/html`; sanitised before anyone is shown it.
    Html,
}

impl BodyType {
    /// Its MIME type on the wire.
    pub fn mime_type(self) -> &'static str {
        match self {
            Self::Plain => "text/plain",
            Self::Html => "text/html",
        }
    }

    /// Reads a MIME type exactly as the contract writes it.
    pub fn from_mime_type(text: &str) -> Option<Self> {
        [Self::Plain, Self::Html]
            .into_iter()
            .find(|kind| kind.mime_type() == text)
    }
}

/// Words for the people at the practice.
#[derive(Clone, PartialEq, Eq)]
pub struct Body {
    /// What the text is.
    pub kind: BodyType,
    /// The text as sent.
    pub content: String,
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Body(…)")
    }
}

/// Who approved an instant message, and by which token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The practitioner, at the message's practice.
    pub spine_user_id: SpineUserId,
    /// The token that was shown.
    pub token: TokenId,
}

/// What does not change in a message once it is accepted, content aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The platform's name for it.
    pub reference: MessageRef,
    /// The client system that sent it.
    pub client: ClientSystemId,
    /// The sender's name for it.
    pub message_id: ClientMessageId,
    /// The approval; `None` for a standard message.
    pub approval: Option<Approval>,
    /// Its topic.
    pub topic: String,
    /// The practice it is for.
    pub practice: OdsCode,
    /// The patient it is about.
    pub subject: NhsNumber,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// When its time runs out.
    pub expires_at: Timestamp,
    /// Digest of everything its sender said, to tell a retry from a conflict.
    pub content_hash: Hash,
}

/// What a message carries; gone after the retention period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Words for the practice.
    pub body: Option<Body>,
    /// One to ten attachments.
    pub attachments: Vec<Attachment>,
    /// Coded data.
    pub coded_data: Vec<CodedItem>,
}
