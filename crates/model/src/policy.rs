//! Who may see and take a message.

use crate::message::{Envelope, Stage, Waiting};
use crate::practitioner::Practitioner;

/// Whether a signed-in practitioner may see a message: one of their practice, and while it awaits its
/// instant import, one that they approved themselves.
pub fn may_see(who: &Practitioner, envelope: &Envelope, stage: &Stage) -> bool {
    who.practice == envelope.practice
        && (!awaits_instant_import(stage) || is_approver(who, envelope))
}

/// Whether a practitioner's toolbar should import a message without being asked.
pub fn auto_import(who: &Practitioner, envelope: &Envelope, stage: &Stage) -> bool {
    may_see(who, envelope, stage) && awaits_instant_import(stage) && is_approver(who, envelope)
}

fn awaits_instant_import(stage: &Stage) -> bool {
    matches!(
        stage,
        Stage::Waiting {
            what: Waiting::Instant { .. },
            ..
        }
    )
}

fn is_approver(who: &Practitioner, envelope: &Envelope) -> bool {
    envelope
        .approval
        .as_ref()
        .is_some_and(|approval| approval.spine_user_id == who.spine_user_id)
}
