//! Toolbar installations and the keys that register them.

use crate::{DeviceId, OdsCode};
use jiff::{SignedDuration, Timestamp};

/// A session ends at the latest so long after sign-in.
pub const SESSION_MAX: SignedDuration = SignedDuration::from_hours(12);
/// A session ends after so long without a call.
pub const SESSION_IDLE: SignedDuration = SignedDuration::from_mins(30);
/// A sign-in assertion lives at most so long.
pub const ASSERTION_MAX: SignedDuration = SignedDuration::from_secs(60);
/// Two machines' clocks may differ by so much.
pub const CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(30);

/// A toolbar on one PC of a practice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its identifier.
    pub id: DeviceId,
    /// The practice it was registered for.
    pub practice: OdsCode,
    /// What the practice calls the PC.
    pub name: String,
    /// The public half of its Ed25519 key.
    pub public_key: [u8; 32],
    /// When it was registered.
    pub registered_at: Timestamp,
    /// When an operator blocked it.
    pub blocked_at: Option<Timestamp>,
}

/// A registration key without its secret part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationKey {
    /// Part 1, by which the key is found.
    pub part_1: String,
    /// The practice it registers toolbars for.
    pub practice: OdsCode,
    /// Whether it may be used more than once.
    pub many: bool,
    /// When it stops working.
    pub ends_at: Timestamp,
}

/// Whether a session is still good, from when it was made and last used.
pub fn session_lives(made: Timestamp, last_used: Timestamp, now: Timestamp) -> bool {
    let age = now.duration_since(made);
    let idle = now.duration_since(last_used);
    age < SESSION_MAX && idle < SESSION_IDLE
}
