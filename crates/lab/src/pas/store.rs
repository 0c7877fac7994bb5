//! The one SQLite file behind the Test PAS. Nothing of our own databases is in it.
//!
//! Opening it, and how work reaches it, is [`crate::sqlite`]'s.

pub(super) mod filter;
pub(super) mod import;
pub(super) mod patients;
pub(super) mod record;
mod schema;
mod sessions;

pub(super) use crate::sqlite::StoreError;

use crate::sqlite::Sqlite;
use rusqlite::Connection;
use std::path::Path;

/// The database.
#[derive(Clone)]
pub(super) struct Store(Sqlite);

impl Store {
    /// Opens the file, makes it if it isn't there, and brings its tables up to date.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        Sqlite::open(path, &schema::STEPS).map(Self)
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
        self.0.run(work).await
    }
}
