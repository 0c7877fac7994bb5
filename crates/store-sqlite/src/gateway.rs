//! The gateway's ports on SQLite, one noun a file.

mod access;
mod accounts;
mod events;
mod launches;
mod links;
mod outbox;
mod patients;
mod pieces;
mod side;
mod users;
mod vault;
mod webhooks;

#[cfg(test)]
mod tests;

pub(crate) use side::Beside;

use crate::database::Database;
use crate::writer;

/// A call that writes.
pub(crate) type Tx<'a> = writer::Tx<'a, Beside>;

/// What every port shares.
pub(crate) type Db = Database<Beside>;

/// Every statement, by what it is about, for the tests of their plans.
#[cfg(test)]
pub(crate) fn statements() -> Vec<(&'static str, &'static [(&'static str, crate::sql::Sql)])> {
    let mut all = vec![
        ("Messages", outbox::ALL),
        ("Files", pieces::ALL),
        ("Events", events::ALL),
        ("Endpoints", webhooks::ALL),
        ("Practitioners", users::ALL),
        ("Vault", vault::ALL),
        ("Access", access::ALL),
        ("Health", crate::health::ALL),
        ("Accounts of the patient app", accounts::ALL),
        ("Launches from the toolbar", launches::ALL),
    ];
    let [patients, lists, attempts] = patients::EVERY;
    let [links, flights] = links::EVERY;
    all.extend([
        ("Patients", patients),
        ("Lists of patients", lists),
        ("Attempts at linking", attempts),
        ("Links", links),
        ("Renewals of tokens", flights),
    ]);
    all
}
