//! One message's way into the record: claim, prepare, write, report.

use super::claim::{claim, give_back};
use super::hold::Hold;
use super::prepare::prepare;
use super::report::{report, tell_failure};
use super::{Claimed, Fault, Order};
use crate::Imported;
use crate::backoff::Backoff;
use crate::record_system::{Filed, ImportMessage, PatientCard, RecordSystemError};
use crate::shared::Shared;
use crate::state::AgentEvent;
use faultpoint::Point;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use wire::practice::Detail;

/// How long a message that slipped away is left alone before the inbox is read again.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// A notice waits so long for the patient's name.
const ASK_NAME: Duration = Duration::from_secs(2);

/// Carries out `order` and tells everybody who should know.
pub(super) async fn run(shared: Arc<Shared>, mut order: Order) {
    let opened = order.opened.take();
    let (reply, result) = match opened {
        Some(Claimed {
            message,
            hold,
            reply,
        }) => (Some(reply), import(&shared, &order, message, hold).await),
        None => {
            let claimed = claim(&shared, &order.session, &order.message_ref, order.mode).await;
            let result = match claimed {
                Ok((message, hold)) => import(&shared, &order, message, hold).await,
                Err(fault) => Err(fault),
            };
            (None, result)
        }
    };
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
    if let Some(reply) = reply {
        // Whoever asked may have gone.
        let _ = reply.send(result);
    }
}

/// The fault in one word, for the log: reasons may speak of a patient.
fn word(fault: &Fault) -> &'static str {
    match fault {
        Fault::NotTaken(_) => "not taken",
        Fault::Closed => "closed",
        Fault::Lost => "lease lost",
        Fault::Abandoned(_) => "abandoned",
        Fault::Failed(_) => "failed",
        Fault::Uncertain => "uncertain",
        Fault::Unreported => "unreported",
    }
}

async fn import(
    shared: &Shared,
    order: &Order,
    message: Detail,
    hold: Hold,
) -> Result<Imported, Fault> {
    let message_id = message.summary.message_id.clone();
    let nhs_number = message.summary.nhs_number.clone();
    let record_url = shared.records.record_url(&nhs_number);
    let notices = &shared.notices;
    notices.note(&order.session, &message.summary, record_url);
    match write(shared, order, &hold, message).await {
        Ok(filed) => {
            let (told, ()) = tokio::join!(
                report(shared, order, hold, &message_id),
                name_patient(shared, &order.message_ref, &nhs_number)
            );
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
            settle_claim(shared, order, &hold, &fault, message_id).await;
            Err(fault)
        }
    }
}

/// Asks whose record that was, for the notice that tells of it.
async fn name_patient(shared: &Shared, message_ref: &str, nhs_number: &str) {
    let asked = timeout(ASK_NAME, shared.records.patient(nhs_number)).await;
    if let Ok(Ok(PatientCard::One { name, .. })) = asked {
        shared.notices.name(message_ref, name);
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
async fn settle_claim(
    shared: &Shared,
    order: &Order,
    hold: &Hold,
    fault: &Fault,
    message_id: String,
) {
    match fault {
        Fault::Failed(reason) => {
            // The record system has it not.
            shared.journal.forget(&order.message_ref).await;
            let told = tell_failure(shared, order, hold, reason).await;
            if let Some(outcome) = told {
                shared.inbox.failed(&order.message_ref, &outcome, reason);
            }
            shared.tell(AgentEvent::ImportFailed {
                message_ref: order.message_ref.clone(),
                message_id,
                reason: reason.clone(),
            });
        }
        // A toolbar that plays offline does not call.
        Fault::Closed | Fault::Abandoned(_) if !*shared.offline.borrow() => {
            // Without it the claim ends by itself.
            let _ = give_back(shared, &order.session, hold).await;
        }
        _ => {}
    }
}
