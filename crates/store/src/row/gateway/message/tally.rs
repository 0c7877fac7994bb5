//! Entries reconciled: what was counted on entry beside what the rows say.

use crate::Result;
use crate::gateway::{Day, Tally};
use crate::row::Cells;
use jiff::Timestamp;
use model::OdsCode;
use model::outbox::{Bucket, Kind};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// How many were entered.
pub type EntryRow = (Day, OdsCode, u64);
/// How many rows stand in a bucket, and the oldest entry among them.
pub type BucketRow = (Day, OdsCode, Bucket, Kind, u64, Timestamp);

/// Counted on entry: day, practice, entered.
///
/// # Errors
/// [`crate::StoreError::Inconsistent`], as of every function here.
pub fn entry_row(cells: &mut impl Cells) -> Result<EntryRow> {
    Ok((
        cells.take("entry_tally.day")?,
        cells.take("entry_tally.practice")?,
        cells.take("entry_tally.entered")?,
    ))
}

/// Counted from rows: day, practice, bucket, kind, how many, the oldest entry.
///
/// # Errors
/// As [`entry_row`].
pub fn bucket_row(cells: &mut impl Cells) -> Result<BucketRow> {
    Ok((
        cells.take("message.day")?,
        cells.take("message.practice")?,
        cells.take("message.bucket")?,
        cells.take("message.kind")?,
        cells.take("message.number")?,
        cells.take("message.entered_at")?,
    ))
}

/// Both put together, newest day first, then by practice; buckets in the order in which a page shows them, instant
/// before standard. A practice and day that only one side knows shows there too: it is what reconciling looks for.
pub fn tallies(entries: Vec<EntryRow>, buckets: Vec<BucketRow>) -> Vec<Tally> {
    let mut found: BTreeMap<(Reverse<Day>, OdsCode), Tally> = BTreeMap::new();
    // A practice whose messages all went to another when they were mended has no entry any more.
    for (day, to, entered) in entries.into_iter().filter(|(.., entered)| *entered > 0) {
        at(&mut found, day, to).entered += entered;
    }
    for (day, to, bucket, kind, count, oldest) in buckets {
        let tally = at(&mut found, day, to);
        tally.buckets.push((bucket, kind, count, oldest));
    }
    let mut tallies: Vec<Tally> = found.into_values().collect();
    for tally in &mut tallies {
        tally
            .buckets
            .sort_by_key(|(bucket, kind, ..)| (*bucket, kind.as_str()));
    }
    tallies
}

fn at(found: &mut BTreeMap<(Reverse<Day>, OdsCode), Tally>, day: Day, to: OdsCode) -> &mut Tally {
    found
        .entry((Reverse(day), to.clone()))
        .or_insert_with(|| Tally {
            to,
            day,
            entered: 0,
            buckets: Vec::new(),
        })
}
