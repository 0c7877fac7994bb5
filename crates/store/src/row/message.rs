//! Rows of messages without their content.

use super::{Cells, stage};
use crate::platform::{Holder, Stored, WaitingMessage};
use crate::{Result, StoreError};
use jiff::Timestamp;
use model::SpineUserId;
use model::message::{Approval, Envelope, Stage, Status, SubStatus};

/// A message and the version that was read, without history: version, reference, client, message id,
/// approved by, token, topic, practice, subject, accepted at, expires at, content hash, changed at, and
/// the stage as [`stage::read`] reads it.
///
/// # Errors
/// [`StoreError::Inconsistent`], as of every function here.
pub fn stored(cells: &mut impl Cells) -> Result<(i64, Stored)> {
    let version = cells.take("message.version")?;
    let reference = cells.take("message.reference")?;
    let client = cells.take("message.client")?;
    let message_id = cells.take("message.message_id")?;
    let approved_by: Option<SpineUserId> = cells.take("message.approved_by")?;
    let approval = match (approved_by, cells.take("message.token")?) {
        (Some(spine_user_id), Some(token)) => Some(Approval {
            spine_user_id,
            token,
        }),
        (None, None) => None,
        _ => {
            return Err(StoreError::Inconsistent {
                place: "message.token",
            });
        }
    };
    let envelope = Envelope {
        reference,
        client,
        message_id,
        approval,
        topic: cells.take("message.topic")?,
        practice: cells.take("message.practice")?,
        subject: cells.take("message.subject")?,
        accepted_at: cells.take("message.accepted_at")?,
        expires_at: cells.take("message.expires_at")?,
        content_hash: cells.take("message.content_hash")?,
    };
    let changed_at = cells.take("message.changed_at")?;
    let stored = Stored {
        envelope,
        stage: stage::read(cells)?,
        changed_at,
        history: Vec::new(),
    };
    Ok((version, stored))
}

/// A message as an inbox lists it: as [`stored`] reads it, then the client system's name, how many
/// attachments, how many coded items, and the name in the session that holds it.
///
/// # Errors
/// As [`stored`].
pub fn waiting(cells: &mut impl Cells) -> Result<WaitingMessage> {
    let (_, stored) = stored(cells)?;
    let client_name = cells.take("client.name")?;
    let attachments = cells.take("message.attachments")?;
    let coded_items = cells.take("message.coded_items")?;
    let name: Option<String> = cells.take("session.name")?;
    let held_by = match (&stored.stage, name) {
        (Stage::Claimed { lease, .. }, Some(name)) => Some(Holder {
            session: lease.holder,
            name,
        }),
        _ => None,
    };
    Ok(WaitingMessage {
        stored,
        client_name,
        attachments,
        coded_items,
        held_by,
    })
}

/// A line of a history: status, sub-status, at.
///
/// # Errors
/// As [`stored`].
pub fn history_line(cells: &mut impl Cells) -> Result<(Status, Option<SubStatus>, Timestamp)> {
    Ok((
        cells.take("history.status")?,
        cells.take("history.sub_status")?,
        cells.take("history.at")?,
    ))
}

/// How many messages stand somewhere: status, sub-status, messages.
///
/// # Errors
/// As [`stored`].
pub fn count(cells: &mut impl Cells) -> Result<(Status, Option<SubStatus>, u64)> {
    Ok((
        cells.take("message_count.status")?,
        cells.take("message_count.sub_status")?,
        cells.take("message_count.messages")?,
    ))
}
