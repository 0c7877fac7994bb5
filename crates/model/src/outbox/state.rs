//! Where a message stands at the gateway, and when that is later than it should be.

use super::Kind;
use crate::message::{CONVERSION_PERIOD, Status};
use jiff::{SignedDuration, Timestamp};

/// Where a message stands with the platform's acceptance (contract E).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Waits for its turn, or for its next try.
    Queued,
    /// A worker holds it under a lease.
    Sending,
    /// The platform has it.
    Accepted,
    /// The platform will not take it as it is, or its time ran out: a person mends and releases it.
    Refused,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Sending, Self::Accepted, Self::Refused];

    /// As it is stored and told.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether later messages about the same patient have to wait for this one.
    pub fn holds_its_patient(self) -> bool {
        matches!(self, Self::Queued | Self::Sending)
    }
}

/// What a message counts as when entries are reconciled: entered = queued + refused + accepted, and
/// accepted = pending + completed + rejected + expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bucket {
    /// On its way to the platform.
    Queued,
    /// Not taken by the platform.
    Refused,
    /// With the platform, its end not known yet.
    Pending,
    /// In the record.
    Completed,
    /// Refused by the practice.
    Rejected,
    /// Its time ran out at the practice.
    Expired,
}

impl Bucket {
    /// Every bucket, in the order in which a page shows them.
    pub const ALL: [Self; 6] = [
        Self::Queued,
        Self::Refused,
        Self::Pending,
        Self::Completed,
        Self::Rejected,
        Self::Expired,
    ];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Refused => "refused",
            Self::Pending => "pending",
            Self::Completed => "completed",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|bucket| bucket.as_str() == text)
    }
}

/// Which bucket a message is in, from its state and the platform's last word about it.
pub fn bucket(state: State, status: Option<Status>) -> Bucket {
    match (state, status) {
        (State::Queued | State::Sending, _) => Bucket::Queued,
        (State::Refused, _) => Bucket::Refused,
        (State::Accepted, None | Some(Status::Pending)) => Bucket::Pending,
        (State::Accepted, Some(Status::Completed)) => Bucket::Completed,
        (State::Accepted, Some(Status::Rejected)) => Bucket::Rejected,
        (State::Accepted, Some(Status::Expired)) => Bucket::Expired,
    }
}

/// A message should have left the queue after so long.
const QUEUED_TOO_LONG: SignedDuration = SignedDuration::from_mins(15);
/// A practice should have looked at a message after so long: three days, so that a weekend is no alarm.
const REVIEW_TOO_LONG: SignedDuration = SignedDuration::from_hours(3 * 24);
/// Room beyond the conversion period before an instant message counts as late.
const INSTANT_ROOM: SignedDuration = SignedDuration::from_mins(5);

/// Why a message needs a person's eye.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Overdue {
    /// Longer in the queue than it should be.
    Queued,
    /// Refused, and not released yet.
    Refused,
    /// An instant message that is not in the record, although its time to get there by itself is over.
    Instant,
    /// Waits for review longer than it should.
    Review,
    /// Its time ran out: it never got into the record.
    Expired,
}

/// From when on a message in this bucket counts as late; `None` when it never does. A refused or expired
/// one is late at once.
pub fn overdue(bucket: Bucket, kind: Kind, entered_at: Timestamp) -> Option<(Overdue, Timestamp)> {
    let after =
        |period: SignedDuration| entered_at.saturating_add(period).unwrap_or(Timestamp::MAX);
    match (bucket, kind) {
        (Bucket::Queued, _) => Some((Overdue::Queued, after(QUEUED_TOO_LONG))),
        (Bucket::Refused, _) => Some((Overdue::Refused, entered_at)),
        (Bucket::Pending, Kind::Instant) => {
            Some((Overdue::Instant, after(CONVERSION_PERIOD + INSTANT_ROOM)))
        }
        (Bucket::Pending, Kind::Standard) => Some((Overdue::Review, after(REVIEW_TOO_LONG))),
        (Bucket::Expired, _) => Some((Overdue::Expired, entered_at)),
        (Bucket::Completed | Bucket::Rejected, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_is_in_one_bucket() {
        for state in State::ALL {
            for status in [None].into_iter().chain(Status::ALL.map(Some)) {
                let found = bucket(state, status);
                assert_eq!(Bucket::parse(found.as_str()), Some(found));
                assert_eq!(State::parse(state.as_str()), Some(state));
            }
        }
    }

    #[test]
    fn what_ended_well_is_never_late_and_a_refusal_is_at_once() {
        let then = Timestamp::UNIX_EPOCH;
        for kind in [Kind::Instant, Kind::Standard] {
            assert_eq!(overdue(Bucket::Completed, kind, then), None);
            assert_eq!(overdue(Bucket::Rejected, kind, then), None);
            assert_eq!(
                overdue(Bucket::Refused, kind, then),
                Some((Overdue::Refused, then))
            );
        }
        let late = |kind| overdue(Bucket::Pending, kind, then).map(|(_, at)| at);
        assert!(late(Kind::Instant) < late(Kind::Standard));
    }
}
