//! A claim on a message: for a while, and with a number that tells an old claim from the present one.

use crate::SessionId;
use jiff::{SignedDuration, Timestamp};

/// No lease ends later than so long from now: twice the contract's.
pub(super) const FURTHEST_LEASE: SignedDuration = SignedDuration::from_secs(120);

/// Grows with every claim of one message. Whoever comes with an older one has lost the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fence(pub u64);

impl Fence {
    /// The fence of the next claim.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Why a toolbar took a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimMode {
    /// By itself, because a practitioner approved the message before it was sent.
    Automatic,
    /// Because somebody at the practice looks at it.
    Review,
}

/// A claim as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Who holds it.
    pub holder: SessionId,
    /// Its number.
    pub fence: Fence,
    /// When it ends unless renewed.
    pub until: Timestamp,
    /// What for.
    pub mode: ClaimMode,
}
