//! What becomes of a widget: registered, then approved or refused by an operator, and all anew after every change.

use super::Fault;
use crate::OdsCode;
use std::collections::BTreeSet;

/// The longest reason of a refusal, in characters.
pub const MAX_REASON: usize = 300;

/// Who sees an approved widget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Practices {
    /// Every practice, later ones too.
    All,
    /// These; there is at least one.
    These(BTreeSet<OdsCode>),
}

impl Practices {
    /// Some practices.
    ///
    /// # Errors
    /// [`Fault::NoPractice`].
    pub fn these(codes: impl IntoIterator<Item = OdsCode>) -> Result<Self, Fault> {
        let codes: BTreeSet<_> = codes.into_iter().collect();
        if codes.is_empty() {
            return Err(Fault::NoPractice);
        }
        Ok(Self::These(codes))
    }

    /// Whether a practice is one of them.
    pub fn include(&self, practice: &OdsCode) -> bool {
        match self {
            Self::All => true,
            Self::These(codes) => codes.contains(practice),
        }
    }
}

/// Why an operator refused a widget: its supplier reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// Reads a reason.
    ///
    /// # Errors
    /// [`Fault::Reason`].
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        let fits =
            (1..=MAX_REASON).contains(&text.chars().count()) && !text.contains(char::is_control);
        fits.then(|| Self(text.to_owned())).ok_or(Fault::Reason)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a widget stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody has looked at it since it was registered or changed. Nobody sees it.
    AwaitingApproval,
    /// These practices see it.
    Approved(Practices),
    /// An operator does not want it. Nobody sees it.
    Refused(Reason),
}

impl State {
    /// As it is stored and told.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::AwaitingApproval => AWAITING,
            Self::Approved(_) => APPROVED,
            Self::Refused(_) => REFUSED,
        }
    }

    /// Whether a practice sees it.
    pub fn is_shown_to(&self, practice: &OdsCode) -> bool {
        matches!(self, Self::Approved(practices) if practices.include(practice))
    }
}

/// [`State::AwaitingApproval`] in a word.
pub const AWAITING: &str = "awaiting-approval";
/// [`State::Approved`] in a word.
pub const APPROVED: &str = "approved";
/// [`State::Refused`] in a word.
pub const REFUSED: &str = "refused";

/// A widget's first revision.
pub const FIRST_REVISION: u32 = 1;

/// Which content of a widget there is, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Counts the contents, from [`FIRST_REVISION`].
    pub revision: u32,
    /// Where it stands.
    pub state: State,
}

impl Standing {
    /// A widget that was registered just now.
    pub fn new() -> Self {
        Self {
            revision: FIRST_REVISION,
            state: State::AwaitingApproval,
        }
    }
}

impl Default for Standing {
    fn default() -> Self {
        Self::new()
    }
}

/// What happens to a widget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Its supplier registered other content, or another secret.
    Changed,
    /// An operator looked at a revision and lets practices see it.
    Approve {
        /// What they looked at.
        revision: u32,
        /// Who will see it.
        practices: Practices,
    },
    /// An operator looked at a revision and does not want it, or no longer does.
    Refuse {
        /// What they looked at.
        revision: u32,
        /// Why.
        reason: Reason,
    },
}

/// Why an operator's word does not count: it was about another content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the widget was changed meanwhile: it is at revision {now} now")]
pub struct OtherRevision {
    /// The revision that there is.
    pub now: u32,
}

/// What becomes of a widget; `None` when it stands so already.
///
/// # Errors
/// [`OtherRevision`].
pub fn step(before: &Standing, event: Event) -> Result<Option<Standing>, OtherRevision> {
    let (revision, state) = match event {
        Event::Changed => {
            return Ok(Some(Standing {
                revision: before.revision.saturating_add(1),
                state: State::AwaitingApproval,
            }));
        }
        Event::Approve {
            revision,
            practices,
        } => (revision, State::Approved(practices)),
        Event::Refuse { revision, reason } => (revision, State::Refused(reason)),
    };
    if revision != before.revision {
        return Err(OtherRevision {
            now: before.revision,
        });
    }
    Ok((state != before.state).then_some(Standing { revision, state }))
}
