//! The platform's ports on SQLite, one noun a file.

mod attempt;
mod audit;
mod devices;
mod directory;
mod feed;
mod health;
mod messages;
mod permissions;
mod side;
mod upkeep;

pub(crate) use audit::Head;
pub(crate) use directory::known::Known;
pub(crate) use messages::Condemned;
pub(crate) use side::Beside;

use crate::conn::Conn;
use crate::reader::Readers;
use crate::writer::{self, Writer};
use std::sync::Arc;
use store::Result;
use store::wake::Hub;
use tempfile::TempDir;

/// A call that writes.
pub(crate) type Tx<'a> = writer::Tx<'a, Beside>;

/// What every port shares. Fields go in this order: readers close first, so that the writer's connection
/// is the last one and leaves a single file behind.
pub(crate) struct Db {
    pub(crate) readers: Readers,
    pub(crate) writer: Writer<Beside>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) known: Arc<Known>,
    pub(crate) condemned: Arc<Condemned>,
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
        work: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.writer.write(transaction, work).await
    }
}

/// Every statement, by what it is about, for the tests of their plans.
#[cfg(test)]
pub(crate) fn statements() -> Vec<(&'static str, &'static [(&'static str, crate::sql::Sql)])> {
    vec![
        ("Messages", messages::ALL),
        ("Feed", feed::ALL),
        ("Permissions", permissions::ALL),
        ("Toolbars", devices::ALL),
        ("Directory", directory::ALL),
        ("Audit log", audit::ALL),
        ("Health", health::ALL),
        ("Parts of a transaction", attempt::ALL),
    ]
}
