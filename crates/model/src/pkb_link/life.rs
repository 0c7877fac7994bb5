//! The life of a link: pending → linked → needs re-authorisation → linked; linked → unlinked (contract F.7).

use super::Lapse;
use crate::PublicId;

/// Where a link stands, with its facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There never was one.
    None,
    /// Tokens are there.
    Linked {
        /// To which record.
        public_id: PublicId,
    },
    /// The patient has to authorise again; the pair is kept, so that nobody else takes it.
    Lapsed {
        /// To which record.
        public_id: PublicId,
        /// Why.
        why: Lapse,
    },
    /// There was one. Tokens, details and the pair are gone.
    Unlinked,
}

/// What happens to a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkEvent {
    /// The patient authorised, from their own session.
    Authorised {
        /// Whose record it is.
        public_id: PublicId,
    },
    /// The tokens are of no more use.
    Lapsed(Lapse),
    /// The answer to a refresh, which was given up as lost, has come after all, and nothing else has happened since.
    AnswerCame,
    /// The patient or the product ended it.
    Unlinked,
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It stands so from now on, and everybody is told.
    To(Standing),
    /// It stands as it stood.
    Nothing,
}

/// Why something must not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The link is another person's record; it has to be ended first, on purpose.
    #[error("the account is linked to another record")]
    AnotherPerson,
}

/// Decides every change of a link. That no other account has the record is the store's to see.
///
/// # Errors
/// [`Refused`].
pub fn step(now: Standing, event: LinkEvent) -> Result<Change, Refused> {
    use Standing::{Lapsed, Linked, None, Unlinked};
    Ok(match (now, event) {
        (
            Linked { public_id: was } | Lapsed { public_id: was, .. },
            LinkEvent::Authorised { public_id },
        ) if was != public_id => return Err(Refused::AnotherPerson),
        (_, LinkEvent::Authorised { public_id })
        | (
            Lapsed {
                public_id,
                why: Lapse::AnswerLost,
            },
            LinkEvent::AnswerCame,
        ) => Change::To(Linked { public_id }),
        (Linked { public_id }, LinkEvent::Lapsed(why)) => Change::To(Lapsed { public_id, why }),
        (Linked { .. } | Lapsed { .. }, LinkEvent::Unlinked) => Change::To(Unlinked),
        (None | Lapsed { .. } | Unlinked, LinkEvent::Lapsed(_))
        | (None | Linked { .. } | Lapsed { .. } | Unlinked, LinkEvent::AnswerCame)
        | (None | Unlinked, LinkEvent::Unlinked) => Change::Nothing,
    })
}

/// A link's state in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// No link, and none under way.
    None,
    /// An attempt is under way, and there is no link.
    Pending,
    /// Linked.
    Linked,
    /// The patient has to authorise again.
    NeedsReauthorisation,
    /// There was one.
    Unlinked,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::None,
        Self::Pending,
        Self::Linked,
        Self::NeedsReauthorisation,
        Self::Unlinked,
    ];

    /// As it is told.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pending => "pending",
            Self::Linked => "linked",
            Self::NeedsReauthorisation => "needs-reauthorisation",
            Self::Unlinked => "unlinked",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// The state of a link, given whether an attempt is under way.
pub fn state(standing: Standing, attempted: bool) -> State {
    match standing {
        Standing::Linked { .. } => State::Linked,
        Standing::Lapsed { .. } => State::NeedsReauthorisation,
        Standing::None | Standing::Unlinked if attempted => State::Pending,
        Standing::None => State::None,
        Standing::Unlinked => State::Unlinked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn record(n: u128) -> PublicId {
        PublicId(Uuid::from_u128(n))
    }

    fn linked(n: u128) -> Standing {
        Standing::Linked {
            public_id: record(n),
        }
    }

    fn lapsed(n: u128, why: Lapse) -> Standing {
        Standing::Lapsed {
            public_id: record(n),
            why,
        }
    }

    fn authorised(n: u128) -> LinkEvent {
        LinkEvent::Authorised {
            public_id: record(n),
        }
    }

    #[test]
    fn a_link_goes_its_documented_way() {
        let to = |now, event| match step(now, event) {
            Ok(Change::To(next)) => next,
            other => panic!("{other:?}"),
        };
        let first = to(Standing::None, authorised(1));
        assert_eq!(first, linked(1));
        let over = to(first, LinkEvent::Lapsed(Lapse::SessionOver));
        assert_eq!(over, lapsed(1, Lapse::SessionOver));
        let again = to(over, authorised(1));
        assert_eq!(again, linked(1));
        assert_eq!(to(again, LinkEvent::Unlinked), Standing::Unlinked);
        assert_eq!(to(Standing::Unlinked, authorised(2)), linked(2));
    }

    #[test]
    fn a_link_never_moves_to_another_record_by_itself() {
        for now in [linked(1), lapsed(1, Lapse::TokenOver)] {
            assert_eq!(step(now, authorised(2)), Err(Refused::AnotherPerson));
        }
    }

    #[test]
    fn only_a_lost_answer_may_still_come() {
        let came = LinkEvent::AnswerCame;
        let lost = lapsed(1, Lapse::AnswerLost);
        assert_eq!(step(lost, came), Ok(Change::To(linked(1))));
        for why in Lapse::ALL.iter().filter(|why| **why != Lapse::AnswerLost) {
            assert_eq!(step(lapsed(1, *why), came), Ok(Change::Nothing));
        }
        for now in [Standing::None, Standing::Unlinked, linked(1)] {
            assert_eq!(step(now, came), Ok(Change::Nothing));
        }
    }

    #[test]
    fn the_first_reason_of_a_lapse_stands() {
        let now = lapsed(1, Lapse::SessionOver);
        let event = LinkEvent::Lapsed(Lapse::NotAccepted);
        assert_eq!(step(now, event), Ok(Change::Nothing));
    }

    #[test]
    fn an_attempt_shows_only_where_there_is_no_link() {
        assert_eq!(state(Standing::None, true), State::Pending);
        assert_eq!(state(Standing::Unlinked, true), State::Pending);
        assert_eq!(state(linked(1), true), State::Linked);
        assert_eq!(
            state(lapsed(1, Lapse::TokenOver), true),
            State::NeedsReauthorisation
        );
        assert_eq!(state(Standing::Unlinked, false), State::Unlinked);
    }
}
