//! Before a message is refused: whether an earlier try has brought it to the platform all the same.
//!
//! An answer may be lost. When the practitioner has withdrawn the authorisation meanwhile, the topic has gone or the
//! time has run out, the next try is refused although the platform has the message, and may have filed it. Called
//! refused, it would be entered anew by a person and stand in the record twice.

use super::super::answer::{Verdict, heard_of};
use super::{Tried, grace_over};
use crate::context::Ctx;
use store::gateway::{Attempt, AttemptOutcome, Claimed};
use tracing::{info, warn};
use wire::problem::ProblemType;

/// Whether the platform is asked before this refusal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// No: the platform has said no to this message, and nothing else is known.
    None,
    /// If it answers: this gateway may be one restored from a backup that does not know its last tries.
    Slight,
    /// Until it answers: an earlier try may have reached it.
    Grave,
}

/// How likely it is that the platform has a message which is about to be refused.
pub(super) async fn doubt(ctx: &Ctx, claimed: &Claimed, refused: &Tried) -> Doubt {
    if may_have_arrived(ctx, claimed).await {
        return Doubt::Grave;
    }
    let by_time_or_permission = match (&refused.outcome, &refused.verdict) {
        (AttemptOutcome::NotSent(why), _) => why != "content-unreadable",
        // Else the id might be that of another message, which is not this one.
        (_, verdict) => *verdict == Verdict::Refused(ProblemType::AccessTokenRefused),
    };
    if by_time_or_permission && ctx.gate.is_open(ctx.now()) {
        Doubt::Slight
    } else {
        Doubt::None
    }
}

/// Whether an earlier try may have reached the platform without our knowing. If in doubt, it may.
async fn may_have_arrived(ctx: &Ctx, claimed: &Claimed) -> bool {
    let message = &claimed.message;
    if message.tries <= 1 {
        return false;
    }
    match ctx.store.outbox.attempts(message.id).await {
        Ok(attempts) => {
            let earlier: Vec<_> = attempts
                .iter()
                .filter(|attempt| attempt.number < message.tries)
                .collect();
            // Of very many, not all are read.
            let all = earlier.len() + 1 >= message.tries as usize;
            !all || earlier.into_iter().any(may_have_brought_it)
        }
        Err(cause) => {
            warn!(
                message = %message.id,
                cause = httpkit::problem::chain(&cause),
                "a message's tries could not be read; the platform is asked whether it has it"
            );
            true
        }
    }
}

fn may_have_brought_it(attempt: &Attempt) -> bool {
    match &attempt.outcome {
        Some(AttemptOutcome::NotSent(_)) => false,
        // Said by something that has read the message; others give up at any moment.
        Some(AttemptOutcome::Answer { status, .. }) => !matches!(status, 400..=407 | 409..=499),
        // A gateway that died has left none.
        Some(AttemptOutcome::Nothing(_) | AttemptOutcome::Accepted) | None => true,
    }
}

/// Asks the platform for the message that it has just refused, or was not sent. The refusal stands when it has none,
/// or when it says nothing and the doubt is slight.
pub(super) async fn ask(ctx: &Ctx, claimed: &Claimed, refused: Tried, doubt: Doubt) -> Tried {
    let id = claimed.message.id;
    let asked = id.to_string();
    let answer = tokio::select! {
        answer = ctx.platform.status(&asked) => answer,
        () = grace_over(ctx) => {
            return unsure(Verdict::GivenBack);
        }
    };
    match answer {
        Ok(_) => {
            ctx.gate.heard(ctx.now(), heard_of(None));
            info!(message = %id, "the platform has had a message since an earlier try");
            Tried {
                outcome: AttemptOutcome::Accepted,
                verdict: Verdict::Found,
            }
        }
        Err(error) if error.status() == Some(404) => {
            ctx.gate.heard(ctx.now(), heard_of(None));
            refused
        }
        Err(error) => {
            ctx.gate.heard(ctx.now(), heard_of(Some(&error)));
            if doubt != Doubt::Grave {
                return refused;
            }
            let wait = error.retry_after();
            let wait = wait.and_then(|wait| jiff::SignedDuration::try_from(wait).ok());
            unsure(Verdict::Again(wait))
        }
    }
}

fn unsure(verdict: Verdict) -> Tried {
    Tried {
        outcome: AttemptOutcome::Nothing("unsure".to_owned()),
        verdict,
    }
}
