//! Accepting a message: everything that must survive together, in one transaction.

use super::blobs::names_condemned;
use super::change::count_in;
use super::statements::{
    ADD, ADD_ATTACHMENT, ADD_BODY, ADD_CODED_ITEM, ADD_FIRST_LINE, EARLIER, TAKE_BACK, USE_BLOB,
    USE_TOKEN,
};
use crate::platform::Tx;
use model::coded_data::Number;
use model::message::{Envelope, SubStatus, show};
use model::policy::only_for;
use model::{Actor, Hash, SpineUserId};
use rusqlite::params;
use store::platform::{Accepted, AttachmentBytes, NewMessage};
use store::row::stage::Columns;
use store::row::{Cells as _, int};
use store::{Result, StoreError};

pub(super) fn accept(tx: &mut Tx<'_>, by: &Actor, message: &NewMessage) -> Result<Accepted> {
    let envelope = &message.envelope;
    let Some(id) = add_row(tx, message)? else {
        return earlier(tx, envelope);
    };
    if names_condemned(tx, message)? {
        tx.write_one(TAKE_BACK, [id], "message")?;
        return Ok(Accepted::BlobGone);
    }
    let at = envelope.accepted_at;
    if let Some(approval) = &envelope.approval {
        let used = params![approval.token.0.as_bytes(), at.as_millisecond()];
        if tx.write(USE_TOKEN, used)? == 0 {
            tx.write_one(TAKE_BACK, [id], "message")?;
            return Ok(Accepted::TokenWithdrawn);
        }
    }
    add_content(tx, id, message)?;
    let (status, sub_status, _) = show(&message.stage);
    let line = params![
        id,
        status.as_str(),
        sub_status.map(SubStatus::as_str),
        at.as_millisecond()
    ];
    tx.write_one(ADD_FIRST_LINE, line, "history")?;
    count_in(tx, status, sub_status)?;
    tx.audit(by, at, "accept message", envelope.reference)?;
    let only = only_for(&message.stage, envelope.approval.as_ref());
    tx.tell_both(envelope, only, (status, sub_status), at)?;
    Ok(Accepted::New)
}

/// What a message is whose id its client system has used before.
fn earlier(tx: &Tx<'_>, envelope: &Envelope) -> Result<Accepted> {
    let names = [
        envelope.client.0.as_bytes(),
        envelope.message_id.0.as_bytes(),
    ];
    let hash: Option<Hash> = tx.one(EARLIER, names, |cells| cells.take("message.content_hash"))?;
    match hash {
        Some(hash) if hash == envelope.content_hash => Ok(Accepted::Same),
        Some(_) => Ok(Accepted::Conflict),
        None => Err(StoreError::Inconsistent { place: "message" }),
    }
}

/// The new row's key; `None` when the client system has used the id before. The unique index decides
/// that, so that no statement has to ask first.
fn add_row(tx: &Tx<'_>, message: &NewMessage) -> Result<Option<i64>> {
    let envelope = &message.envelope;
    let at = envelope.accepted_at;
    let approval = envelope.approval.as_ref();
    let columns = Columns::of(&message.stage, approval, envelope.expires_at, at);
    let row = params![
        envelope.reference.0.as_bytes(),
        envelope.client.0.as_bytes(),
        envelope.message_id.0.as_bytes(),
        approval.map(|approval| SpineUserId::as_str(&approval.spine_user_id)),
        approval.map(|approval| approval.token.0.as_bytes()),
        envelope.topic,
        envelope.practice.as_str(),
        envelope.subject.as_str(),
        at.as_millisecond(),
        envelope.expires_at.as_millisecond(),
        envelope.content_hash.as_bytes(),
        int(message.attachments.len()),
        int(message.coded_data.len()),
        at.as_millisecond(),
        columns.stage,
        columns.waits_for,
        columns.convert_at,
        columns.reason,
        columns.fence,
        columns.lease_holder.as_ref().map(|id| id.0.as_bytes()),
        columns.lease_until,
        columns.mode,
        columns.only_for,
        columns.due_at,
        columns.ended_at,
    ];
    let added = tx.write(ADD, row)? == 1;
    Ok(added.then(|| tx.last_insert_id()))
}

fn add_content(tx: &Tx<'_>, id: i64, message: &NewMessage) -> Result<()> {
    if let Some(body) = &message.body {
        let row = params![id, body.kind.mime_type(), body.content];
        tx.write_one(ADD_BODY, row, "message_body")?;
    }
    for (place, (attachment, bytes)) in message.attachments.iter().enumerate() {
        let bytes = match bytes {
            AttachmentBytes::Inline(bytes) => Some(bytes.as_ref()),
            AttachmentBytes::Blob => {
                tx.write_one(USE_BLOB, [attachment.hash.as_bytes()], "blob")?;
                None
            }
        };
        let row = params![
            id,
            int(place),
            attachment.kind.mime_type(),
            attachment.file_name.as_str(),
            int(attachment.size),
            attachment.hash.as_bytes(),
            bytes,
        ];
        tx.write_one(ADD_ATTACHMENT, row, "attachment")?;
    }
    for (place, item) in message.coded_data.iter().enumerate() {
        let row = params![
            id,
            int(place),
            item.code.as_str(),
            item.value.as_ref().map(Number::as_str),
            item.unit,
            item.additional_text,
        ];
        tx.write_one(ADD_CODED_ITEM, row, "coded_item")?;
    }
    Ok(())
}
