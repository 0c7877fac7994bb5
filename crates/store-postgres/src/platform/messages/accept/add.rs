//! A batch of messages as rows: one statement a table, whatever their number.

use super::super::rows::{each, exactly};
use super::super::statements::{
    ADD, ADD_ATTACHMENTS, ADD_BODIES, ADD_CODED_ITEMS, ADD_FIRST_LINES,
};
use super::super::text::kept;
use super::Wanted;
use crate::row::bytes;
use crate::tx::Tx;
use model::SpineUserId;
use model::coded_data::{CodedItem, Number};
use model::message::{Body, Envelope, SubStatus, show};
use store::Result;
use store::platform::{AttachmentBytes, NewMessage};
use store::row::int;
use store::row::stage::Columns;
use uuid::Uuid;

/// Adds everything about these messages but their keys.
pub(super) async fn rows(tx: &Tx, wanted: &[&Wanted]) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let messages = each(wanted, |wanted| &wanted.message);
    futures_util::try_join!(
        add_messages(tx, &messages),
        add_bodies(tx, &messages),
        add_attachments(tx, &messages),
        add_coded_items(tx, &messages),
        add_first_lines(tx, &messages),
    )?;
    Ok(())
}

async fn add_messages(tx: &Tx, messages: &[&NewMessage]) -> Result<()> {
    let stages: Vec<Columns<'_>> = each(messages, |message| {
        let envelope = &message.envelope;
        let approval = envelope.approval.as_ref();
        let (expires_at, at) = (envelope.expires_at, envelope.accepted_at);
        Columns::of(&message.stage, approval, expires_at, at)
    });
    let stages: Vec<&Columns<'_>> = stages.iter().collect();
    let envelopes: Vec<&Envelope> = each(messages, |message| &message.envelope);
    let approvals = each(&envelopes, |envelope| envelope.approval.as_ref());
    let approved_by: Vec<Option<&str>> = approvals
        .iter()
        .map(|approval| approval.map(|approval| SpineUserId::as_str(&approval.spine_user_id)))
        .collect();
    let tokens: Vec<Option<Uuid>> = approvals
        .iter()
        .map(|approval| approval.map(|approval| approval.token.0))
        .collect();
    let accepted_at = each(&envelopes, |row| row.accepted_at.as_millisecond());
    let written = tx
        .write(
            ADD,
            &[
                &each(&envelopes, |row| row.reference.0),
                &each(&envelopes, |row| row.client.0),
                &each(&envelopes, |row| row.message_id.0),
                &approved_by,
                &tokens,
                &each(&envelopes, |row| row.topic.as_str()),
                &each(&envelopes, |row| row.practice.as_str()),
                &each(&envelopes, |row| row.subject.as_str()),
                &accepted_at,
                &each(&envelopes, |row| row.expires_at.as_millisecond()),
                &each(&envelopes, |row| bytes(&row.content_hash)),
                &each(messages, |message| int(message.attachments.len())),
                &each(messages, |message| int(message.coded_data.len())),
                &accepted_at,
                &each(&stages, |row| row.stage),
                &each(&stages, |row| row.waits_for),
                &each(&stages, |row| row.convert_at),
                &each(&stages, |row| row.reason.map(kept)),
                &each(&stages, |row| row.fence),
                &each(&stages, |row| row.lease_holder.map(|holder| holder.0)),
                &each(&stages, |row| row.lease_until),
                &each(&stages, |row| row.mode),
                &each(&stages, |row| row.only_for),
                &each(&stages, |row| row.due_at),
                &each(&stages, |row| row.ended_at),
            ],
        )
        .await?;
    exactly(written, messages.len(), "message")
}

async fn add_bodies(tx: &Tx, messages: &[&NewMessage]) -> Result<()> {
    let rows: Vec<(Uuid, &Body)> = messages
        .iter()
        .filter_map(|message| Some((message.envelope.reference.0, message.body.as_ref()?)))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = rows.iter().collect();
    let written = tx
        .write(
            ADD_BODIES,
            &[
                &each(&rows, |(message, _)| *message),
                &each(&rows, |(_, body)| body.kind.mime_type()),
                &each(&rows, |(_, body)| kept(&body.content)),
            ],
        )
        .await?;
    exactly(written, rows.len(), "message_body")
}

async fn add_attachments(tx: &Tx, messages: &[&NewMessage]) -> Result<()> {
    let mut rows = Vec::new();
    for message in messages {
        for (place, (attachment, bytes)) in message.attachments.iter().enumerate() {
            let bytes = match bytes {
                AttachmentBytes::Inline(bytes) => Some(bytes.as_ref()),
                AttachmentBytes::Blob => None,
            };
            rows.push((message.envelope.reference.0, int(place), attachment, bytes));
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = rows.iter().collect();
    let written = tx
        .write(
            ADD_ATTACHMENTS,
            &[
                &each(&rows, |row| row.0),
                &each(&rows, |row| row.1),
                &each(&rows, |row| row.2.kind.mime_type()),
                &each(&rows, |row| row.2.file_name.as_str()),
                &each(&rows, |row| int(row.2.size)),
                &each(&rows, |row| bytes(&row.2.hash)),
                &each(&rows, |row| row.3),
            ],
        )
        .await?;
    exactly(written, rows.len(), "attachment")
}

async fn add_coded_items(tx: &Tx, messages: &[&NewMessage]) -> Result<()> {
    let mut rows: Vec<(Uuid, i64, &CodedItem)> = Vec::new();
    for message in messages {
        for (place, item) in message.coded_data.iter().enumerate() {
            rows.push((message.envelope.reference.0, int(place), item));
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = rows.iter().collect();
    let written = tx
        .write(
            ADD_CODED_ITEMS,
            &[
                &each(&rows, |row| row.0),
                &each(&rows, |row| row.1),
                &each(&rows, |row| row.2.code.as_str()),
                &each(&rows, |row| row.2.value.as_ref().map(Number::as_str)),
                &each(&rows, |row| row.2.unit.as_deref().map(kept)),
                &each(&rows, |row| row.2.additional_text.as_deref().map(kept)),
            ],
        )
        .await?;
    exactly(written, rows.len(), "coded_item")
}

async fn add_first_lines(tx: &Tx, messages: &[&NewMessage]) -> Result<()> {
    let statuses = each(messages, |message| show(&message.stage));
    let statuses: Vec<_> = statuses.iter().collect();
    let written = tx
        .write(
            ADD_FIRST_LINES,
            &[
                &each(messages, |message| message.envelope.reference.0),
                &each(&statuses, |(status, ..)| status.as_str()),
                &each(&statuses, |(_, sub, _)| sub.map(SubStatus::as_str)),
                &each(messages, |row| row.envelope.accepted_at.as_millisecond()),
            ],
        )
        .await?;
    exactly(written, messages.len(), "history")
}
