//! Reads: read-only connections, used directly by whoever calls, because a read takes microseconds.

use crate::conn::Conn;
use crate::error::during;
use crate::open::stable_plans;
use rusqlite::{Connection, OpenFlags};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::Result;

/// How long a reader waits for the rare lock that WAL mode leaves (recovery, a checkpoint's end).
const BUSY: Duration = Duration::from_secs(2);
/// KiB of page cache a connection; the operating system caches the file anyway.
const CACHE_KIB: i32 = 1024;

/// As many connections as threads read at once: a read never awaits, so never more than workers.
pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self {
            path,
            idle: Mutex::default(),
        }
    }

    /// Runs `work` on one state of the database, whatever is committed meanwhile.
    pub(crate) fn read<T>(
        &self,
        transaction: &'static str,
        work: impl FnOnce(&Conn<'_>) -> Result<T>,
    ) -> Result<T> {
        let wrap = during(transaction);
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.connect().map_err(&wrap)?,
        };
        let run = |sql| {
            connection
                .prepare_cached(sql)
                .and_then(|mut statement| statement.execute([]))
                .map_err(&wrap)
        };
        run("BEGIN")?;
        let answer = work(&Conn::new(&connection, transaction))?;
        run("COMMIT")?;
        // After any failure the connection is dropped instead, and its transaction with it.
        self.idle().push(connection);
        Ok(answer)
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(BUSY)?;
        stable_plans(&connection)?;
        connection.pragma_update(None, "query_only", true)?;
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(connection)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
