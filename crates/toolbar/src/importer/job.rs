//! One message's way into the record: claim, prepare, write, report.

use super::hold::{self, Asked, Hold};
use super::prepare::prepare;
use super::report::{report, tell_failure};
use super::{Fault, Order};
use crate::Imported;
use crate::backoff::Backoff;
use crate::record_system::{Filed, ImportMessage, RecordSystemError};
use crate::shared::Shared;
use crate::state::AgentEvent;
use faultpoint::Point;
use std::sync::Arc;
use std::time::Duration;
use wire::practice::{Claimed, Detail};

/// How long a message that slipped away is left alone before the inbox is read again.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Carries out `order` and tells everybody who should know.
pub(super) async fn run(shared: Arc<Shared>, order: Order) {
    let result = import(&shared, &order).await;
    match &result {
        Ok(imported) => tracing::info!(
            message_ref = order.message_ref,
            already = imported.already,
            "message imported"
        ),
        Err(fault) => tracing::info!(
            message_ref = order.message_ref,
            fault = word(fault),
            "message not imported"
        ),
    }
    let wait = if matches!(result, Err(Fault::Abandoned(_) | Fault::Uncertain)) {
        shared.importer.rests.begin(&order.message_ref)
    } else {
        shared.importer.rests.end(&order.message_ref);
        LOOK_AGAIN
    };
    if result.as_ref().is_err_and(Fault::is_passing) {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            if !shared.pause(wait).await {
                shared.sweep.notify_one();
            }
        });
    }
    if let Some(reply) = order.reply {
        // Whoever asked may have gone.
        let _ = reply.send(result);
    }
}

/// The fault in one word, for the log: reasons may speak of a patient.
fn word(fault: &Fault) -> &'static str {
    match fault {
        Fault::Busy => "busy",
        Fault::NotTaken(_) => "not taken",
        Fault::Closed => "closed",
        Fault::Lost => "lease lost",
        Fault::Abandoned(_) => "abandoned",
        Fault::Failed(_) => "failed",
        Fault::Uncertain => "uncertain",
        Fault::Unreported => "unreported",
    }
}

async fn import(shared: &Shared, order: &Order) -> Result<Imported, Fault> {
    let (claimed, hold) = claim(shared, order).await?;
    let Claimed { message, .. } = claimed;
    let message_id = message.summary.message_id.clone();
    match write(shared, order, &hold, message).await {
        Ok(filed) => {
            let told = report(shared, order, hold, &message_id).await;
            if told.is_ok() {
                shared.journal.forget(&order.message_ref).await;
            }
            told.map(|()| Imported {
                message_ref: order.message_ref.clone(),
                message_id,
                already: filed == Filed::Already,
            })
            .inspect(|imported| {
                shared.tell(AgentEvent::Imported {
                    message_ref: imported.message_ref.clone(),
                    message_id: imported.message_id.clone(),
                    already: imported.already,
                });
            })
        }
        Err(fault) => {
            give_back(shared, order, &hold, &fault, message_id).await;
            Err(fault)
        }
    }
}

/// Claims the message, trying again a few times when the platform is not there.
async fn claim(shared: &Shared, order: &Order) -> Result<(Claimed, Hold), Fault> {
    let mut backoff = Backoff::new(shared.pace.retry, shared.pace.retry_most);
    let mut tries = 0;
    loop {
        if !shared.may_write(&order.session) {
            return Err(Fault::Closed);
        }
        let asked = Asked::now(&shared.clock);
        let calls = &order.session.calls;
        faultpoint::pass(Point::Claim);
        match calls.claim(&order.message_ref, order.mode).await {
            Ok(claimed) => {
                faultpoint::pass(Point::Claimed);
                let life = hold::life(&claimed.lease_until, shared.clock.now());
                let hold = Hold::keep(
                    calls.clone(),
                    order.message_ref.clone(),
                    claimed.fence,
                    life,
                    asked,
                    Arc::clone(&shared.clock),
                );
                return Ok((claimed, hold));
            }
            Err(error) => {
                tries += 1;
                if !error.is_temporary() || tries >= shared.pace.tries {
                    return Err(Fault::NotTaken(error));
                }
                let wait = backoff.next(shared.entropy.as_ref(), error.retry_after());
                if shared.pause(wait).await {
                    return Err(Fault::Closed);
                }
            }
        }
    }
}

