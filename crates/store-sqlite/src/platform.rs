//! The platform's ports on SQLite, one noun a file.

mod attempt;
mod audit;
mod devices;
mod directory;
mod feed;
mod messages;
mod operators;
mod oversight;
mod permissions;
mod side;
mod upkeep;
mod widgets;

pub(crate) use audit::Head;
pub(crate) use directory::known::Known;
pub(crate) use messages::Condemned;
pub(crate) use side::Beside;

use crate::database::Database;
use crate::writer;
use std::ops::Deref;
use std::sync::Arc;
use store::wake::Hub;

/// A call that writes.
pub(crate) type Tx<'a> = writer::Tx<'a, Beside>;

/// What every port shares.
pub(crate) struct Db {
    pub(crate) database: Arc<Database<Beside>>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) known: Arc<Known>,
    pub(crate) condemned: Arc<Condemned>,
}

impl Deref for Db {
    type Target = Database<Beside>;

    fn deref(&self) -> &Self::Target {
        &self.database
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
        ("Widgets", widgets::ALL),
        ("Operators", operators::ALL),
        ("What operators see", oversight::ALL),
        ("Audit log", audit::ALL),
        ("Health", crate::health::ALL),
        ("Parts of a transaction", attempt::ALL),
    ]
}
