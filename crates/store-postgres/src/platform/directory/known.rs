//! What almost every call asks the directory, kept in memory for a moment.
//!
//! A node clears it for its own changes before whoever asked for them is answered, and for those of other
//! nodes as soon as it hears of them. What it could not have heard of is not used: nothing is found while it
//! is not listening, and nothing that is older than a second.

use model::OdsCode;
use model::organisation::Practice;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};
use store::platform::FoundApiKey;

#[cfg(test)]
mod tests;

/// How long something is used without another look, should a word of another node be lost.
const PRESENT: Duration = Duration::from_secs(1);
/// So many of a kind are kept; a directory with more is read from the database more often.
const MOST: usize = 10_000;

/// The memory of one node.
#[derive(Default)]
pub(crate) struct Known {
    /// Grows with every change of the directory.
    change: AtomicU64,
    /// Whether changes of other nodes are heard of.
    heard: AtomicBool,
    held: RwLock<Held>,
}

/// When something was about to be read.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    change: u64,
    at: Instant,
}

/// What was read after a change and before the next.
#[derive(Default)]
pub(super) struct Held {
    change: u64,
    /// When what is kept now was about to be read.
    at: Option<Instant>,
    keys: Kept<String, FoundApiKey>,
    practices: Kept<OdsCode, Practice>,
    topics: Kept<String, bool>,
}

type Kept<K, V> = HashMap<K, (Instant, V)>;

impl Known {
    /// The directory changed, or may have.
    pub(crate) fn changed(&self) {
        self.change.fetch_add(1, Ordering::SeqCst);
    }

    /// From now on changes of other nodes are heard of.
    pub(crate) fn heard(&self) {
        self.changed();
        self.heard.store(true, Ordering::SeqCst);
    }

    /// They no longer are; whether they were.
    pub(crate) fn unheard(&self) -> bool {
        self.heard.swap(false, Ordering::SeqCst)
    }

    /// This moment, to be given to [`Known::keep`] with what is read after this call.
    pub(super) fn moment(&self) -> Moment {
        Moment {
            change: self.change.load(Ordering::SeqCst),
            at: Instant::now(),
        }
    }

    /// What is held, if it is of the present.
    pub(super) fn find<T>(&self, find: impl FnOnce(&Held) -> Option<T>) -> Option<T> {
        if !self.heard.load(Ordering::SeqCst) {
            return None;
        }
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        if held.change != self.change.load(Ordering::SeqCst) {
            return None;
        }
        find(&held)
    }

    /// Keeps what was read since `moment`, unless there was a change meanwhile.
    pub(super) fn keep(&self, moment: Moment, keep: impl FnOnce(&mut Held)) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if moment.change != self.change.load(Ordering::SeqCst) {
            return;
        }
        if held.change != moment.change {
            *held = Held {
                change: moment.change,
                ..Held::default()
            };
        }
        held.at = Some(moment.at);
        keep(&mut held);
    }
}

fn find<K: Hash + Eq, V: Clone>(kept: &Kept<K, V>, name: &K) -> Option<V> {
    let (at, value) = kept.get(name)?;
    (at.elapsed() < PRESENT).then(|| value.clone())
}

fn keep<K: Hash + Eq, V>(kept: &mut Kept<K, V>, at: Option<Instant>, name: K, value: V) {
    let Some(at) = at else { return };
    if kept.len() >= MOST {
        kept.retain(|_, (at, _)| at.elapsed() < PRESENT);
    }
    if kept.len() < MOST {
        kept.insert(name, (at, value));
    }
}

impl Held {
    pub(super) fn key(&self, key_id: &str) -> Option<FoundApiKey> {
        find(&self.keys, &key_id.to_owned())
    }

    pub(super) fn keep_key(&mut self, key: FoundApiKey) {
        keep(&mut self.keys, self.at, key.info.key_id.clone(), key);
    }

    pub(super) fn practice(&self, code: &OdsCode) -> Option<Practice> {
        find(&self.practices, code)
    }

    pub(super) fn keep_practice(&mut self, practice: Practice) {
        let code = practice.ods_code.clone();
        keep(&mut self.practices, self.at, code, practice);
    }

    pub(super) fn has_topic(&self, name: &str) -> Option<bool> {
        find(&self.topics, &name.to_owned())
    }

    pub(super) fn keep_topic(&mut self, name: &str) {
        keep(&mut self.topics, self.at, name.to_owned(), true);
    }
}
