//! Reading messages without their content.

use super::statements::{COUNTS, FIND, GET, WAITING};
use super::text;
use crate::conn::{Conn, Params};
use jiff::Timestamp;
use model::message::{Status, SubStatus};
use model::{ClientMessageId, ClientSystemId, MessageRef, OdsCode, SpineUserId};
use store::Result;
use store::platform::{Stored, WaitingMessage};
use store::row::{Cells, int, message};
use uuid::Uuid;

type HistoryLine = (Status, Option<SubStatus>, Timestamp);

pub(super) async fn find(
    conn: &Conn,
    client: ClientSystemId,
    id: ClientMessageId,
) -> Result<Option<Stored>> {
    // One statement, so that stage and history are of one moment: a row for each line of the history.
    let key: Params<'_> = &[&client.0, &id.0];
    let rows = conn.all(FIND, key, |cells| {
        let (_, stored) = message::stored(cells)?;
        let place: Option<i64> = cells.take("history.place")?;
        let line: Option<HistoryLine> = place.map(|_| message::history_line(cells)).transpose()?;
        Ok((stored, line))
    });
    let mut found: Option<Stored> = None;
    for (stored, line) in rows.await? {
        let found = found.get_or_insert_with(|| text::message(stored));
        found.history.extend(line);
    }
    Ok(found)
}

fn inbox_row(cells: &mut impl Cells) -> Result<WaitingMessage> {
    let waiting = message::waiting(cells)?;
    Ok(WaitingMessage {
        stored: text::message(waiting.stored),
        ..waiting
    })
}

pub(super) async fn get(conn: &Conn, reference: MessageRef) -> Result<Option<WaitingMessage>> {
    conn.one(GET, &[&reference.0], inbox_row).await
}

pub(super) async fn waiting(
    conn: &Conn,
    practice: &OdsCode,
    practitioner: &SpineUserId,
    after: Option<MessageRef>,
    limit: u32,
) -> Result<Vec<WaitingMessage>> {
    let mut after = after.map_or(Uuid::nil(), |after| after.0);
    let mut page = Vec::new();
    loop {
        let wanted = (limit as usize).saturating_sub(page.len());
        let (practice, practitioner) = (practice.as_str(), practitioner.as_str());
        let which: Params<'_> = &[&practice, &practitioner, &after, &int(wanted)];
        let rows = conn.all(WAITING, which, |cells| {
            let reference: MessageRef = cells.take("message.reference")?;
            Ok((reference, inbox_row(cells)))
        });
        let rows = rows.await?;
        let last = rows.len() < wanted;
        for (reference, row) in rows {
            match row {
                Ok(waiting) => page.push(waiting),
                // One damaged row must not hide the others of its practice.
                Err(cause) => {
                    tracing::error!(message = %reference, %cause, "a message was left out of an inbox");
                }
            }
            after = reference.0;
        }
        if last || page.len() >= limit as usize {
            return Ok(page);
        }
    }
}

pub(super) async fn counts(conn: &Conn) -> Result<Vec<(Status, Option<SubStatus>, u64)>> {
    conn.all(COUNTS, &[], message::count).await
}
