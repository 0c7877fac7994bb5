//! Data calls of late, kept in memory: they are many, and a restart may forget them.

use super::store::{Event, Logged};
use jiff::Timestamp;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Newest calls that are kept.
const KEPT: usize = 1000;

/// The newest calls, and how many there were since the start.
#[derive(Default)]
pub(super) struct Calls(Mutex<Recent>);

#[derive(Default)]
struct Recent {
    calls: VecDeque<(Timestamp, Logged)>,
    counts: BTreeMap<String, i64>,
}

impl Calls {
    /// Notes one.
    pub(super) fn note(&self, event: Event) {
        let mut recent = self.lock();
        *recent
            .counts
            .entry(event.what().as_str().to_owned())
            .or_default() += 1;
        recent.calls.push_front((event.at(), event.logged()));
        recent.calls.truncate(KEPT);
    }

    /// The newest, newest first, and the counts.
    pub(super) fn recent(&self) -> (Vec<(Timestamp, Logged)>, BTreeMap<String, i64>) {
        let recent = self.lock();
        (
            recent.calls.iter().cloned().collect(),
            recent.counts.clone(),
        )
    }

    fn lock(&self) -> MutexGuard<'_, Recent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
