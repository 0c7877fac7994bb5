//! Reading messages without their content.

use super::stage;
use super::statements::{COUNTS, FIND, GET, HISTORY, WAITING};
use crate::conn::Conn;
use crate::row::{Cells, int};
use model::message::{Approval, Envelope, Status, SubStatus};
use model::{ClientMessageId, ClientSystemId, MessageRef, OdsCode, SpineUserId};
use rusqlite::params;
use store::platform::{Stored, WaitingMessage};
use store::{Result, StoreError};
use uuid::Uuid;

/// A message's row: its key, the version that was read, and what it says (without history).
pub(super) struct Found {
    pub(super) id: i64,
    pub(super) version: i64,
    pub(super) stored: Stored,
}

/// Reads the columns that every message statement begins with.
pub(super) fn row(cells: &mut Cells<'_>) -> Result<Found> {
    let id = cells.take("message.id")?;
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
    Ok(Found {
        id,
        version,
        stored,
    })
}

/// The message as it stands, with its history.
pub(super) fn with_history(conn: &Conn<'_>, found: Found) -> Result<Stored> {
    let history = conn.all(HISTORY, [found.id], |cells| {
        Ok((
            cells.take("history.status")?,
            cells.take("history.sub_status")?,
            cells.take("history.at")?,
        ))
    })?;
    Ok(Stored {
        history,
        ..found.stored
    })
}

pub(super) fn find(
    conn: &Conn<'_>,
    client: ClientSystemId,
    id: ClientMessageId,
) -> Result<Option<Stored>> {
    conn.one(FIND, [client.0.as_bytes(), id.0.as_bytes()], row)?
        .map(|found| with_history(conn, found))
        .transpose()
}

fn inbox_row(cells: &mut Cells<'_>) -> Result<WaitingMessage> {
    Ok(WaitingMessage {
        stored: row(cells)?.stored,
        client_name: cells.take("client.name")?,
        attachments: cells.take("message.attachments")?,
        coded_items: cells.take("message.coded_items")?,
    })
}

pub(super) fn get(conn: &Conn<'_>, reference: MessageRef) -> Result<Option<WaitingMessage>> {
    conn.one(GET, [reference.0.as_bytes()], inbox_row)
}

pub(super) fn waiting(
    conn: &Conn<'_>,
    practice: &OdsCode,
    practitioner: &SpineUserId,
    after: Option<MessageRef>,
    limit: u32,
) -> Result<Vec<WaitingMessage>> {
    // Every reference sorts after no bytes.
    let mut after = after.map_or(Vec::new(), |after| after.0.as_bytes().to_vec());
    let mut page = Vec::new();
    loop {
        let wanted = (limit as usize).saturating_sub(page.len());
        let which = params![practice.as_str(), practitioner.as_str(), after, int(wanted)];
        let rows = conn.all(WAITING, which, |cells| {
            let key: Vec<u8> = cells.take("message.reference")?;
            Ok((key, inbox_row(cells)))
        })?;
        let last = rows.len() < wanted;
        for (key, row) in rows {
            match row {
                Ok(waiting) => page.push(waiting),
                // One damaged row must not hide the others of its practice.
                Err(cause) => {
                    let message = Uuid::from_slice(&key).unwrap_or_default();
                    tracing::error!(%message, %cause, "a message was left out of an inbox");
                }
            }
            after = key;
        }
        if last || page.len() >= limit as usize {
            return Ok(page);
        }
    }
}

pub(super) fn counts(conn: &Conn<'_>) -> Result<Vec<(Status, Option<SubStatus>, u64)>> {
    conn.all(COUNTS, [], |cells| {
        Ok((
            cells.take("message_count.status")?,
            cells.take("message_count.sub_status")?,
            cells.take("message_count.messages")?,
        ))
    })
}
