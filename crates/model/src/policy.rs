//! Who may see and take a message.

use crate::SpineUserId;
use crate::message::{Approval, ClaimMode, Envelope, Stage, Waiting};
use crate::practitioner::Practitioner;

/// The one practitioner to whom a message is shown for now; everyone at the practice when `None`.
///
/// While a message awaits its instant import, or is being imported by itself, only the practitioner who
/// approved it has anything to do with it.
pub fn only_for<'a>(stage: &Stage, approval: Option<&'a Approval>) -> Option<&'a SpineUserId> {
    let instant = |what: &Waiting| matches!(what, Waiting::Instant { .. });
    let awaits_import = match stage {
        Stage::Waiting { what, .. } => instant(what),
        Stage::Claimed { lease, otherwise } => {
            lease.mode == ClaimMode::Automatic || instant(otherwise)
        }
        Stage::Completed { .. } | Stage::Rejected { .. } | Stage::Expired => false,
    };
    approval
        .filter(|_| awaits_import)
        .map(|approval| &approval.spine_user_id)
}

/// Whether a signed-in practitioner may see a message.
pub fn may_see(who: &Practitioner, envelope: &Envelope, stage: &Stage) -> bool {
    let only = only_for(stage, envelope.approval.as_ref());
    who.practice == envelope.practice && only.is_none_or(|only| *only == who.spine_user_id)
}

/// Whether a practitioner's toolbar should import a message without being asked.
pub fn auto_import(who: &Practitioner, envelope: &Envelope, stage: &Stage) -> bool {
    let awaits = matches!(
        stage,
        Stage::Waiting {
            what: Waiting::Instant { .. },
            ..
        }
    );
    awaits && may_see(who, envelope, stage)
}
