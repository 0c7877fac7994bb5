//! Everything that must be there before a message is written: the patient, and every attachment whole.

use super::{Fault, Order};
use crate::backoff::Backoff;
use crate::record_system::{Found, ImportAttachment, ImportMessage, RecordSystemError};
use crate::shared::Shared;
use bytes::Bytes;
use model::attachment::Kind;
use sdk::Error;
use wire::practice::{AttachmentInfo, Detail};

/// Gathers what the record system needs. May be dropped at any point.
pub(super) async fn prepare(
    shared: &Shared,
    order: &Order,
    message: Detail,
) -> Result<ImportMessage, Fault> {
    is_whole(&message)?;
    let patient_id = find_patient(shared, &message.summary.nhs_number).await?;
    let mut attachments = Vec::with_capacity(message.attachments.len());
    for info in &message.attachments {
        let place = info.index + 1;
        let kind = Kind::from_mime_type(&info.mime_type).ok_or_else(|| {
            Fault::failed(&format!(
                "Attachment {place} is of a type that this toolbar does not know."
            ))
        })?;
        attachments.push(ImportAttachment {
            kind,
            file_name: info.file_name.clone(),
            bytes: fetch(shared, order, info).await?,
        });
    }
    Ok(ImportMessage {
        client_system_id: message.client_system_id,
        message_id: message.summary.message_id,
        sender: message.summary.sender,
        topic: message.summary.topic,
        received_at: message.summary.received_at,
        filed_at: shared.clock.now(),
        patient_id,
        nhs_number: message.summary.nhs_number,
        body: message.body,
        attachments,
        coded_data: message.coded_data_items,
    })
}

/// A part of a message must not be filed as the whole of it, nor nothing as something.
fn is_whole(message: &Detail) -> Result<(), Fault> {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let there = (
        count(message.attachments.len()),
        count(message.coded_data_items.len()),
    );
    let told = (
        message.summary.attachments,
        message.summary.coded_data_items,
    );
    if there != told {
        let words = "a message without some of its parts";
        return Err(Fault::Abandoned(Error::Unintelligible(words.to_owned())));
    }
    if there == (0, 0) {
        return Err(Fault::failed(
            "It has neither a document nor coded data, so there is nothing to put into the record. \
             Please read it and decide.",
        ));
    }
    Ok(())
}

/// A deceased patient's record takes messages too: letters arrive after a death.
async fn find_patient(shared: &Shared, nhs_number: &str) -> Result<String, Fault> {
    let mut backoff = Backoff::new(shared.pace.retry, shared.pace.retry_most);
    for _ in 1..shared.pace.tries {
        match shared.records.find_patient(nhs_number).await {
            Err(RecordSystemError::Unavailable(_)) => {
                shared
                    .pause(backoff.next(shared.entropy.as_ref(), None))
                    .await;
            }
            other => return judge(other),
        }
    }
    judge(shared.records.find_patient(nhs_number).await)
}

fn judge(found: Result<Found, RecordSystemError>) -> Result<String, Fault> {
    let reason = match found {
        Ok(Found::One { id }) => return Ok(id),
        Ok(Found::Nobody) => "No patient with this NHS number is registered here.".to_owned(),
        Ok(Found::Several(count)) => format!(
            "{count} patients have this NHS number here, so it is not certain whose record is meant."
        ),
        Ok(Found::SomebodyElse) => {
            "The record system answered with a patient who does not have this NHS number."
                .to_owned()
        }
        Err(RecordSystemError::Refused { words }) => {
            return Err(Fault::refused("to look for the patient", &words));
        }
        Err(RecordSystemError::Unavailable(_)) => "The record system did not answer.".to_owned(),
    };
    Err(Fault::failed(&reason))
}

/// One attachment, checked; tried a few times.
async fn fetch(shared: &Shared, order: &Order, info: &AttachmentInfo) -> Result<Bytes, Fault> {
    let mut backoff = Backoff::new(shared.pace.retry, shared.pace.retry_most);
    let mut tries = 0;
    loop {
        let error = match fetch_once(order, info).await {
            Ok(bytes) => return Ok(bytes),
            Err(error) => error,
        };
        tries += 1;
        let damaged = matches!(error, Error::Unintelligible(_));
        if tries >= shared.pace.tries || !(damaged || error.is_temporary()) {
            return Err(judge_fetch(error, info.index + 1));
        }
        let wait = backoff.next(shared.entropy.as_ref(), error.retry_after());
        if shared.pause(wait).await {
            return Err(Fault::Closed);
        }
    }
}

fn judge_fetch(error: Error, place: u32) -> Fault {
    match &error {
        Error::Unintelligible(_) => Fault::failed(&format!(
            "Attachment {place} did not arrive as it was sent."
        )),
        // The platform is away or our session is over: the message is none the worse for it.
        _ if error.is_temporary() || matches!(error.status(), Some(401 | 403)) => {
            Fault::Abandoned(error)
        }
        _ => Fault::failed(&format!("Attachment {place} could not be fetched.")),
    }
}

async fn fetch_once(order: &Order, info: &AttachmentInfo) -> Result<Bytes, Error> {
    let calls = &order.session.calls;
    let stream = calls.attachment(&order.message_ref, info).await?;
    stream.read_all().await
}
