//! One SQLite file behind a stand-in: opened privately, brought up to date, used by one blocking task at
//! a time. A change is one transaction, on disk before it is answered (`synchronous = FULL`).

use rusqlite::Connection;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The database.
#[derive(Clone)]
pub(crate) struct Sqlite(Arc<Mutex<Connection>>);

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

impl Sqlite {
    /// Opens the file, makes it if it isn't there, and brings its tables to the newest of `steps`: a
    /// change of tables is a new step at the end; a step that has been released stays.
    pub(crate) fn open(path: &Path, steps: &[&str]) -> Result<Self, StoreError> {
        private(path)?;
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "foreign_keys", "on")?;
        migrate(&mut connection, steps)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Runs `work` where blocking is allowed. It runs to its end whoever stops waiting for it.
    pub(crate) async fn run<T, E>(
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

fn migrate(connection: &mut Connection, steps: &[&str]) -> Result<(), StoreError> {
    let version: i64 = connection.query_row("pragma user_version", [], |row| row.get(0))?;
    let done = usize::try_from(version).map_err(|_| StoreError::TooNew(version))?;
    if done > steps.len() {
        return Err(StoreError::TooNew(version));
    }
    for (number, step) in steps.iter().enumerate().skip(done) {
        let change = connection.transaction()?;
        change.execute_batch(step)?;
        change.execute_batch(&format!("pragma user_version = {}", number + 1))?;
        change.commit()?;
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn the_file_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some.sqlite");
        for _ in 0..2 {
            drop(Sqlite::open(&path, &["create table a (b)"]).unwrap());
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_newer_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some.sqlite");
        drop(Sqlite::open(&path, &["create table a (b)", "create table c (d)"]).unwrap());
        let older = Sqlite::open(&path, &["create table a (b)"]);
        assert!(matches!(older, Err(StoreError::TooNew(2))));
    }
}
