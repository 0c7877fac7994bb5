//! Rows of the audit log.

use super::Cells;
use crate::Result;
use crate::audit::Entry;

/// An entry: chain, seq, at, actor, action, subject, hash.
///
/// # Errors
/// [`crate::StoreError::Inconsistent`], as of every function here.
pub fn entry(cells: &mut impl Cells) -> Result<Entry> {
    Ok(Entry {
        chain: cells.take("audit.chain")?,
        seq: cells.take("audit.seq")?,
        at: cells.take("audit.at")?,
        actor: cells.take("audit.actor")?,
        action: cells.take("audit.action")?,
        subject: cells.take("audit.subject")?,
        hash: cells.take("audit.hash")?,
    })
}
