//! A message's life at the gateway, and everything that is decided there without I/O (contract E).
//!
//! Entered, a message waits its turn (one at a time for each patient), is sent under a lease, and is then
//! accepted or refused by the platform. A refused one stays where a person can see, mend and release it.

mod pace;
mod state;

pub use pace::{Followed, backoff, is_last_look, next_look};
pub use state::{Bucket, Overdue, State, bucket, overdue};

use jiff::SignedDuration;

/// A worker that sends a message holds it for so long. Its request takes at most two minutes.
pub const LEASE: SignedDuration = SignedDuration::from_secs(180);
/// A message that was entered without an expiry gets this one, counted from its entry. The platform is not told, and
/// counts the same from when it takes the message (contract A.10).
pub const DEFAULT_EXPIRY: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The longest time before an unanswered message is tried again.
pub const MAX_BACKOFF: SignedDuration = SignedDuration::from_mins(15);
/// Content is kept for so long after the platform's last word, and then deleted.
pub const CONTENT_KEPT: SignedDuration = SignedDuration::from_hours(24);
/// Content of a refused message is kept for so long after it was refused or its time ran out, whichever came later:
/// a person has to see it and mend it, and may be away.
pub const REFUSED_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Whether a message is pre-approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Goes into the record by itself, under a practitioner's authorisation.
    Instant,
    /// Waits for review at the practice.
    Standard,
}

impl Kind {
    /// As it is stored and told.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Instant => "instant",
            Self::Standard => "standard",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Instant, Self::Standard]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}
