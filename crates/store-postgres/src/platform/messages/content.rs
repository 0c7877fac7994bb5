//! What a message carries, and how it loses that after the retention period.

use super::rows::{bounds, each, exactly};
use super::statements::{
    ATTACHMENT, ATTACHMENTS, BODY, BODY_SIZES, CODED_ITEMS, DROP_ATTACHMENTS, DROP_BLOBS,
    DROP_BODIES, DROP_CODED_ITEMS, DROP_USES, EMPTIED, LOCK_BLOBS, NOT_EMPTIED, SIZES_OF, TO_EMPTY,
};
use super::text;
use crate::conn::{Conn, Params};
use crate::row::bytes;
use crate::tx::Tx;
use jiff::Timestamp;
use model::{Hash, MessageRef};
use std::collections::{BTreeMap, HashMap};
use store::Result;
use store::platform::{Collected, StoredAttachment, StoredContent};
use store::row::Cells;
use uuid::Uuid;

/// A batch ends after so many bytes were emptied: all that goes through the log while others wait.
const MAX_BYTES: u64 = 1024 * 1024;

/// Whoever calls reads one state of the database.
pub(super) async fn content(conn: &Conn, reference: MessageRef) -> Result<Option<StoredContent>> {
    let of: Params<'_> = &[&reference.0];
    let (there, body, attachments, coded_data) = futures_util::try_join!(
        conn.one(NOT_EMPTIED, of, |cells| {
            let attachments: u64 = cells.take("message.attachments")?;
            Ok((attachments, cells.take::<u64>("message.coded_items")?))
        }),
        conn.one(BODY, of, store::row::content::body),
        conn.all(ATTACHMENTS, of, store::row::content::attachment),
        conn.all(CODED_ITEMS, of, store::row::content::coded_item),
    )?;
    let Some((count, coded_items)) = there else {
        return Ok(None);
    };
    let content = StoredContent {
        body,
        attachments,
        coded_data,
    };
    content
        .counted(count, coded_items)
        .map(|content| Some(text::content(content)))
}

pub(super) async fn attachment(
    conn: &Conn,
    reference: MessageRef,
    index: u32,
) -> Result<Option<StoredAttachment>> {
    conn.one(ATTACHMENT, &[&reference.0, &i64::from(index)], |cells| {
        store::row::content::stored_attachment(cells)
    })
    .await
}

/// What emptying a message overwrites, and which blobs it gives up.
#[derive(Default)]
struct Load {
    bytes: u64,
    blobs: Vec<Hash>,
}

pub(super) async fn empty_ended(tx: &Tx, ended_before: Timestamp, limit: u32) -> Result<Collected> {
    let one_more = i64::from(limit) + 1;
    let before = ended_before.as_millisecond();
    let ended: Vec<Uuid> = tx
        .all(TO_EMPTY, &[&before, &one_more], |cells| {
            Ok(cells.take::<MessageRef>("message.reference")?.0)
        })
        .await?;
    let mut loads = loads(tx, &ended).await?;
    let mut collected = Collected::default();
    let (mut bytes, mut emptied) = (0, Vec::new());
    let mut given_up: BTreeMap<Hash, i64> = BTreeMap::new();
    for reference in ended {
        if collected.messages >= u64::from(limit) || bytes >= MAX_BYTES {
            collected.more = true;
            break;
        }
        let load = loads.remove(&reference).unwrap_or_default();
        bytes += load.bytes;
        for hash in load.blobs {
            *given_up.entry(hash).or_insert(0) += 1;
        }
        collected.messages += 1;
        emptied.push(reference);
    }
    if emptied.is_empty() {
        return Ok(collected);
    }
    let (lowest, highest) = bounds(&emptied);
    let these: Params<'_> = &[&emptied, &lowest, &highest];
    let (unused_blobs, _, _, _, written) = futures_util::try_join!(
        give_up(tx, &given_up),
        tx.write(DROP_BODIES, these),
        tx.write(DROP_ATTACHMENTS, these),
        tx.write(DROP_CODED_ITEMS, these),
        tx.write(EMPTIED, these),
    )?;
    exactly(written, emptied.len(), "message.emptied")?;
    collected.unused_blobs = unused_blobs;
    Ok(collected)
}

async fn loads(tx: &Tx, messages: &[Uuid]) -> Result<HashMap<Uuid, Load>> {
    let mut loads: HashMap<Uuid, Load> = HashMap::new();
    if messages.is_empty() {
        return Ok(loads);
    }
    let (lowest, highest) = bounds(messages);
    let these: Params<'_> = &[&messages, &lowest, &highest];
    let (bodies, attachments) = futures_util::try_join!(
        tx.all(BODY_SIZES, these, |cells| {
            let message: MessageRef = cells.take("message_body.message")?;
            let size: u64 = cells.take("message_body.content")?;
            Ok((message.0, size))
        }),
        tx.all(SIZES_OF, these, |cells| {
            let message: MessageRef = cells.take("attachment.message")?;
            // A hash that cannot be read names no blob.
            let hash: Option<Hash> = cells.take("attachment.hash").ok();
            let size: u64 = cells.take("attachment.size").unwrap_or(0);
            let in_blob: bool = cells.take("attachment.bytes")?;
            Ok((message.0, hash, size, in_blob))
        }),
    )?;
    for (message, size) in bodies {
        loads.entry(message).or_default().bytes += size;
    }
    for (message, hash, size, in_blob) in attachments {
        let load = loads.entry(message).or_default();
        match hash {
            Some(hash) if in_blob => load.blobs.push(hash),
            _ => load.bytes += size,
        }
    }
    Ok(loads)
}

/// Lowers the counts of blobs; those that nothing uses any more.
async fn give_up(tx: &Tx, given_up: &BTreeMap<Hash, i64>) -> Result<Vec<Hash>> {
    if given_up.is_empty() {
        return Ok(Vec::new());
    }
    let hashes: Vec<&[u8]> = given_up.keys().map(bytes).collect();
    let counted: HashMap<Hash, i64> = tx
        .all(LOCK_BLOBS, &[&hashes], |cells| {
            Ok((cells.take("blob.hash")?, cells.take("blob.uses")?))
        })
        .await?
        .into_iter()
        .collect();
    // Without a count, nothing uses it.
    let is_last = |(hash, uses): &(&Hash, &i64)| counted.get(hash).is_none_or(|all| all <= uses);
    let (unused, used): (Vec<_>, Vec<_>) = given_up.iter().partition(is_last);
    let unused: Vec<Hash> = unused.into_iter().map(|(hash, _)| *hash).collect();
    let gone: Vec<&[u8]> = unused.iter().map(bytes).collect();
    tx.write(DROP_BLOBS, &[&gone]).await?;
    let used: Vec<_> = used.iter().collect();
    let hashes = each(&used, |(hash, _)| bytes(hash));
    let uses = each(&used, |(_, uses)| **uses);
    let lowered = tx.write(DROP_USES, &[&hashes, &uses]).await?;
    exactly(lowered, used.len(), "blob.uses")?;
    Ok(unused)
}
