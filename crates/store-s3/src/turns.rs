//! Turns for PUTs: so many at once, each with a buffer that is used again and again.
//!
//! A turn is over when the last holder of its bytes is gone, be it a connection that outlives its request:
//! so there are never more buffers than turns, whatever fails.

use bytes::Bytes;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub(crate) struct Turns {
    permits: Arc<Semaphore>,
    spare: Mutex<Vec<Vec<u8>>>,
}

impl Turns {
    pub(crate) fn new(at_once: usize) -> Arc<Self> {
        Arc::new(Self {
            permits: Arc::new(Semaphore::new(at_once)),
            spare: Mutex::default(),
        })
    }

    /// Waits for a turn. `None` never comes: turns are not closed.
    pub(crate) async fn take(self: &Arc<Self>) -> Option<Turn> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.ok()?;
        let mut buffer = self.spare().pop().unwrap_or_default();
        buffer.clear();
        Some(Turn {
            buffer,
            turns: Arc::clone(self),
            _permit: permit,
        })
    }

    fn spare(&self) -> std::sync::MutexGuard<'_, Vec<Vec<u8>>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many buffers nobody uses, and their size in bytes.
    #[cfg(test)]
    pub(crate) fn spare_buffers(&self) -> (usize, usize) {
        let spare = self.spare();
        (spare.len(), spare.iter().map(Vec::capacity).sum())
    }
}

/// A turn, and the bytes it is about.
pub(crate) struct Turn {
    pub(crate) buffer: Vec<u8>,
    turns: Arc<Turns>,
    /// Dropped after the buffer went back, so that the next turn finds it.
    _permit: OwnedSemaphorePermit,
}

impl Turn {
    /// The bytes, which end the turn when nobody has them any more.
    pub(crate) fn into_bytes(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Turn {
    fn as_ref(&self) -> &[u8] {
        &self.buffer
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        self.turns.spare().push(buffer);
    }
}
