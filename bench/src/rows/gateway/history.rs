//! A gateway's past: messages that ended, written straight into the tables of one that does not run.

use anyhow::{Context as _, Result};
use rusqlite::{Connection, params};
use std::path::Path;

/// The database's file in a gateway's folder.
const DATABASE: &str = "gateway.sqlite";
/// Whole days since 1970 of the first entry, and how many days the entries are spread over.
const FIRST_DAY: i64 = 20_000;
const DAYS: i64 = 365;
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

const MESSAGES: &str = "
    WITH RECURSIVE n(i) AS (SELECT 1 WHERE ?1 > 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
    INSERT INTO message (id, kind, topic, practice, subject, entered_at, expires_at, entered_by, content_hash,
        upload, has_content, state, turn, blocked, changed_at, due_at, tries, fence, accepted_at, status,
        sub_status, since, answer, looked_at, bucket, day)
    SELECT randomblob(16), 'standard', 'DispenseEventNotification', 'GPPRAC001', '9547852140',
        (?2 + i % ?3) * ?4, (?2 + i % ?3 + 30) * ?4, 'product:bench', randomblob(32), randomblob(16), 0, 'accepted',
        i, 0, (?2 + i % ?3) * ?4, 0, 1, 1, (?2 + i % ?3) * ?4, 'COMPLETED', 'Imported after review',
        (?2 + i % ?3) * ?4, '{}', (?2 + i % ?3) * ?4, 'completed', ?2 + i % ?3
    FROM n";
const ATTEMPTS: &str = "
    INSERT INTO attempt (message, number, began_at, ended_at, outcome)
    SELECT number, 1, entered_at, entered_at, 'accepted' FROM message
    WHERE bucket = 'completed'";
const TALLIES: &str = "
    INSERT INTO entry_tally (day, practice, entered)
    SELECT day, practice, count(*) FROM message WHERE day < ?1 GROUP BY day, practice";
const BUCKETS: &str = "
    INSERT INTO bucket_tally (bucket, messages) VALUES ('completed', ?1)
    ON CONFLICT (bucket) DO UPDATE SET messages = messages + excluded.messages";

/// Adds so many messages that are in the record, over a year.
pub(super) fn add(folder: &Path, count: u32) -> Result<()> {
    let file = folder.join(DATABASE);
    let mut connection = Connection::open(&file).context("the gateway's database")?;
    let transaction = connection.transaction()?;
    transaction.execute(MESSAGES, params![count, FIRST_DAY, DAYS, DAY_MILLIS])?;
    transaction.execute(ATTEMPTS, [])?;
    transaction.execute(TALLIES, [FIRST_DAY + DAYS])?;
    transaction.execute(BUCKETS, [count])?;
    transaction.commit()?;
    Ok(())
}
