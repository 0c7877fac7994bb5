//! Who needs which blob in this process: pins of those being named by a row, and the one who may delete it.

use model::Hash;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// All pins and reclaims of one store of blobs.
#[derive(Default)]
pub struct Holds {
    held: Mutex<Held>,
    reclaimed: Notify,
}

#[derive(Default)]
struct Held {
    pins: HashMap<Hash, usize>,
    reclaiming: HashSet<Hash>,
}

impl Holds {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Pins a hash, waiting while it is being reclaimed.
    pub async fn pin(self: &Arc<Self>, hash: Hash) -> Pin {
        loop {
            let freed = self.reclaimed.notified();
            {
                let mut held = self.held();
                if !held.reclaiming.contains(&hash) {
                    *held.pins.entry(hash).or_default() += 1;
                    return Pin {
                        holds: Arc::clone(self),
                        hash,
                    };
                }
            }
            freed.await;
        }
    }

    /// Takes the right to delete a hash, if nobody pins it or has that right.
    pub fn reclaim(self: &Arc<Self>, hash: Hash) -> Option<Reclaiming> {
        let mut held = self.held();
        if held.pins.contains_key(&hash) || !held.reclaiming.insert(hash) {
            return None;
        }
        Some(Reclaiming {
            holds: Arc::clone(self),
            hash,
        })
    }
}

/// Keeps a blob from being reclaimed while it lives.
pub struct Pin {
    holds: Arc<Holds>,
    hash: Hash,
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut held = self.holds.held();
        if let Some(count) = held.pins.get_mut(&self.hash) {
            *count -= 1;
            if *count == 0 {
                held.pins.remove(&self.hash);
            }
        }
    }
}

/// Keeps a blob from being pinned while it lives.
pub struct Reclaiming {
    holds: Arc<Holds>,
    hash: Hash,
}

impl Reclaiming {
    /// Which blob.
    pub fn hash(&self) -> Hash {
        self.hash
    }
}

impl Drop for Reclaiming {
    fn drop(&mut self) {
        self.holds.held().reclaiming.remove(&self.hash);
        self.holds.reclaimed.notify_waiters();
    }
}
