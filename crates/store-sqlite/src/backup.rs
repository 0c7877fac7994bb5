//! A copy of a database while it is used, what such a copy holds, and how a restored one goes on.
//!
//! These open the file themselves, beside a server that may run on it.

use crate::error::during;
use crate::migrate::{GATEWAY, Migrations, PLATFORM};
use crate::open::{prepare, private};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};
use std::fs::File;
use std::path::Path;
use std::time::Duration;
use store::gateway::linking::RESTORE;
use store::{Result, StoreError};

use model::Hash;

const COPYING: &str = "copy the database";
const LOOKING: &str = "look at the database";
const GOING_ON: &str = "go on after a restore";

/// Pages a step: a megabyte, between two words to whoever waits.
const PAGES: std::ffi::c_int = 256;
/// How long a step waits for the rare lock that WAL mode leaves.
const BUSY: Duration = Duration::from_secs(5);
/// Places that are left out after a restore: more than were given since any backup worth restoring, so
/// that none is given twice.
const PLACES_LEFT_OUT: i64 = 1 << 32;

/// Which schema a database has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// Its version; 0 for an empty file.
    pub version: i64,
    /// The newest version that this program knows.
    pub known: i64,
    /// The migrations that are missing, in their order.
    pub pending: Vec<&'static str>,
}

/// What a database holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The version of its schema.
    pub schema: i64,
    /// How many rows each table has, by the table's name.
    pub rows: Vec<(String, u64)>,
}

fn read_only(path: &Path, transaction: &'static str) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags)
        .and_then(|connection| {
            connection.busy_timeout(BUSY)?;
            Ok(connection)
        })
        .map_err(during(transaction))
}

/// Which schema the platform's database in a file has. Changes nothing.
///
/// # Errors
/// [`StoreError::UnknownSchema`] for one that a newer program made, or another one.
pub fn schema(path: &Path) -> Result<Schema> {
    schema_of(path, &PLATFORM)
}

/// Which schema the gateway's database in a file has. Changes nothing.
///
/// # Errors
/// As [`schema`].
pub fn gateway_schema(path: &Path) -> Result<Schema> {
    schema_of(path, &GATEWAY)
}

fn schema_of(path: &Path, migrations: &Migrations) -> Result<Schema> {
    let mut connection = read_only(path, LOOKING)?;
    let reading = connection.transaction().map_err(during(LOOKING))?;
    let version = migrations.version(&reading)?;
    Ok(Schema {
        version,
        known: migrations.known(),
        pending: migrations.after(version),
    })
}

/// Copies a database as it stands at one moment into a new file, while others read and write it. `tell`
/// hears of pages copied and pages in all. The copy is one file, on stable storage, for its owner only.
///
/// # Errors
/// [`StoreError::Unavailable`] when a file cannot be read or written.
pub fn copy(from: &Path, to: &Path, tell: &mut dyn FnMut(u64, u64)) -> Result<()> {
    let wrap = during(COPYING);
    let source = read_only(from, COPYING)?;
    // One state for all steps. Without it, each step of another writer would begin the copy again.
    source
        .execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema")
        .map_err(&wrap)?;
    private(to)?;
    let mut target = Connection::open_with_flags(
        to,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(&wrap)?;
    {
        let backup = Backup::new(&source, &mut target).map_err(&wrap)?;
        loop {
            let step = backup.step(PAGES).map_err(&wrap)?;
            let progress = backup.progress();
            let all = u64::try_from(progress.pagecount).unwrap_or_default();
            let left = u64::try_from(progress.remaining).unwrap_or_default();
            tell(all.saturating_sub(left), all);
            match step {
                StepResult::Done => break,
                StepResult::More => {}
                _ => return Err(unavailable()),
            }
        }
    }
    // No log beside it: a copy is carried about as one file.
    target
        .pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))
        .map_err(&wrap)?;
    target.close().map_err(|(_, error)| wrap(error))?;
    File::open(to)
        .and_then(|file| file.sync_all())
        .map_err(|source| StoreError::Unavailable {
            transaction: COPYING,
            source: Some(Box::new(source)),
        })
}

fn unavailable() -> StoreError {
    StoreError::Unavailable {
        transaction: COPYING,
        source: None,
    }
}

/// Reads a platform's database through, checks that it is whole, and counts its rows.
///
/// # Errors
/// [`StoreError::Inconsistent`] when pages, indexes or references are damaged.
pub fn contents(path: &Path) -> Result<Contents> {
    contents_of(path, &PLATFORM)
}

/// Reads a gateway's database through, as [`contents`] does a platform's.
///
/// # Errors
/// As [`contents`].
pub fn gateway_contents(path: &Path) -> Result<Contents> {
    contents_of(path, &GATEWAY)
}

fn contents_of(path: &Path, migrations: &Migrations) -> Result<Contents> {
    let wrap = during(LOOKING);
    let mut connection = read_only(path, LOOKING)?;
    let reading = connection.transaction().map_err(&wrap)?;
    let schema = migrations.version(&reading)?;
    let word: String = reading
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(&wrap)?;
    let broken = reading
        .query_row("PRAGMA foreign_key_check", [], |_| Ok(()))
        .optional()
        .map_err(&wrap)?;
    if word != "ok" || broken.is_some() {
        return Err(StoreError::Inconsistent {
            place: "the database's own check",
        });
    }
    let tables = {
        let mut statement = reading
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
            .map_err(&wrap)?;
        let names = statement
            .query_map([], |row| row.get::<_, String>(0))
            .map_err(&wrap)?;
        names.collect::<rusqlite::Result<Vec<_>>>().map_err(&wrap)?
    };
    let mut rows = Vec::with_capacity(tables.len());
    for table in tables {
        let count = reading
            .query_row(&format!("SELECT count(*) FROM \"{table}\""), [], |row| {
                row.get::<_, i64>(0)
            })
            .map_err(&wrap)?;
        rows.push((table, u64::try_from(count).unwrap_or_default()));
    }
    Ok(Contents { schema, rows })
}

