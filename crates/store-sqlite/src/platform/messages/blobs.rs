//! Blobs that no message names: condemned, so that none comes to name them while they are deleted.

use super::statements::{
    BLOB_USED, CONDEMN_ANEW, CONDEMN_BLOB, CONDEMNED, IS_CONDEMNED, SPARE_BLOB,
};
use crate::conn::Conn;
use crate::platform::Tx;
use jiff::Timestamp;
use model::Hash;
use rusqlite::params;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use store::Result;
use store::platform::{AttachmentBytes, NewMessage};
use store::row::Cells as _;

/// Which blobs this process has condemned. No other process deletes blobs at the same time, so what is
/// condemned and not among these was left by an earlier run. Only the thread that writes touches it.
#[derive(Default)]
pub(crate) struct Own(Mutex<HashSet<Hash>>);

impl Own {
    fn with<T>(&self, work: impl FnOnce(&mut HashSet<Hash>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whether any message names a blob.
pub(super) fn is_used(conn: &Conn<'_>, hash: Hash) -> Result<bool> {
    let used = conn.one(BLOB_USED, [hash.as_bytes()], |_| Ok(()))?;
    Ok(used.is_some())
}

/// Whether a message names a condemned blob.
pub(super) fn names_condemned(tx: &Tx<'_>, message: &NewMessage) -> Result<bool> {
    for (attachment, bytes) in &message.attachments {
        if matches!(bytes, AttachmentBytes::Blob) {
            let hash = attachment.hash;
            if tx
                .one(IS_CONDEMNED, [hash.as_bytes()], |_| Ok(()))?
                .is_some()
            {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

pub(super) fn condemn(tx: &Tx<'_>, own: &Own, hash: Hash, at: Timestamp) -> Result<bool> {
    if is_used(tx, hash)? {
        return Ok(false);
    }
    let row = params![hash.as_bytes(), at.as_millisecond()];
    let condemned = tx.write(CONDEMN_BLOB, row)? == 1;
    if condemned {
        own.with(|own| own.insert(hash));
    }
    Ok(condemned)
}

pub(super) fn spare(tx: &Tx<'_>, own: &Own, hash: Hash) -> Result<()> {
    tx.write(SPARE_BLOB, [hash.as_bytes()])?;
    own.with(|own| own.remove(&hash));
    Ok(())
}

pub(super) fn take_over(
    tx: &Tx<'_>,
    own: &Own,
    before: Timestamp,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Hash>> {
    let oldest = tx.all(CONDEMNED, [limit], |cells| {
        let hash: Hash = cells.take("condemned_blob.hash")?;
        let at: Timestamp = cells.take("condemned_blob.at")?;
        Ok((hash, at))
    })?;
    let mut left = Vec::new();
    for (hash, at) in oldest {
        if own.with(|own| own.insert(hash)) || at < before {
            let row = params![hash.as_bytes(), now.as_millisecond()];
            tx.write_one(CONDEMN_ANEW, row, "condemned_blob")?;
            left.push(hash);
        }
    }
    Ok(left)
}
