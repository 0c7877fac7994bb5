//! Messages as the wire shows them.

use jiff::Timestamp;
use model::message::{Stage, Status, SubStatus, show};
use model::policy;
use store::platform::{Session, Stored, StoredContent, WaitingMessage, settled};
use wire::partner::{self, INSTANT_TYPE, STANDARD_TYPE, StatusAnswer, StatusEntry};
use wire::practice::{AttachmentInfo, CodedItem, Detail, Outcome, Summary};

/// RFC 3339 in UTC.
pub(crate) fn date_time(at: Timestamp) -> String {
    at.to_string()
}

fn kind(stored: &Stored) -> String {
    let kind = if stored.envelope.approval.is_some() {
        INSTANT_TYPE
    } else {
        STANDARD_TYPE
    };
    kind.to_owned()
}

fn words(status: Status, sub_status: Option<SubStatus>) -> (String, Option<String>) {
    (
        status.as_str().to_owned(),
        sub_status.map(|sub| sub.as_str().to_owned()),
    )
}

/// Where a message stands at `now`, time's own changes included even before a worker wrote them.
pub(crate) fn status(stored: &Stored, now: Timestamp) -> StatusAnswer {
    let (stage, steps) = settled(stored, now);
    let (status, sub_status, reason) = show(&stage);
    let since = steps.last().map_or(stored.changed_at, |step| step.at);
    let mut history = stored.history.clone();
    for step in &steps {
        let (status, sub_status, _) = show(&step.stage);
        if history
            .last()
            .is_none_or(|(before, sub, _)| (*before, *sub) != (status, sub_status))
        {
            history.push((status, sub_status, step.at));
        }
    }
    // A renewed claim is no new status: the last line of the history says since when.
    let since = history.last().map_or(since, |(_, _, at)| *at);
    let (status, sub_status) = words(status, sub_status);
    StatusAnswer {
        message_id: stored.envelope.message_id.to_string(),
        kind: kind(stored),
        status,
        sub_status,
        status_date_time: date_time(since),
        expiry_date_time: date_time(stored.envelope.expires_at),
        reason: reason.map(str::to_owned),
        history: history
            .into_iter()
            .map(|(status, sub_status, at)| {
                let (status, sub_status) = words(status, sub_status);
                StatusEntry {
                    status,
                    sub_status,
                    date_time: date_time(at),
                }
            })
            .collect(),
    }
}

/// A message as an inbox shows it to the practitioner of a session.
pub(crate) fn summary(message: &WaitingMessage, to: &Session, now: Timestamp) -> Summary {
    let stored = &message.stored;
    let envelope = &stored.envelope;
    let (stage, _) = settled(stored, now);
    let (status, sub_status, reason) = show(&stage);
    let (status, sub_status) = words(status, sub_status);
    // The claim as stored may be over.
    let held = matches!(stage, Stage::Claimed { .. });
    let holder = message.held_by.as_ref().filter(|_| held);
    Summary {
        message_ref: envelope.reference.to_string(),
        message_id: envelope.message_id.to_string(),
        kind: kind(stored),
        status,
        sub_status,
        reason: reason.map(str::to_owned),
        auto_import: policy::auto_import(&to.practitioner, envelope, &stage),
        sender: message.client_name.clone(),
        topic: envelope.topic.clone(),
        nhs_number: envelope.subject.as_str().to_owned(),
        received_at: date_time(envelope.accepted_at),
        expires_at: date_time(envelope.expires_at),
        attachments: message.attachments,
        coded_data_items: message.coded_items,
        held_by: holder.map(|holder| holder.name.clone()),
        held_by_you: holder.is_some_and(|holder| holder.session == to.id),
    }
}

/// A message with its content.
pub(crate) fn detail(
    message: &WaitingMessage,
    content: StoredContent,
    to: &Session,
    now: Timestamp,
) -> Detail {
    let attachments = content
        .attachments
        .iter()
        .zip(0..)
        .map(|(attachment, index)| AttachmentInfo {
            index,
            file_name: attachment.file_name.as_str().to_owned(),
            mime_type: attachment.kind.mime_type().to_owned(),
            size: attachment.size,
            sha256: attachment.hash.to_hex(),
        });
    let coded = content.coded_data.into_iter().map(|item| CodedItem {
        code: item.code.as_str().to_owned(),
        value: item.value.map(|value| value.as_str().to_owned()),
        unit: item.unit,
        additional_text: item.additional_text,
    });
    Detail {
        summary: summary(message, to, now),
        client_system_id: message.stored.envelope.client.to_string(),
        body: content.body.map(|body| partner::Body {
            mime_type: body.kind.mime_type().to_owned(),
            content: body.content,
        }),
        attachments: attachments.collect(),
        coded_data_items: coded.collect(),
    }
}

/// What became of a message after an act.
pub(crate) fn outcome(stage: &Stage) -> Outcome {
    let (status, sub_status, _) = show(stage);
    let (status, sub_status) = words(status, sub_status);
    Outcome { status, sub_status }
}
