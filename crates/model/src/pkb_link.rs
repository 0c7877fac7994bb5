//! A patient's link to their Patients Know Best (PKB) record, and everything that is decided there without I/O
//! (contract F).
//!
//! * [`life`]: which change of a link is allowed, and what becomes of it.
//! * [`refresh`]: when a pair of tokens is renewed, and what an answer means for a refresh token that may be used
//!   only once.

pub mod life;
pub mod refresh;

pub use life::{Change, LinkEvent, Refused, Standing, State, state, step};

use jiff::SignedDuration;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$of])* $variant,)+ }

        impl $name {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// As it is stored and told.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// Reads [`Self::as_str`].
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
            }
        }
    };
}

words! {
    /// Why a patient has to authorise again.
    Lapse {
        /// PKB says that the session has ended or is not valid any more.
        SessionOver = "session-over",
        /// A refresh token was sent and no answer came back: it may be spent, and the new pair is lost.
        AnswerLost = "answer-lost",
        /// The last access token has ended, and no refresh token came with it.
        TokenOver = "token-over",
        /// PKB does not take a token that should be good.
        NotAccepted = "not-accepted",
    }
}

words! {
    /// Why an attempt made no link.
    Failure {
        /// The patient said no at PKB.
        Denied = "denied",
        /// It took too long.
        Expired = "expired",
        /// PKB ended it with another error.
        RefusedByPkb = "refused-by-pkb",
        /// PKB could not be asked, or gave no answer that can be used. It may be tried again.
        NotReached = "not-reached",
        /// Who approved is not a patient at PKB.
        NotAPatient = "not-a-patient",
        /// Who approved is another person than the one whom this account was linked to.
        AnotherPerson = "another-person",
        /// The PKB record is linked to another account.
        LinkedElsewhere = "linked-elsewhere",
        /// It was confirmed for another patient than the one who began it.
        NotTheirs = "not-theirs",
        /// PKB has frozen this patient's access.
        Frozen = "frozen",
        /// The patient or the product ended it before it was finished.
        Cancelled = "cancelled",
    }
}

words! {
    /// Why a link may soon need a new authorisation.
    Risk {
        /// No refresh token came with the present access token.
        LastToken = "last-token",
        /// The token could not be renewed in time. It is still being tried.
        RefreshFailing = "refresh-failing",
        /// The session's known length comes to its end.
        SessionEnding = "session-ending",
    }
}

/// An attempt must come back from PKB within so long (contract F.2).
pub const ATTEMPT: SignedDuration = SignedDuration::from_mins(10);
/// A product must confirm within so long after the patient came back.
pub const CONFIRM: SignedDuration = SignedDuration::from_mins(10);
/// More attempts at once than these are nobody's: the oldest go.
pub const MAX_ATTEMPTS: u32 = 5;
