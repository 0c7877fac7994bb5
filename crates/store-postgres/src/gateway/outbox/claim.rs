//! Taking messages to send them.

use super::super::Db;
use super::statements::{CLAIM, FILES_OF, LOST_ALL, NOT_TRIED, SET_ASIDE};
use super::{content, stored};
use crate::attempt::Call;
use crate::conn::Params;
use crate::row::Row;
use jiff::Timestamp;
use std::collections::HashMap;
use store::Result;
use store::gateway::{Claimed, StoredFile, aside_until};
use store::row::Cells;
use store::row::gateway::message::file;
use tracing::error;

pub(super) async fn claim(
    db: &Db,
    now: Timestamp,
    lease_until: Timestamp,
    limit: u32,
) -> Result<Vec<Claimed>> {
    // What a COMMIT in doubt has taken comes back when its lease ends.
    let call = Call::new("claim messages").repeatable();
    let later = aside_until(now).as_millisecond();
    let (now, until) = (now.as_millisecond(), lease_until.as_millisecond());
    let limit = i64::from(limit);
    db.write(call, |tx| async move {
        let which: Params<'_> = &[&now, &until, &limit];
        let found = tx.all(CLAIM, which, |row| numbered(row, claimed)).await?;
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let numbers: Vec<i64> = found.iter().map(|(number, _)| *number).collect();
        let of: Params<'_> = &[&numbers];
        let files = tx.all(FILES_OF, of, |row| numbered(row, file));
        let mut of: HashMap<i64, Result<Vec<StoredFile>>> = HashMap::new();
        for (number, file) in files.await? {
            let files = of.entry(number).or_insert_with(|| Ok(Vec::new()));
            match (files, file) {
                (Ok(files), Ok(file)) => files.push(file),
                (files, Err(cause)) => *files = Err(cause),
                (Err(_), Ok(_)) => {}
            }
        }
        let mut all = Vec::with_capacity(found.len());
        let mut aside = Vec::new();
        for (number, claimed) in found {
            let files = of.remove(&number).unwrap_or_else(|| Ok(Vec::new()));
            match claimed.and_then(|claimed| Ok((claimed, files?))) {
                Ok((mut claimed, files)) => {
                    claimed.content.files = files;
                    all.push(claimed);
                }
                Err(cause) => {
                    error!(number, %cause, "a message cannot be read; it is set aside");
                    aside.push(number);
                }
            }
        }
        if !aside.is_empty() {
            tx.write(NOT_TRIED, &[&aside]).await?;
            tx.write(SET_ASIDE, &[&aside, &later]).await?;
        }
        Ok(all)
    })
    .await
}

/// A row's number, and what else it holds, if that can be read.
pub(super) fn numbered<T>(
    row: &mut Row,
    read: impl FnOnce(&mut Row) -> Result<T>,
) -> Result<(i64, Result<T>)> {
    let number = row.take("message.number")?;
    Ok((number, read(row)))
}

pub(super) async fn lost_all(db: &Db, now: Timestamp) -> Result<u64> {
    let call = Call::new("end all leases").repeatable();
    let now = now.as_millisecond();
    db.write(call, |tx| async move {
        let lost = tx.write(LOST_ALL, &[&now]).await?;
        tx.queue();
        Ok(lost)
    })
    .await
}

fn claimed(cells: &mut impl Cells) -> Result<Claimed> {
    let message = stored(cells)?;
    let fence = cells.take("message.fence")?;
    let (upload, content) = content(cells)?;
    Ok(Claimed {
        message,
        fence,
        upload,
        content,
    })
}
