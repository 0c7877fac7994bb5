//! One database file: its readers, its writer, and the folder that goes with a temporary one.

use crate::conn::Conn;
use crate::reader::Readers;
use crate::writer::{Side, Tx, Writer};
use rusqlite::Connection;
use std::path::Path;
use store::Result;
use tempfile::TempDir;

/// Fields go in this order: readers close first, so that the writer's connection is the last one and leaves
/// a single file behind.
pub(crate) struct Database<S: Side> {
    pub(crate) readers: Readers,
    pub(crate) writer: Writer<S>,
    _folder: Option<TempDir>,
}

impl<S: Side> Database<S> {
    /// Starts the writer on a prepared connection to the file at `path`.
    pub(crate) fn start(
        path: &Path,
        connection: Connection,
        side: S,
        folder: Option<TempDir>,
    ) -> Result<Self> {
        Ok(Self {
            readers: Readers::new(path.to_owned()),
            writer: Writer::start(connection, side)?,
            _folder: folder,
        })
    }

    pub(crate) fn read<T>(
        &self,
        transaction: &'static str,
        work: impl FnOnce(&Conn<'_>) -> Result<T>,
    ) -> Result<T> {
        self.readers.read(transaction, work)
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        transaction: &'static str,
        work: impl FnMut(&mut Tx<'_, S>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.writer.write(transaction, work).await
    }
}
