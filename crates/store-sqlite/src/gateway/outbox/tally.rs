//! How many messages are where.

use super::statements::{BUCKETS, COUNTS, DAYS, ENTRIES};
use crate::conn::Conn;
use crate::gateway::Db;
use model::outbox::Bucket;
use store::Result;
use store::gateway::{Day, Tally};
use store::row::Cells as _;
use store::row::gateway::message::{bucket_row, entry_row, tallies as together};

pub(in crate::gateway) fn counts(conn: &Conn<'_>) -> Result<Vec<(Bucket, u64)>> {
    let counted = conn.all(COUNTS, [], |cells| {
        let bucket: Bucket = cells.take("bucket_tally.bucket")?;
        Ok((bucket, cells.take("bucket_tally.messages")?))
    })?;
    let count = |bucket| {
        let found = counted.iter().find(|(of, _)| *of == bucket);
        (bucket, found.map_or(0, |(_, messages)| *messages))
    };
    Ok(Bucket::ALL.into_iter().map(count).collect())
}

/// Day by day: each is one state of the database, and others get the worker in between.
pub(super) async fn tallies(db: &Db, first: Day, last: Day) -> Result<Vec<Tally>> {
    let mut all = Vec::new();
    let days = db.read("read which days have entries", |conn| {
        conn.all(DAYS, [first, last], |cells| {
            cells.take::<Day>("entry_day.day")
        })
    })?;
    for day in days {
        all.append(&mut db.read("reconcile a day", |conn| of_day(conn, day))?);
        tokio::task::yield_now().await;
    }
    Ok(all)
}

pub(in crate::gateway) fn of_day(conn: &Conn<'_>, day: Day) -> Result<Vec<Tally>> {
    let entries = conn.all(ENTRIES, [day], |cells| entry_row(cells))?;
    let buckets = conn.all(BUCKETS, [day], |cells| bucket_row(cells))?;
    Ok(together(entries, buckets))
}
