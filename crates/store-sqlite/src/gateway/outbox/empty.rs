//! Content goes some time after the platform's last word.

use super::statements::{DROP_FILES, EMPTIED, ENDED_BEFORE, OVER_BEFORE, REFUSED_BEFORE};
use crate::gateway::{Db, Tx};
use jiff::Timestamp;
use model::UploadId;
use rusqlite::params;
use store::Result;
use store::row::Cells as _;

/// One message in each turn at the writer: one may hold fifty megabytes, and others want to write.
pub(super) async fn empty(
    db: &Db,
    ended_before: Timestamp,
    refused_before: Timestamp,
    limit: u32,
) -> Result<u64> {
    let mut emptied = 0;
    while emptied < u64::from(limit) {
        if !db
            .write("empty a message", move |tx| {
                one(tx, ended_before, refused_before)
            })
            .await?
        {
            break;
        }
        emptied += 1;
    }
    if emptied > 0 {
        db.cut_off().await?;
    }
    Ok(emptied)
}

fn one(tx: &Tx<'_>, ended_before: Timestamp, refused_before: Timestamp) -> Result<bool> {
    let mut found = None;
    for (statement, before) in [
        (ENDED_BEFORE, ended_before),
        (OVER_BEFORE, ended_before),
        (REFUSED_BEFORE, refused_before),
    ] {
        if found.is_none() {
            found = tx.one(statement, params![before.as_millisecond(), 1], |cells| {
                let number: i64 = cells.take("message.number")?;
                Ok((number, cells.take::<UploadId>("message.upload")?))
            })?;
        }
    }
    let Some((number, upload)) = found else {
        return Ok(false);
    };
    tx.drop_pieces(upload)?;
    tx.write(DROP_FILES, [number])?;
    tx.write_one(EMPTIED, [number], "message")?;
    Ok(true)
}
