//! Why something about a link is not done, and how that is answered.

use httpkit::problem::Refusal;
use model::pkb_link::{Failure, State};
use wire::gateway::patients::NO_SUCH_RESULT;
use wire::problem::ProblemType;

/// A product may try again after so many seconds, where PKB named no time.
const AGAIN: u64 = 5;
/// Somebody has to do something first.
const NOT_SOON: u64 = 3600;

/// Why an attempt was not begun.
#[derive(Clone, Debug)]
pub(crate) enum NotBegun {
    /// This gateway has no PKB.
    NotSetUp,
    /// There is no such patient.
    NoSuchPatient,
    /// Storage or the vault does not answer.
    Fault(Refusal),
}

/// Why no link was made of a `result`.
#[derive(Clone, Debug)]
pub(crate) enum NotConfirmed {
    /// This gateway has no PKB.
    NotSetUp,
    /// It is unknown, was used, or is too old.
    Unknown,
    /// It came from what another patient began, or there must not be such a link. The attempt is over.
    Refused(Failure),
    /// Storage or the vault does not answer.
    Fault(Refusal),
}

/// Why nothing was read at PKB.
#[derive(Clone, Debug)]
pub(crate) enum NotRead {
    /// This gateway has no PKB.
    NotSetUp,
    /// There is no such patient.
    NoSuchPatient,
    /// There is no link that stands.
    NotLinked(State),
    /// PKB could not be reached, or not asked yet.
    NotReached {
        /// When it may be tried again, in seconds.
        after: u64,
    },
    /// PKB answered something that this is not made for.
    NotUnderstood,
    /// PKB has frozen this patient's access.
    Frozen,
    /// The path leads elsewhere than into the record.
    Path,
    /// Storage or the vault does not answer.
    Fault(Refusal),
}

impl NotRead {
    /// Not reached, and nobody said when it may be tried again.
    pub(super) fn not_reached() -> Self {
        Self::NotReached { after: AGAIN }
    }
}

fn not_set_up() -> Refusal {
    Refusal::new(ProblemType::Unavailable).detail(
        "Patients Know Best (PKB) is not set up at this gateway. Who runs it gives it the address and the client id.",
    )
    .retry_after(NOT_SOON)
}

fn no_such_patient() -> Refusal {
    Refusal::new(ProblemType::NotFound).detail("There is no such patient.")
}

/// Why a link was not made, in words for the product's people.
fn words(why: Failure) -> &'static str {
    match why {
        Failure::Denied => "The patient said no at PKB.",
        Failure::Expired => "It took too long. The patient begins again.",
        Failure::RefusedByPkb => "PKB ended the attempt. The patient begins again.",
        Failure::NotReached => "PKB did not answer as expected. The patient begins again.",
        Failure::NotAPatient => {
            "Who approved does not have a patient’s account at PKB. Nothing was linked."
        }
        Failure::AnotherPerson => {
            "Who approved is another person than the one whom this account is linked to. Nothing has changed; to link another record, end the link first."
        }
        Failure::LinkedElsewhere => {
            "That PKB record is linked to another account. Nothing was linked."
        }
        Failure::NotTheirs => {
            "This attempt was begun by another patient. Nothing was linked, and its tokens are destroyed."
        }
        Failure::Frozen => {
            "PKB has frozen this patient’s access. The patient asks PKB or the care team."
        }
        Failure::Cancelled => "The attempt was ended before it was finished.",
    }
}

impl From<NotBegun> for Refusal {
    fn from(why: NotBegun) -> Self {
        match why {
            NotBegun::NotSetUp => not_set_up(),
            NotBegun::NoSuchPatient => no_such_patient(),
            NotBegun::Fault(refusal) => refusal,
        }
    }
}

impl From<NotConfirmed> for Refusal {
    fn from(why: NotConfirmed) -> Self {
        match why {
            NotConfirmed::NotSetUp => not_set_up(),
            NotConfirmed::Unknown => Self::new(ProblemType::LinkRefused).reason(NO_SUCH_RESULT).detail(
                "There is no such result, or it was used, or is older than ten minutes. The patient begins again.",
            ),
            NotConfirmed::Refused(why) => Self::new(ProblemType::LinkRefused)
                .reason(why.as_str())
                .detail(words(why)),
            NotConfirmed::Fault(refusal) => refusal,
        }
    }
}

impl From<NotRead> for Refusal {
    fn from(why: NotRead) -> Self {
        match why {
            NotRead::NotSetUp => not_set_up(),
            NotRead::NoSuchPatient => no_such_patient(),
            NotRead::NotLinked(state) => Self::new(ProblemType::LinkNeeded).detail(match state {
                State::NeedsReauthorisation => "The patient has to connect the PKB record again.",
                State::Pending => {
                    "The patient has begun to connect the PKB record, and has not finished."
                }
                State::None | State::Linked => "The patient has not connected a PKB record.",
                State::Unlinked => "The patient has disconnected the PKB record.",
            }),
            NotRead::NotReached { after } => Self::new(ProblemType::Unavailable)
                .detail("PKB cannot be asked just now: it could not be reached, did not answer in time, or gave no new token. The link stands.")
                .retry_after(after),
            NotRead::NotUnderstood => Self::new(ProblemType::Unavailable)
                .detail(
                    "PKB answered something that the gateway does not understand. The link stands.",
                )
                .retry_after(AGAIN),
            NotRead::Frozen => Self::new(ProblemType::Forbidden).detail(
                "PKB has frozen this patient’s access. The patient asks PKB or the care team.",
            ),
            NotRead::Path => Self::new(ProblemType::NotFound)
                .detail("There is no such path at PKB. Paths begin with fhir/, json/ or rest/."),
            NotRead::Fault(refusal) => refusal,
        }
    }
}
