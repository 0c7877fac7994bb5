//! Tells those who wait that something was committed, so that they need not poll.
//!
//! A wake-up carries nothing and may come for nothing; whoever wakes reads the feed. A missed one
//! costs a poll interval, never a message.

use crate::platform::Audience;
use std::collections::HashMap;
use std::sync::Mutex;
use tokio::sync::watch;

#[cfg(test)]
mod tests;

/// Wake-ups within one process, by audience.
#[derive(Debug, Default)]
pub struct Hub {
    channels: Mutex<HashMap<Audience, watch::Sender<u64>>>,
}

impl Hub {
    /// Somebody wants to know when something is committed for `audience`.
    pub fn subscribe(&self, audience: &Audience) -> watch::Receiver<u64> {
        let mut channels = self.lock();
        // Those nobody listens to any more go when the map has doubled.
        if channels.len() > 64 && channels.len().is_power_of_two() {
            channels.retain(|_, channel| channel.receiver_count() > 0);
        }
        channels
            .entry(audience.clone())
            .or_insert_with(|| watch::channel(0).0)
            .subscribe()
    }

    /// Something was committed for `audience`.
    pub fn wake(&self, audience: &Audience) {
        if let Some(channel) = self.lock().get(audience) {
            channel.send_modify(|count| *count = count.wrapping_add(1));
        }
    }

    /// Something may have been committed for anybody.
    pub fn wake_all(&self) {
        for channel in self.lock().values() {
            channel.send_modify(|count| *count = count.wrapping_add(1));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Audience, watch::Sender<u64>>> {
        // A panic elsewhere cannot leave a map of channels half changed.
        self.channels
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
