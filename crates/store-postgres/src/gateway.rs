//! The gateway's ports on PostgreSQL, one noun a file.
//!
//! Who needs several locks takes them in this order, so that no two wait for each other: a patient's line (an
//! advisory lock), a practitioner (an advisory lock), a user, rows of messages, the row of an app's patient, its flight, attempts, account and sessions, a PKB
//! record (an advisory lock), a data key, an endpoint, its deliveries, and last, with COMMIT, the tallies.

mod access;
mod accounts;
mod events;
mod health;
mod launches;
mod lines;
mod links;
mod outbox;
mod patients;
mod pieces;
#[cfg(test)]
mod tests;
mod users;
mod vault;
mod webhooks;

pub(crate) use events::GO_ON_GROWING;

use crate::core::{Core, Side};
use crate::horizon::Horizon;
use lines::Lines;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::gateway::{Wake, Wakes};

/// A transaction of the gateway.
type Tx = crate::tx::Tx<Lines>;

/// The gateway's own part of a node.
pub(crate) struct Gateway {
    wakes: Arc<Wakes>,
}

impl Gateway {
    pub(crate) fn new(wakes: Arc<Wakes>) -> Self {
        Self { wakes }
    }
}

impl Side for Gateway {
    type Lines = Lines;

    const SNAPSHOT: &'static str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    fn committed(&self, lines: &mut Lines) {
        if lines.tells() {
            self.wakes.wake(Wake::Events);
        }
        if lines.queues() {
            self.wakes.wake(Wake::Sending);
        }
    }
}

/// What implements every port.
pub(crate) struct Db {
    core: Core<Gateway>,
    horizon: Horizon,
}

impl Db {
    pub(crate) fn new(core: Core<Gateway>) -> Self {
        Self {
            core,
            horizon: Horizon::default(),
        }
    }
}

impl Deref for Db {
    type Target = Core<Gateway>;

    fn deref(&self) -> &Core<Gateway> {
        &self.core
    }
}

/// Whether a transaction is run again, after which what it finds done may be its own doing: a COMMIT may have
/// happened without an answer.
#[derive(Default)]
struct Rerun(AtomicBool);

impl Rerun {
    /// `false` the first time.
    fn is_one(&self) -> bool {
        self.0.swap(true, Ordering::Relaxed)
    }
}

/// Every statement of the ports, for the test of their plans.
#[cfg(test)]
pub(crate) fn statements() -> Vec<&'static [(&'static str, crate::sql::Sql)]> {
    let nouns = [
        access::ALL,
        accounts::ALL,
        events::ALL,
        health::ALL,
        launches::ALL,
        lines::ALL,
        outbox::ALL,
        pieces::ALL,
        users::ALL,
        vault::ALL,
        webhooks::ALL,
    ];
    let links = links::STATEMENTS.into_iter().chain(patients::STATEMENTS);
    nouns.into_iter().chain(links).collect()
}
