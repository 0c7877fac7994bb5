//! Why a message isn't in the record, as far as its sender, the practice or this toolbar must act on it.

/// The most of a reason that the platform takes, in characters.
const MAX_REASON: usize = model::message::MAX_REASON;

/// Why an order wasn't carried out.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The platform did not give it to us.
    NotTaken(sdk::Error),
    /// The practitioner left, or the toolbar was taken offline, before anything was written.
    Closed,
    /// The claim was lost before anything was written.
    Lost,
    /// The platform fell silent before anything was written.
    Abandoned(sdk::Error),
    /// It can't go into the record; the reason is in words for the practice.
    Failed(String),
    /// The record system fell silent over it, and nobody can say whether it is in the record.
    Uncertain,
    /// It is in the record, but the platform could not be told.
    Unreported,
}

impl Fault {
    /// A failure for this reason, cut to what the platform takes.
    pub(crate) fn failed(reason: &str) -> Self {
        let reason: String = reason.trim().chars().take(MAX_REASON).collect();
        Self::Failed(reason)
    }

    /// The record system refused `what`, for reasons of its own.
    pub(crate) fn refused(what: &str, words: &str) -> Self {
        match words.trim() {
            "" => Self::failed(&format!("The record system refused {what}.")),
            words => Self::failed(&format!("The record system refused {what}: {words}")),
        }
    }

    /// Whether the message should be looked for in the inbox again soon.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Lost | Self::Abandoned(_) | Self::Uncertain | Self::Unreported => true,
            Self::NotTaken(error) => error.is_temporary(),
            Self::Closed | Self::Failed(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_cut_between_characters() {
        let Fault::Failed(reason) = Fault::refused("the message", &"é".repeat(600)) else {
            panic!("not a failure");
        };
        assert_eq!(reason.chars().count(), MAX_REASON);
    }
}