/// The blobs that messages name, in the order of their hashes, after one and at most `limit`.
///
/// # Errors
/// As every read.
pub fn named_blobs(path: &Path, after: Option<Hash>, limit: u32) -> Result<Vec<Hash>> {
    let wrap = during(LOOKING);
    let connection = read_only(path, LOOKING)?;
    let after = after.map_or_else(Vec::new, |hash| hash.as_bytes().to_vec());
    let mut statement = connection
        .prepare("SELECT hash FROM blob WHERE hash > ?1 ORDER BY hash LIMIT ?2")
        .map_err(&wrap)?;
    let found = statement
        .query_map(params![after, limit], |row| row.get::<_, Vec<u8>>(0))
        .and_then(Iterator::collect::<rusqlite::Result<Vec<_>>>)
        .map_err(&wrap)?;
    let hashes = found.iter().map(|bytes| Hash::from_slice(bytes)).collect();
    let damaged = StoreError::Inconsistent { place: "blob.hash" };
    Option::ok_or(hashes, damaged)
}

/// Whether a message names this blob.
///
/// # Errors
/// As every read.
pub fn names_blob(path: &Path, hash: Hash) -> Result<bool> {
    read_only(path, LOOKING)?
        .query_row(
            "SELECT 1 FROM blob WHERE hash = ?1",
            [hash.as_bytes()],
            |_| Ok(()),
        )
        .optional()
        .map(|found| found.is_some())
        .map_err(during(LOOKING))
}

/// Forgets which platform a restored database was: it is another one than that it was copied from. Its schema
/// must be up to date.
///
/// # Errors
/// As every write.
pub fn forget_identity(path: &Path) -> Result<()> {
    prepare(path, "FULL", &PLATFORM)?
        .execute("DELETE FROM identity", [])
        .map(drop)
        .map_err(during(GOING_ON))
}

/// Prepares a platform's restored database for use: its schema is brought up to date, and the feed begins again
/// beyond every place that was ever given, so that each listener is told of a gap and none misses a row.
///
/// # Errors
/// [`StoreError::UnknownSchema`], or as every write.
pub fn go_on(path: &Path) -> Result<()> {
    let wrap = during(GOING_ON);
    let mut connection = prepare(path, "FULL", &PLATFORM)?;
    let writing = connection.transaction().map_err(&wrap)?;
    writing.execute("DELETE FROM feed", []).map_err(&wrap)?;
    leave_out_places(&writing, "feed")?;
    writing.commit().map_err(&wrap)
}

/// Flights whose holders are gone after their calls had begun: whoever settles flights next ends these links, and tells it.
const TOKENS_SPENT: &str = "
UPDATE link_flight SET called_at = coalesce(called_at, taken_at) WHERE ended_at IS NULL;
INSERT INTO link_flight (patient, fence, holder, taken_at, until, called_at)
    SELECT patient.id, number + row_number() OVER (ORDER BY patient.id), '$holder', obtained_at, obtained_at, obtained_at
    FROM patient, last_link
    WHERE has_refresh = 1 AND NOT EXISTS (SELECT 1 FROM link_flight WHERE patient = patient.id AND ended_at IS NULL);
UPDATE patient SET fence = (SELECT fence FROM link_flight WHERE patient = patient.id AND ended_at IS NULL)
    WHERE EXISTS (SELECT 1 FROM link_flight WHERE patient = patient.id AND ended_at IS NULL);
UPDATE last_link SET number = number + (SELECT count(*) FROM patient);
";

/// Prepares a gateway's restored database for use: its schema is brought up to date, and events begin again beyond
/// every place that was ever given, so that each listener is told of a gap and no endpoint takes a new event for one
/// that it had before. What was owed to endpoints when the backup was taken still is. Each refresh token of a patient's
/// link may have been spent since, and must not be sent again: it counts as sent, its answer as lost.
///
/// # Errors
/// As [`go_on`].
pub fn gateway_go_on(path: &Path) -> Result<()> {
    let wrap = during(GOING_ON);
    let mut connection = prepare(path, "FULL", &GATEWAY)?;
    let writing = connection.transaction().map_err(&wrap)?;
    leave_out_places(&writing, "event")?;
    writing
        .execute(
            "UPDATE event_kept SET forgotten = (SELECT seq FROM sqlite_sequence WHERE name = 'event') WHERE id = 1",
            [],
        )
        .map_err(&wrap)?;
    let spent = TOKENS_SPENT.replace("$holder", RESTORE);
    writing.execute_batch(&spent).map_err(&wrap)?;
    writing.commit().map_err(&wrap)
}

/// The next row of a table gets a place beyond all that may have been given since the backup.
fn leave_out_places(writing: &Connection, table: &str) -> Result<()> {
    let wrap = during(GOING_ON);
    let moved = writing
        .execute(
            "UPDATE sqlite_sequence SET seq = seq + ?1 WHERE name = ?2",
            params![PLACES_LEFT_OUT, table],
        )
        .map_err(&wrap)?;
    if moved == 0 {
        writing
            .execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (?2, ?1)",
                params![PLACES_LEFT_OUT, table],
            )
            .map_err(&wrap)?;
    }
    Ok(())
}
