//! What a stage is called outside (the table of contract B).

use super::lease::ClaimMode;
use super::life::{Review, Stage, Waiting};

/// The status of a message on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Not at its end yet.
    Pending,
    /// In the patient's record.
    Completed,
    /// Refused by the practice.
    Rejected,
    /// Its time ran out first.
    Expired,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 4] = [
        Self::Pending,
        Self::Completed,
        Self::Rejected,
        Self::Expired,
    ];

    /// As it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Completed => "COMPLETED",
            Self::Rejected => "REJECTED",
            Self::Expired => "EXPIRED",
        }
    }
}

/// The sub-status of a message on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubStatus {
    /// Instant, not taken yet.
    AwaitingInstantImport,
    /// A toolbar holds it.
    ImportInProgress,
    /// Standard.
    AwaitingReview,
    /// Was instant; nobody took it in time.
    InstantMessageTimedOut,
    /// Was instant; the import failed.
    FailedInstantMessageImport,
    /// Was instant; permission was withdrawn.
    AuthorisationWithdrawn,
    /// Imported by itself.
    ImportedAutomatically,
    /// Imported after review.
    ImportedAfterReview,
}

impl SubStatus {
    /// Every sub-status.
    pub const ALL: [Self; 8] = [
        Self::AwaitingInstantImport,
        Self::ImportInProgress,
        Self::AwaitingReview,
        Self::InstantMessageTimedOut,
        Self::FailedInstantMessageImport,
        Self::AuthorisationWithdrawn,
        Self::ImportedAutomatically,
        Self::ImportedAfterReview,
    ];

    /// As it stands on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AwaitingInstantImport => "Awaiting instant import",
            Self::ImportInProgress => "Import in progress",
            Self::AwaitingReview => "Awaiting review",
            Self::InstantMessageTimedOut => "Instant message timed out",
            Self::FailedInstantMessageImport => "Failed instant message import",
            Self::AuthorisationWithdrawn => "Authorisation withdrawn",
            Self::ImportedAutomatically => "Imported automatically",
            Self::ImportedAfterReview => "Imported after review",
        }
    }
}

/// A stage's status, sub-status and, where it has one, reason.
pub fn show(stage: &Stage) -> (Status, Option<SubStatus>, Option<&str>) {
    match stage {
        Stage::Waiting {
            what: Waiting::Instant { .. },
            ..
        } => (
            Status::Pending,
            Some(SubStatus::AwaitingInstantImport),
            None,
        ),
        Stage::Waiting {
            what: Waiting::Review(review),
            ..
        } => {
            let (sub_status, reason) = match review {
                Review::Standard => (SubStatus::AwaitingReview, None),
                Review::TimedOut => (SubStatus::InstantMessageTimedOut, None),
                Review::ImportFailed(reason) => {
                    (SubStatus::FailedInstantMessageImport, Some(reason.as_str()))
                }
                Review::AuthorisationWithdrawn => (SubStatus::AuthorisationWithdrawn, None),
            };
            (Status::Pending, Some(sub_status), reason)
        }
        Stage::Claimed { .. } => (Status::Pending, Some(SubStatus::ImportInProgress), None),
        Stage::Completed {
            mode: ClaimMode::Automatic,
        } => (
            Status::Completed,
            Some(SubStatus::ImportedAutomatically),
            None,
        ),
        Stage::Completed {
            mode: ClaimMode::Review,
        } => (
            Status::Completed,
            Some(SubStatus::ImportedAfterReview),
            None,
        ),
        Stage::Rejected { reason } => (Status::Rejected, None, Some(reason)),
        Stage::Expired => (Status::Expired, None, None),
    }
}
