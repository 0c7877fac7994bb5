//! The gateway's ports on SQLite, one noun a file.

mod access;
mod events;
mod health;
mod outbox;
mod pieces;
mod side;
mod users;
mod vault;
mod webhooks;

#[cfg(test)]
mod tests;

pub(crate) use side::Beside;

use crate::conn::Conn;
use crate::reader::Readers;
use crate::writer::{self, Writer};
use store::Result;
use tempfile::TempDir;

/// A call that writes.
pub(crate) type Tx<'a> = writer::Tx<'a, Beside>;

/// What every port shares. Fields go in this order: readers close first, so that the writer's connection
/// is the last one and leaves a single file behind.
pub(crate) struct Db {
    pub(crate) readers: Readers,
    pub(crate) writer: Writer<Beside>,
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
        ("Messages", outbox::ALL),
        ("Files", pieces::ALL),
        ("Events", events::ALL),
        ("Endpoints", webhooks::ALL),
        ("Practitioners", users::ALL),
        ("Vault", vault::ALL),
        ("Access", access::ALL),
        ("Health", health::ALL),
    ]
}
