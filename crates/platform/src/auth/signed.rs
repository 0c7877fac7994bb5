//! What a toolbar signed with its device's Ed25519 key: the one place where such texts are read.

use jiff::Timestamp;
use jose::Lifetime;
use jose::jws::{PublicKey, Unchecked};
use model::DeviceId;
use model::device::{ASSERTION_MAX, CLOCK_SKEW, Device};
use serde::de::DeserializeOwned;

/// A signed text of which nothing is believed yet.
pub(crate) struct Signed<'a> {
    by: DeviceId,
    unchecked: Unchecked<'a>,
}

impl<'a> Signed<'a> {
    /// Takes a text apart; `None` when it is no signed JWT that names a toolbar.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let unchecked = Unchecked::parse(text).ok()?;
        let by = unchecked.kid()?.parse().ok()?;
        Some(Self { by, unchecked })
    }

    /// The toolbar that it names.
    pub(crate) fn by(&self) -> DeviceId {
        self.by
    }

    /// What it says, if that toolbar is this one and signed it.
    pub(crate) fn claims<T: DeserializeOwned>(&self, device: &Device) -> Option<T> {
        if device.id != self.by {
            return None;
        }
        let content = self.unchecked.check(&PublicKey(device.public_key)).ok()?;
        serde_json::from_slice(&content).ok()
    }
}

/// Until when something of these times, in seconds of Unix, could be used again, so how long its id must be
/// remembered; `None` when it is not good now.
pub(crate) fn timely(issued_at: i64, ends_at: i64, now: Timestamp) -> Option<Timestamp> {
    let lifetime = Lifetime {
        longest: ASSERTION_MAX.as_secs(),
        skew: CLOCK_SKEW.as_secs(),
    };
    let until = lifetime.check(issued_at, ends_at, now.as_second()).ok()?;
    Timestamp::from_second(until).ok()
}
