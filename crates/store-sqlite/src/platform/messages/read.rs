//! Reading messages without their content.

use super::statements::{COUNTS, FIND, GET, HISTORY, WAITING};
use crate::conn::Conn;
use crate::row::RowCells;
use model::message::{Status, SubStatus};
use model::{ClientMessageId, ClientSystemId, MessageRef, OdsCode, SpineUserId};
use rusqlite::params;
use store::Result;
use store::platform::{Stored, WaitingMessage};
use store::row::message::{count, history_line, stored, waiting as waiting_row};
use store::row::{Cells as _, int};
use uuid::Uuid;

/// A message's row: its key, the version that was read, and what it says (without history).
pub(super) struct Found {
    pub(super) id: i64,
    pub(super) version: i64,
    pub(super) stored: Stored,
}

/// Reads the columns that every message statement begins with.
pub(super) fn row(cells: &mut RowCells<'_>) -> Result<Found> {
    let id = cells.take("message.id")?;
    let (version, stored) = stored(cells)?;
    Ok(Found {
        id,
        version,
        stored,
    })
}

/// The message as it stands, with its history.
pub(super) fn with_history(conn: &Conn<'_>, found: Found) -> Result<Stored> {
    let history = conn.all(HISTORY, [found.id], |cells| history_line(cells))?;
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

fn inbox_row(cells: &mut RowCells<'_>) -> Result<WaitingMessage> {
    let _id: i64 = cells.take("message.id")?;
    waiting_row(cells)
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
    conn.all(COUNTS, [], |cells| count(cells))
}
