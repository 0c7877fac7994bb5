//! Counts what SQLite does for the statements of one connection.

use rusqlite::trace::{TraceEvent, TraceEventCodes};
use rusqlite::{Connection, StatementStatus};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// What was done between two moments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    /// Statements that were run, without those that begin and end transactions.
    pub(crate) statements: i64,
    /// Instructions of SQLite's virtual machine.
    pub(crate) steps: i64,
    /// Rows that a statement went past in a scan.
    pub(crate) scanned: i64,
    /// Rows that were sorted, or put in an index made for one statement.
    pub(crate) sorted: i64,
}

#[derive(Default)]
struct Counters {
    /// What each statement had counted when it last ended; SQLite counts on and on.
    before: HashMap<String, [i32; 4]>,
    cost: Cost,
}

/// The counters of a connection that is used by another thread.
#[derive(Clone, Default)]
pub(crate) struct Meter(Arc<Mutex<Counters>>);

impl Meter {
    /// Counts from now on what `connection` does.
    pub(crate) fn watch(&self, connection: &mut Connection) {
        let counters = Arc::clone(&self.0);
        let note = move |event: TraceEvent<'_>| {
            let TraceEvent::Profile(statement, _) = event else {
                return;
            };
            let sql = statement.sql().into_owned();
            let control = ["BEGIN", "SAVEPOINT", "RELEASE", "COMMIT", "PRAGMA"];
            if control.iter().any(|word| sql.starts_with(word)) {
                return;
            }
            let now = [
                StatementStatus::VmStep,
                StatementStatus::FullscanStep,
                StatementStatus::Sort,
                StatementStatus::AutoIndex,
            ]
            .map(|status| statement.get_status(status));
            let mut counters = counters.lock().unwrap();
            let before = counters.before.insert(sql, now).unwrap_or_default();
            // A statement that was prepared anew counts from nought.
            let fresh = now[0] < before[0];
            let grown = |place: usize| {
                i64::from(if fresh {
                    now[place]
                } else {
                    now[place] - before[place]
                })
            };
            let (steps, scanned, sorted) = (grown(0), grown(1), grown(2) + grown(3));
            counters.cost.statements += 1;
            counters.cost.steps += steps;
            counters.cost.scanned += scanned;
            counters.cost.sorted += sorted;
        };
        connection
            .trace_v2(TraceEventCodes::SQLITE_TRACE_PROFILE, Some(note))
            .unwrap();
    }

    pub(crate) fn start(&self) {
        self.0.lock().unwrap().cost = Cost::default();
    }

    pub(crate) fn stop(&self) -> Cost {
        self.0.lock().unwrap().cost
    }
}
