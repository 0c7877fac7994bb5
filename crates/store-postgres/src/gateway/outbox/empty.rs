//! Deleting what ended messages carried.

use super::super::Db;
use super::statements::{
    DROP_FILES, DROP_PIECES, EMPTIED, LEFT_TO_EMPTY, REFUSED_TO_EMPTY, TO_EMPTY,
};
use crate::attempt::Call;
use crate::conn::Params;
use crate::row::Row;
use jiff::Timestamp;
use model::UploadId;
use store::Result;
use store::row::Cells as _;
use uuid::Uuid;

fn found(row: &mut Row) -> Result<(i64, Uuid)> {
    let number = row.take("message.number")?;
    let upload: UploadId = row.take("message.upload")?;
    Ok((number, upload.0))
}

pub(super) async fn empty(
    db: &Db,
    ended_before: Timestamp,
    refused_before: Timestamp,
    limit: u32,
) -> Result<u64> {
    let call = Call::new("empty messages").repeatable();
    let (ended, refused) = (
        ended_before.as_millisecond(),
        refused_before.as_millisecond(),
    );
    let sources = [
        (TO_EMPTY, ended),
        (LEFT_TO_EMPTY, ended),
        (REFUSED_TO_EMPTY, refused),
    ];
    db.write(call, |tx| async move {
        let mut full = Vec::new();
        for (sql, before) in sources {
            let left = i64::from(limit) - store::row::int(full.len());
            if left > 0 {
                full.extend(tx.all(sql, &[&before, &left], found).await?);
            }
        }
        let (numbers, uploads): (Vec<i64>, Vec<Uuid>) = full.into_iter().unzip();
        if !numbers.is_empty() {
            let (of, with): (Params<'_>, Params<'_>) = (&[&numbers], &[&uploads]);
            futures_util::try_join!(
                tx.write(EMPTIED, of),
                tx.write(DROP_FILES, of),
                tx.write(DROP_PIECES, with),
            )?;
        }
        Ok(numbers.len() as u64)
    })
    .await
}
