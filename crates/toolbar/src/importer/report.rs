//! Telling the platform what became of a message, against lost answers, lost claims and ended sessions.

use super::hold::Hold;
use super::{Fault, Order};
use crate::backoff::Backoff;
use crate::shared::{Session, Shared};
use crate::state::AgentEvent;
use faultpoint::Point;
use model::message::{Status, SubStatus};
use sdk::Error;
use tokio::time::{Instant, timeout};
use wire::practice::{ClaimMode, Outcome};
use wire::problem::ProblemType;

/// Says that the message is in the record. It is, so that this goes on for as long as it can help: after a
/// lost claim the message is claimed anew, for the same import keyed by the same message can't be
/// done twice. `Err` after [`crate::Pace::report_for`], or when the message has ended another way.
pub(super) async fn report(
    shared: &Shared,
    order: &Order,
    hold: Hold,
    message_id: &str,
) -> Result<(), Fault> {
    let deadline = Instant::now() + shared.pace.report_for;
    let mut backoff = Backoff::new(shared.pace.retry, shared.pace.retry_most);
    let mut session = order.session.clone();
    let mut fence = Some(hold.fence());
    // The stream may tell of the end before the answer is here.
    shared.inbox.ending(&order.message_ref);
    loop {
        let result = match fence {
            Some(fence) => complete(&session, order, fence).await,
            None => claim_again(&session, order).await,
        };
        let wait = match result {
            Ok(Next::Told) => {
                shared.inbox.ended(&order.message_ref);
                return Ok(());
            }
            Ok(Next::Claimed(number)) => {
                fence = Some(number);
                continue;
            }
            Ok(Next::Lost) => {
                fence = None;
                backoff.next(shared.entropy.as_ref(), None)
            }
            Ok(Next::Ended) => {
                shared.inbox.not_ended(&order.message_ref);
                break;
            }
            Err(error) if error.is_temporary() || error.status() == Some(401) => {
                backoff.next(shared.entropy.as_ref(), error.retry_after())
            }
            Err(error) => {
                tracing::warn!(message_ref = order.message_ref, %error, "import not reported");
                break;
            }
        };
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || shared.pause(wait.min(left)).await {
            break;
        }
        if let Some(present) = present_session(shared, &session) {
            session = present;
        }
    }
    shared.tell(AgentEvent::Unreported {
        message_ref: order.message_ref.clone(),
        message_id: message_id.to_owned(),
    });
    Err(Fault::Unreported)
}

enum Next {
    /// The platform knows.
    Told,
    /// The claim is gone.
    Lost,
    /// Claimed anew.
    Claimed(u64),
    /// The message has ended without us.
    Ended,
}

async fn complete(session: &Session, order: &Order, fence: u64) -> Result<Next, Error> {
    faultpoint::pass(Point::Complete);
    match session.calls.complete(&order.message_ref, fence).await {
        Ok(_) => {
            faultpoint::pass(Point::Completed);
            Ok(Next::Told)
        }
        Err(error) if error.status() == Some(409) => Ok(Next::Lost),
        Err(error) => Err(error),
    }
}

/// The claim was lost, perhaps because an earlier `complete` worked and its answer did not come.
async fn claim_again(session: &Session, order: &Order) -> Result<Next, Error> {
    let now = session.calls.detail(&order.message_ref).await?.summary;
    if now.status == Status::Completed.as_str() {
        return Ok(Next::Told);
    }
    if now.status != Status::Pending.as_str() {
        return Ok(Next::Ended);
    }
    // While somebody holds it, nobody can say what it will wait for.
    if now.sub_status.as_deref() == Some(SubStatus::ImportInProgress.as_str()) {
        return Ok(Next::Lost);
    }
    // What meanwhile became a standard message can only be claimed as one. The claim says what the toolbar
    // does with it, and what it does is to tell the truth: the message is in the record.
    let mode = if now.auto_import {
        order.mode
    } else {
        ClaimMode::Review
    };
    match session.calls.claim(&order.message_ref, mode).await {
        Ok(claimed) => Ok(Next::Claimed(claimed.fence)),
        Err(error) if error.status() == Some(409) => Ok(Next::Lost),
        Err(error) => Err(error),
    }
}

/// The same practitioner's newer session, if there is one.
fn present_session(shared: &Shared, session: &Session) -> Option<Session> {
    let present = shared.session.borrow().clone()?;
    (present.is_of_same_user(session) && present.number > session.number).then_some(present)
}

/// Says that the record system would not take the message, for as long as the claim lives; where the message
/// stands then, if that could be said.
pub(super) async fn tell_failure(
    shared: &Shared,
    order: &Order,
    hold: &Hold,
    reason: &str,
) -> Option<Outcome> {
    let mut backoff = Backoff::new(shared.pace.retry, shared.pace.retry_most);
    let telling = async {
        loop {
            let calls = &order.session.calls;
            match calls.fail(&order.message_ref, hold.fence(), reason).await {
                Ok(outcome) => return Some(outcome),
                Err(error) if error.is_temporary() => {
                    let wait = backoff.next(shared.entropy.as_ref(), error.retry_after());
                    if shared.pause(wait).await {
                        return None;
                    }
                }
                Err(error) => {
                    if error.kind() != Some(ProblemType::LeaseLost) {
                        tracing::warn!(message_ref = order.message_ref, %error, "failure not reported");
                    }
                    return None;
                }
            }
        }
    };
    tokio::select! {
        // A lost claim needs no telling: the message waits again by itself.
        () = hold.lost() => None,
        told = timeout(shared.pace.report_for, telling) => told.ok().flatten(),
    }
}
