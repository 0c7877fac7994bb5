//! The one SQLite file behind the Test PAS. Nothing of our own databases is in it.
//!
//! One connection, used by one blocking task at a time; a change is one transaction, on disk before
//! it is answered (`synchronous = FULL`).

pub(super) mod filter;
pub(super) mod import;
pub(super) mod patients;
pub(super) mod record;
mod schema;
mod sessions;

use rusqlite::Connection;
use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// The database.
#[derive(Clone)]
pub(super) struct Store(Arc<Mutex<Connection>>);

/// Why the database can't do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite says no.
    #[error("the database refused")]
    Sqlite(#[from] rusqlite::Error),
    /// The file can't be made.
    #[error("the database file can't be made")]
    File(#[from] std::io::Error),
    /// The file was written by a newer program.
    #[error("the database has version {0}, which is newer than this program")]
    TooNew(i64),
    /// What was read isn't what was written.
    #[error("the database holds a {0} that can't be read")]
    Unreadable(&'static str),
    /// The task that was to do it is gone.
    #[error("the database task was stopped")]
    Stopped,
}

impl Store {
    /// Opens the file, makes it if it isn't there, and brings its tables up to date.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        private(path)?;
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(std::time::Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "foreign_keys", "on")?;
        schema::migrate(&mut connection)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Runs `work` where blocking is allowed.
    async fn run<T, E>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let connection = Arc::clone(&self.0);
        let task = tokio::task::spawn_blocking(move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut connection)
        });
        task.await
            .unwrap_or_else(|_| Err(StoreError::Stopped.into()))
    }
}

/// Makes the file before SQLite would, readable for its owner only: it holds patient data.
fn private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_file_is_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pas.sqlite");
        for _ in 0..2 {
            drop(Store::open(&path).unwrap());
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
