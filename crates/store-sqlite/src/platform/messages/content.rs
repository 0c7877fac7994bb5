//! What a message carries, and how it loses that after the retention period.

use super::statements::{
    ATTACHMENT, ATTACHMENTS, BODY, BODY_SIZE, CODED_ITEMS, DROP_ATTACHMENTS, DROP_BODY,
    DROP_CODED_ITEMS, DROP_LAST_USE, DROP_USE, EMPTIED, NOT_EMPTIED, SIZES_OF, TO_EMPTY,
};
use crate::conn::Conn;
use crate::platform::Tx;
use jiff::Timestamp;
use model::{Hash, MessageRef};
use rusqlite::params;
use store::Result;
use store::platform::{Collected, StoredAttachment, StoredContent};
use store::row::Cells as _;
use store::row::content::{attachment as attachment_row, body, coded_item, stored_attachment};

/// A batch ends after so many bytes were emptied: deleted pages are overwritten, and all that goes
/// through the log while others wait.
const MAX_BYTES: u64 = 1024 * 1024;

/// The key of a message that still has its content, and how many attachments and coded items it has.
fn not_emptied(conn: &Conn<'_>, reference: MessageRef) -> Result<Option<(i64, u64, u64)>> {
    conn.one(NOT_EMPTIED, [reference.0.as_bytes()], |cells| {
        Ok((
            cells.take("message.id")?,
            cells.take("message.attachments")?,
            cells.take("message.coded_items")?,
        ))
    })
}

pub(super) fn content(conn: &Conn<'_>, reference: MessageRef) -> Result<Option<StoredContent>> {
    let Some((id, count, coded_items)) = not_emptied(conn, reference)? else {
        return Ok(None);
    };
    let body = conn.one(BODY, [id], |cells| body(cells))?;
    let attachments = conn.all(ATTACHMENTS, [id], |cells| attachment_row(cells))?;
    let coded_data = conn.all(CODED_ITEMS, [id], |cells| coded_item(cells))?;
    let content = StoredContent {
        body,
        attachments,
        coded_data,
    };
    content.counted(count, coded_items).map(Some)
}

pub(super) fn attachment(
    conn: &Conn<'_>,
    reference: MessageRef,
    index: u32,
) -> Result<Option<StoredAttachment>> {
    let Some((id, ..)) = not_emptied(conn, reference)? else {
        return Ok(None);
    };
    conn.one(ATTACHMENT, params![id, index], |cells| {
        stored_attachment(cells)
    })
}

pub(super) fn empty_ended(
    tx: &mut Tx<'_>,
    ended_before: Timestamp,
    limit: u32,
) -> Result<Collected> {
    let one_more = params![ended_before.as_millisecond(), i64::from(limit) + 1];
    let ended = tx.all(TO_EMPTY, one_more, |cells| cells.take::<i64>("message.id"))?;
    let mut collected = Collected::default();
    let mut bytes = 0;
    for id in ended {
        if collected.messages >= u64::from(limit) || bytes >= MAX_BYTES {
            collected.more = true;
            break;
        }
        bytes += empty(tx, id, &mut collected.unused_blobs)?;
        collected.messages += 1;
    }
    // After the last ones only: cutting off the log costs more than a small batch.
    *tx.forget |= collected.messages > 0 && !collected.more;
    Ok(collected)
}

/// Empties one message; how many bytes of the database that overwrites.
fn empty(tx: &Tx<'_>, id: i64, unused_blobs: &mut Vec<Hash>) -> Result<u64> {
    let body = tx.one(BODY_SIZE, [id], |cells| {
        cells.take::<u64>("message_body.content")
    })?;
    let mut bytes = body.unwrap_or(0);
    let attachments = tx.all(SIZES_OF, [id], |cells| {
        // A hash that cannot be read names no blob.
        let hash: Option<Hash> = cells.take("attachment.hash").ok();
        let size: u64 = cells.take("attachment.size").unwrap_or(0);
        let in_blob: bool = cells.take("attachment.bytes")?;
        Ok((hash, size, in_blob))
    })?;
    for (hash, size, in_blob) in attachments {
        match hash {
            // Without a count, nothing uses it.
            Some(hash) if in_blob => {
                if tx.write(DROP_LAST_USE, [hash.as_bytes()])? == 1
                    || tx.write(DROP_USE, [hash.as_bytes()])? == 0
                {
                    unused_blobs.push(hash);
                }
            }
            _ => bytes += size,
        }
    }
    tx.write(DROP_BODY, [id])?;
    tx.write(DROP_ATTACHMENTS, [id])?;
    tx.write(DROP_CODED_ITEMS, [id])?;
    tx.write_one(EMPTIED, [id], "message.emptied")?;
    Ok(bytes)
}
