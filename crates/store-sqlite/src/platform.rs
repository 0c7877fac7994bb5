//! The platform's ports on SQLite, one noun a file.

mod audit;
mod devices;
mod directory;
mod feed;
mod health;
mod messages;
mod permissions;

pub(crate) use audit::Head;

use crate::conn::Conn;
use crate::reader::Readers;
use crate::writer::{Tx, Writer};
use std::sync::Arc;
use store::Result;
use store::wake::Hub;
use tempfile::TempDir;

/// What every port shares. Fields go in this order: readers close first, so that the writer's connection
/// is the last one and leaves a single file behind.
pub(crate) struct Db {
    pub(crate) readers: Readers,
    pub(crate) writer: Writer,
    pub(crate) hub: Arc<Hub>,
    pub(crate) _folder: Option<TempDir>,
}

impl Db {
    fn read<T>(
        &self,
        transaction: &'static str,
        work: impl FnOnce(&Conn<'_>) -> Result<T>,
    ) -> Result<T> {
        self.readers.read(transaction, work)
    }

    async fn write<T: Send + 'static>(
        &self,
        transaction: &'static str,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.writer.write(transaction, work).await
    }
}

/// Every statement of every port, for the test of their plans.
#[cfg(test)]
pub(crate) fn statements() -> Vec<(&'static str, crate::sql::Sql)> {
    [
        audit::ALL,
        devices::ALL,
        directory::ALL,
        feed::ALL,
        health::ALL,
        messages::ALL,
        permissions::ALL,
    ]
    .concat()
}