/// Prepares and writes. Nothing is written unless the claim was just confirmed.
async fn write(
    shared: &Shared,
    order: &Order,
    hold: &Hold,
    message: Detail,
) -> Result<Filed, Fault> {
    let client_system_id = message.client_system_id.clone();
    let message_id = message.summary.message_id.clone();
    // What an earlier try of this toolbar came to may be unknown still.
    let noted = shared.journal.noted(&order.message_ref).await;
    let mut unknown = !matches!(noted, Ok(None));
    match prepare_and_write(shared, order, hold, message, &mut unknown).await {
        // It may be there all the same: what did not answer may have done it.
        Err(fault) if unknown => {
            settle(shared, order, (&client_system_id, &message_id), fault).await
        }
        known => known,
    }
}

async fn prepare_and_write(
    shared: &Shared,
    order: &Order,
    hold: &Hold,
    message: Detail,
    unknown: &mut bool,
) -> Result<Filed, Fault> {
    let ready = tokio::select! {
        ready = prepare(shared, order, message) => ready?,
        () = hold.lost() => return Err(Fault::Lost),
    };
    let user = &order.session.practitioner.spine_user_id;
    if let Err(error) = shared.journal.note(&order.message_ref, user).await {
        tracing::error!(%error, "journal can't be written");
        return Err(Fault::failed(
            "This PC could not keep a note of the import, so nothing was imported.",
        ));
    }
    try_write(shared, order, hold, &ready, unknown).await
}

/// Writes, trying again a few times. `unknown` says whether a try had no answer, so that it may have taken
/// effect.
async fn try_write(
    shared: &Shared,
    order: &Order,
    hold: &Hold,
    ready: &ImportMessage,
    unknown: &mut bool,
) -> Result<Filed, Fault> {
    let mut backoff = Backoff::new(shared.pace.retry, shared.pace.retry_most);
    let mut tries = 0;
    loop {
        if !shared.may_write(&order.session) {
            return Err(Fault::Closed);
        }
        hold.confirm().await.map_err(|_| Fault::Lost)?;
        // Confirming may have taken a while.
        if !shared.may_write(&order.session) {
            return Err(Fault::Closed);
        }
        faultpoint::pass(Point::RecordWrite);
        match shared.records.import_once(ready).await {
            Ok(filed) => {
                faultpoint::pass(Point::RecordWritten);
                return Ok(filed);
            }
            Err(RecordSystemError::Refused { words }) => {
                return Err(Fault::refused("the message", &words));
            }
            Err(RecordSystemError::Unavailable(why)) => {
                tracing::warn!(
                    message_ref = order.message_ref,
                    why,
                    "record system not available"
                );
                *unknown = true;
                tries += 1;
                if tries >= shared.pace.tries {
                    return Err(Fault::failed("The record system did not answer."));
                }
                let wait = backoff.next(shared.entropy.as_ref(), None);
                tokio::select! {
                    _ = shared.pause(wait) => {}
                    () = hold.lost() => return Err(Fault::Lost),
                }
            }
        }
    }
}

/// Looks whether a message whose writing had no answer is in the record: `fault` stands only if it isn't.
async fn settle(
    shared: &Shared,
    order: &Order,
    (client_system_id, message_id): (&str, &str),
    fault: Fault,
) -> Result<Filed, Fault> {
    let mut backoff = Backoff::new(shared.pace.retry, shared.pace.retry_most);
    for _ in 0..shared.pace.tries {
        let filed = shared.records.already_filed(client_system_id, message_id);
        match filed.await {
            Ok(true) => return Ok(Filed::Already),
            Ok(false) => return Err(fault),
            Err(error) => tracing::warn!(
                message_ref = order.message_ref,
                %error,
                "record system can't say what it has"
            ),
        }
        if shared
            .pause(backoff.next(shared.entropy.as_ref(), None))
            .await
        {
            break;
        }
    }
    Err(Fault::Uncertain)
}

/// Tells the platform what became of a claim that did not lead to a record.
async fn give_back(shared: &Shared, order: &Order, hold: &Hold, fault: &Fault, message_id: String) {
    match fault {
        Fault::Failed(reason) => {
            // The record system has it not.
            shared.journal.forget(&order.message_ref).await;
            tell_failure(shared, order, hold, reason).await;
            shared.tell(AgentEvent::ImportFailed {
                message_ref: order.message_ref.clone(),
                message_id,
                reason: reason.clone(),
            });
        }
        // A toolbar that plays offline does not call.
        Fault::Closed | Fault::Abandoned(_) if !*shared.offline.borrow() => {
            let release = order
                .session
                .calls
                .release(&order.message_ref, hold.fence());
            // Without it the claim ends by itself.
            let _ = release.await;
        }
        _ => {}
    }
}
