//! Opening a database: settings, schema, writer, readers.

use crate::database::Database;
use crate::error::during;
use crate::gateway;
use crate::migrate::{GATEWAY, Migrations, PLATFORM};
use crate::platform::{Beside, Db, Known};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::blob::Blobs;
use store::gateway::{GatewayStore, Wakes};
use store::platform::PlatformStore;
use store::wake::Hub;
use store::{Result, StoreError};
use tempfile::TempDir;

const OPENING: &str = "open the database";
/// How long a write waits for another process, such as an operator's command.
const BUSY: Duration = Duration::from_secs(5);
/// How often the write-ahead log is asked for while others open the same file.
const ATTEMPTS: u32 = 100;
/// KiB of page cache of the writer: what the indexes' upper levels and the pages that grow need.
const CACHE_KIB: i32 = 16 * 1024;

/// Opens the platform's database at `path`, makes it when missing, and brings its schema up to date.
///
/// When the last clone of the answer is dropped, what has queued is committed, the thread that writes
/// ends, and everything is in the one file.
///
/// # Errors
/// [`StoreError::UnknownSchema`] when a newer program wrote it; [`StoreError::Unavailable`] when the
/// file cannot be opened.
pub fn open(path: &Path, blobs: Arc<dyn Blobs>) -> Result<PlatformStore> {
    assemble(path, blobs, "FULL", None)
}

/// A database for tests: as [`open`], in a folder that goes with it, and without waiting for a disk.
///
/// # Errors
/// As [`open`].
pub fn open_temporary(blobs: Arc<dyn Blobs>) -> Result<PlatformStore> {
    let folder = folder()?;
    let path = folder.path().join("platform.sqlite");
    assemble(&path, blobs, "OFF", Some(folder))
}

/// Opens the gateway's database at `path`, makes it when missing, and brings its schema up to date. It ends as
/// [`open`]'s does.
///
/// # Errors
/// As [`open`].
pub fn open_gateway(path: &Path) -> Result<GatewayStore> {
    assemble_gateway(path, "FULL", None)
}

/// A gateway's database for tests: as [`open_gateway`], in a folder that goes with it, and without waiting for a disk.
///
/// # Errors
/// As [`open`].
pub fn open_gateway_temporary() -> Result<GatewayStore> {
    let folder = folder()?;
    let path = folder.path().join("gateway.sqlite");
    assemble_gateway(&path, "OFF", Some(folder))
}

fn folder() -> Result<TempDir> {
    TempDir::new().map_err(|source| StoreError::Unavailable {
        transaction: OPENING,
        source: Some(Box::new(source)),
    })
}

fn assemble_gateway(
    path: &Path,
    synchronous: &str,
    folder: Option<TempDir>,
) -> Result<GatewayStore> {
    private(path)?;
    let connection = prepare(path, synchronous, &GATEWAY)?;
    let wakes = Arc::<Wakes>::default();
    let beside = gateway::Beside::new(Arc::clone(&wakes));
    let db = Arc::new(Database::start(path, connection, beside, folder)?);
    Ok(GatewayStore {
        users: db.clone(),
        outbox: db.clone(),
        pieces: db.clone(),
        events: db.clone(),
        webhooks: db.clone(),
        vault: db.clone(),
        access: db.clone(),
        patients: db.clone(),
        links: db.clone(),
        accounts: db.clone(),
        launches: db.clone(),
        wakes,
        health: db,
    })
}

fn assemble(
    path: &Path,
    blobs: Arc<dyn Blobs>,
    synchronous: &str,
    folder: Option<TempDir>,
) -> Result<PlatformStore> {
    private(path)?;
    let connection = prepare(path, synchronous, &PLATFORM)?;
    let hub = Arc::new(Hub::default());
    let known = Arc::<Known>::default();
    let beside = Beside::new(Arc::clone(&hub), Arc::clone(&known));
    let database = Arc::new(Database::start(path, connection, beside, folder)?);
    let db = Arc::new(Db {
        database: Arc::clone(&database),
        hub,
        known,
        condemned: Arc::default(),
    });
    Ok(PlatformStore {
        directory: db.clone(),
        devices: db.clone(),
        permissions: db.clone(),
        widgets: db.clone(),
        messages: db.clone(),
        feed: db.clone(),
        operators: db.clone(),
        oversight: db.clone(),
        audit: db.clone(),
        blobs,
        health: database,
        upkeep: db,
    })
}

/// A connection that may write, with the schema in place.
pub(crate) fn prepare(
    path: &Path,
    synchronous: &str,
    migrations: &Migrations,
) -> Result<Connection> {
    let wrap = during(OPENING);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(&wrap)?;
    connection.busy_timeout(BUSY).map_err(&wrap)?;
    // Before anything is written: a database that is not ours stays as it is.
    let reading = connection.transaction().map_err(&wrap)?;
    migrations.version(&reading)?;
    drop(reading);
    let set = || -> rusqlite::Result<()> {
        stable_plans(&connection)?;
        write_ahead(&connection)?;
        connection.pragma_update(None, "synchronous", synchronous)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        // Savepoints keep their undo log in memory, not in a file.
        connection.pragma_update(None, "temp_store", "memory")?;
        // What retention deletes is overwritten, not just unlinked.
        connection.pragma_update(None, "secure_delete", true)?;
        connection.set_prepared_statement_cache_capacity(128);
        Ok(())
    };
    set().map_err(&wrap)?;
    migrations.apply(&mut connection)?;
    Ok(connection)
}

/// Plans that don't depend on the values asked for. Without it a statement on a table that has a partial
/// index is prepared anew for every call.
pub(crate) fn stable_plans(connection: &Connection) -> rusqlite::Result<()> {
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map(drop)
}

/// Turns on the write-ahead log. SQLite does not wait here while another program opens the same file
/// for the first time, so this waits for that program's transaction and tries again.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    for _ in 0..ATTEMPTS {
        match connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())) {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                connection.execute_batch("BEGIN IMMEDIATE; COMMIT")?;
            }
            answer => return answer,
        }
    }
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))
}

/// Makes the file before SQLite would, readable for its owner only: it holds patient data.
pub(crate) fn private(path: &Path) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(source) if source.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(StoreError::Unavailable {
                transaction: OPENING,
                source: Some(Box::new(source)),
            })
        }
        _ => Ok(()),
    }
}
