//! What the gateway tells: typed, thin, without patient data and without anybody's free text.

use jiff::Timestamp;
use model::message::{Status, SubStatus};
use model::pkb_link::{Failure, Lapse, Risk};
use model::{AppUserId, ClientMessageId, UserId, WebhookId};

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A message was entered.
    Queued(ClientMessageId),
    /// The platform has it.
    Accepted(ClientMessageId),
    /// The platform will not take it, or its time ran out.
    Refused {
        /// Which.
        message: ClientMessageId,
        /// The name of the problem's type, one of the contract's.
        problem: String,
    },
    /// The platform said where it stands, and that is new.
    Status {
        /// Which.
        message: ClientMessageId,
        /// To what.
        status: Status,
        /// In detail.
        sub_status: Option<SubStatus>,
    },
    /// A person let a refused message go again.
    Released(ClientMessageId),
    /// A practitioner's access code was exchanged.
    Authorised(UserId),
    /// A practitioner withdrew the authorisation at the practice.
    Withdrawn(UserId),
    /// The product had the authorisation forgotten, or the user.
    Forgotten(UserId),
    /// A user turned out to be this practitioner, by a launch from the toolbar or by the product's word.
    Identified(UserId),
    /// Somebody wants to see whether an endpoint listens. Only that endpoint is told.
    Test(WebhookId),
    /// Something about a patient's link.
    Patient {
        /// Whose.
        patient: AppUserId,
        /// What.
        what: PatientHappening,
    },
}

/// What happened to a patient's link (contract F.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatientHappening {
    /// An attempt was begun.
    Pending,
    /// An attempt made no link.
    LinkFailed(Failure),
    /// The link stands.
    Linked,
    /// It may soon need a new authorisation.
    AtRisk(Risk),
    /// The patient has to authorise again.
    NeedsReauthorisation(Lapse),
    /// It was ended.
    Unlinked,
}

impl PatientHappening {
    /// Why, where there is a reason.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Self::LinkFailed(why) => Some(why.as_str()),
            Self::AtRisk(why) => Some(why.as_str()),
            Self::NeedsReauthorisation(why) => Some(why.as_str()),
            Self::Pending | Self::Linked | Self::Unlinked => None,
        }
    }
}

/// The name of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `message.queued`
    Queued,
    /// `message.accepted`
    Accepted,
    /// `message.refused`
    Refused,
    /// `message.status`
    Status,
    /// `message.released`
    Released,
    /// `user.authorised`
    Authorised,
    /// `user.withdrawn`
    Withdrawn,
    /// `user.forgotten`
    Forgotten,
    /// `webhook.test`
    Test,
    /// `patient.pending`
    PatientPending,
    /// `patient.link-failed`
    PatientLinkFailed,
    /// `patient.linked`
    PatientLinked,
    /// `patient.at-risk`
    PatientAtRisk,
    /// `patient.needs-reauthorisation`
    PatientNeedsReauthorisation,
    /// `patient.unlinked`
    PatientUnlinked,
    /// `user.linked`
    Identified,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 16] = [
        Self::Queued,
        Self::Accepted,
        Self::Refused,
        Self::Status,
        Self::Released,
        Self::Authorised,
        Self::Withdrawn,
        Self::Forgotten,
        Self::Test,
        Self::PatientPending,
        Self::PatientLinkFailed,
        Self::PatientLinked,
        Self::PatientAtRisk,
        Self::PatientNeedsReauthorisation,
        Self::PatientUnlinked,
        Self::Identified,
    ];

    /// As it is stored and told.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "message.queued",
            Self::Accepted => "message.accepted",
            Self::Refused => "message.refused",
            Self::Status => "message.status",
            Self::Released => "message.released",
            Self::Authorised => "user.authorised",
            Self::Withdrawn => "user.withdrawn",
            Self::Forgotten => "user.forgotten",
            Self::Test => "webhook.test",
            Self::PatientPending => "patient.pending",
            Self::PatientLinkFailed => "patient.link-failed",
            Self::PatientLinked => "patient.linked",
            Self::PatientAtRisk => "patient.at-risk",
            Self::PatientNeedsReauthorisation => "patient.needs-reauthorisation",
            Self::PatientUnlinked => "patient.unlinked",
            Self::Identified => "user.linked",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Its bit in a set of kinds, as endpoints store which they want: new kinds go at the end.
    pub fn bit(self) -> i64 {
        1 << (self as i64)
    }
}

impl Happening {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Queued(_) => Kind::Queued,
            Self::Accepted(_) => Kind::Accepted,
            Self::Refused { .. } => Kind::Refused,
            Self::Status { .. } => Kind::Status,
            Self::Released(_) => Kind::Released,
            Self::Authorised(_) => Kind::Authorised,
            Self::Withdrawn(_) => Kind::Withdrawn,
            Self::Forgotten(_) => Kind::Forgotten,
            Self::Identified(_) => Kind::Identified,
            Self::Test(_) => Kind::Test,
            Self::Patient { what, .. } => match what {
                PatientHappening::Pending => Kind::PatientPending,
                PatientHappening::LinkFailed(_) => Kind::PatientLinkFailed,
                PatientHappening::Linked => Kind::PatientLinked,
                PatientHappening::AtRisk(_) => Kind::PatientAtRisk,
                PatientHappening::NeedsReauthorisation(_) => Kind::PatientNeedsReauthorisation,
                PatientHappening::Unlinked => Kind::PatientUnlinked,
            },
        }
    }

    /// The message it is about.
    pub fn message(&self) -> Option<ClientMessageId> {
        match self {
            Self::Queued(id)
            | Self::Accepted(id)
            | Self::Released(id)
            | Self::Refused { message: id, .. }
            | Self::Status { message: id, .. } => Some(*id),
            Self::Authorised(_)
            | Self::Withdrawn(_)
            | Self::Forgotten(_)
            | Self::Identified(_)
            | Self::Test(_)
            | Self::Patient { .. } => None,
        }
    }
}

/// Something that happened, with who did it: `product:<key id>`, `operator:<name>`, `practitioner` (on the page for
/// access codes, or with a launch from the toolbar), `patient` (in the patient app) or `gateway`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What.
    pub what: Happening,
}
