//! Rejecting an open message, against lost answers and messages that are in the record all the same.

use crate::agent::OperationError;
use crate::backoff::Backoff;
use crate::importer::{Hold, give_back};
use crate::shared::{Session, Shared};
use model::message::Status;
use wire::practice::{Detail, Outcome};
use wire::problem::ProblemType;

/// Refuses a message under the claim `hold`. One that is in the record is completed instead: its sender must
/// not read that it isn't.
pub(super) async fn reject(
    shared: &Shared,
    session: &Session,
    hold: &Hold,
    message: &Detail,
    reason: &str,
) -> Result<Outcome, OperationError> {
    let reference = hold.message_ref();
    if hold.confirm().await.is_err() {
        return Err(OperationError::Lost);
    }
    shared.inbox.ending(reference);
    let filed = shared
        .records
        .already_filed(&message.client_system_id, &message.summary.message_id)
        .await;
    let done = match filed {
        Ok(true) => Err(complete(shared, session, hold).await),
        Ok(false) => tell(shared, session, hold, reason).await,
        Err(_) => Err(OperationError::RecordSystemSilent),
    };
    match &done {
        Ok(_) | Err(OperationError::InRecord) => shared.inbox.ended(reference),
        Err(OperationError::Unreported) => {}
        Err(_) => {
            shared.inbox.not_ended(reference);
            // Without it the claim ends by itself.
            let _ = give_back(shared, session, hold).await;
        }
    }
    done
}

/// The message is in the record: says so. What the person who wanted to reject it is told.
async fn complete(shared: &Shared, session: &Session, hold: &Hold) -> OperationError {
    let reference = hold.message_ref();
    match session.calls.complete(reference, hold.fence()).await {
        Ok(_) => OperationError::InRecord,
        Err(error) => {
            tracing::warn!(message_ref = reference, %error, "import not reported");
            // With the note it is told later; without it, at the next order.
            let user = &session.practitioner.spine_user_id;
            let _ = shared.journal.note(reference, user).await;
            OperationError::Unreported
        }
    }
}

/// Tells the platform, trying again a few times when it is not there.
async fn tell(
    shared: &Shared,
    session: &Session,
    hold: &Hold,
    reason: &str,
) -> Result<Outcome, OperationError> {
    let reference = hold.message_ref();
    let mut backoff = Backoff::new(shared.pace.retry, shared.pace.retry_most);
    let mut tries = 0;
    loop {
        let rejected = session.calls.reject(reference, hold.fence(), reason).await;
        let error = match rejected {
            Ok(outcome) => return Ok(outcome),
            Err(error) => error,
        };
        if error.kind() == Some(ProblemType::LeaseLost) {
            // An earlier try may have worked, and its answer did not come.
            return match session.calls.detail(reference).await {
                Ok(now) if tries > 0 && now.summary.status == Status::Rejected.as_str() => {
                    Ok(Outcome {
                        status: now.summary.status,
                        sub_status: now.summary.sub_status,
                    })
                }
                _ => Err(OperationError::Lost),
            };
        }
        tries += 1;
        if !error.is_temporary() || tries >= shared.pace.tries {
            return Err(error.into());
        }
        let wait = backoff.next(shared.entropy.as_ref(), error.retry_after());
        if shared.pause(wait).await {
            return Err(error.into());
        }
    }
}
