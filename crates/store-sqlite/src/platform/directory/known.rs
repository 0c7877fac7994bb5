//! What almost every call asks the directory, kept in memory and never out of date by more than a moment.
//!
//! The one thread that writes says when the directory changed: at once for its own commits, before whoever
//! asked for them is answered; for those of another process, an operator's command for one, whenever it
//! looks, which it does at every batch. What was not looked after for two milliseconds is not used.

use model::OdsCode;
use model::organisation::Practice;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};
use store::platform::FoundApiKey;

/// How long after a look its answer is taken for the present.
const PRESENT: Duration = Duration::from_millis(2);
/// So many of a kind are kept; a directory with more is read from the database more often.
const MOST: usize = 10_000;

/// The memory of one process.
pub(crate) struct Known {
    begun: Instant,
    /// Grows with every change of the directory.
    change: AtomicU64,
    /// When the last look began, in nanoseconds since `begun`.
    looked: AtomicU64,
    /// A look was asked for and has not begun.
    asked: AtomicBool,
    held: RwLock<Held>,
}

/// What was read after a change and before the next.
#[derive(Default)]
pub(super) struct Held {
    change: u64,
    keys: HashMap<String, FoundApiKey>,
    practices: HashMap<OdsCode, Practice>,
    topics: HashSet<String>,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            begun: Instant::now(),
            change: AtomicU64::new(0),
            looked: AtomicU64::new(0),
            asked: AtomicBool::new(false),
            held: RwLock::default(),
        }
    }
}

impl Known {
    /// The directory changed, and nobody was told yet.
    pub(crate) fn changed(&self) {
        self.change.fetch_add(1, Ordering::SeqCst);
    }

    /// For a look that begins now: the moment to give to [`Known::looked`] once it is done.
    pub(crate) fn look(&self) -> u64 {
        self.asked.store(false, Ordering::SeqCst);
        self.age()
    }

    /// Whoever else writes had been noticed by the moment `at`.
    pub(crate) fn looked(&self, at: u64) {
        self.looked.store(at, Ordering::SeqCst);
    }

    fn age(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Whether a look is due that nobody has asked for yet: whoever hears so asks.
    pub(super) fn look_is_due(&self) -> bool {
        !self.is_present() && !self.asked.swap(true, Ordering::SeqCst)
    }

    fn is_present(&self) -> bool {
        let since = self
            .age()
            .saturating_sub(self.looked.load(Ordering::SeqCst));
        u128::from(since) <= PRESENT.as_nanos()
    }

    /// The number of changes so far, to be given to [`Known::keep`] with what is read after this call.
    pub(super) fn changes(&self) -> u64 {
        self.change.load(Ordering::SeqCst)
    }

    /// What is held, if it is of the present.
    pub(super) fn find<T>(&self, find: impl FnOnce(&Held) -> Option<T>) -> Option<T> {
        if !self.is_present() {
            return None;
        }
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        if held.change != self.changes() {
            return None;
        }
        find(&held)
    }

    /// Keeps what was read when there had been `change` changes, unless there was another since.
    pub(super) fn keep(&self, change: u64, keep: impl FnOnce(&mut Held)) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if change != self.changes() {
            return;
        }
        if held.change != change {
            *held = Held {
                change,
                ..Held::default()
            };
        }
        keep(&mut held);
    }
}

impl Held {
    pub(super) fn key(&self, key_id: &str) -> Option<FoundApiKey> {
        self.keys.get(key_id).cloned()
    }

    pub(super) fn keep_key(&mut self, key: FoundApiKey) {
        if self.keys.len() < MOST {
            self.keys.insert(key.info.key_id.clone(), key);
        }
    }

    pub(super) fn practice(&self, code: &OdsCode) -> Option<Practice> {
        self.practices.get(code).cloned()
    }

    pub(super) fn keep_practice(&mut self, practice: Practice) {
        if self.practices.len() < MOST {
            self.practices.insert(practice.ods_code.clone(), practice);
        }
    }

    pub(super) fn has_topic(&self, name: &str) -> Option<bool> {
        self.topics.contains(name).then_some(true)
    }

    pub(super) fn keep_topic(&mut self, name: &str) {
        if self.topics.len() < MOST {
            self.topics.insert(name.to_owned());
        }
    }
}
