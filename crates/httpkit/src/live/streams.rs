//! The open streams of a node: counted, bounded, and ended with it.

use crate::lifecycle::Shutdown;
use crate::problem::Refusal;
use model::Entropy;
use prometheus_client::metrics::gauge::Gauge;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use uuid::Uuid;
use wire::problem::ProblemType;

/// How many streams one listener may have open at a node: one is enough, and a few may be dead without the
/// node having noticed.
const MAX_STREAMS: usize = 16;

/// What a listener is told to wait before it tries again, in seconds.
const RETRY_AFTER: u64 = 15;

/// The open streams of a node, by listener. Clones share them.
#[derive(Clone)]
pub struct Streams(Arc<Shared>);

struct Shared {
    /// Of all listeners together.
    most: usize,
    open: Mutex<HashMap<Uuid, usize>>,
    count: Gauge,
    shutdown: Shutdown,
    entropy: Arc<dyn Entropy>,
}

impl Streams {
    /// Room for `most` streams, counted in `count`, which end when `shutdown` begins.
    pub fn new(most: usize, count: Gauge, shutdown: Shutdown, entropy: Arc<dyn Entropy>) -> Self {
        Self(Arc::new(Shared {
            most,
            open: Mutex::default(),
            count,
            shutdown,
            entropy,
        }))
    }

    /// Counts one more.
    pub(super) fn open(&self, listener: Uuid) -> Result<Open, Refusal> {
        let mut streams = self.lock();
        if streams.values().sum::<usize>() >= self.0.most {
            return Err(Refusal::new(ProblemType::Unavailable)
                .detail("There is no room for another event stream at present.")
                .retry_after(RETRY_AFTER));
        }
        let count = streams.entry(listener).or_default();
        if *count >= MAX_STREAMS {
            let refusal = Refusal::new(ProblemType::TooManyRequests).retry_after(RETRY_AFTER);
            return Err(refusal.detail("Too many event streams are open. Close some first."));
        }
        *count += 1;
        self.0.count.inc();
        Ok(Open {
            streams: self.clone(),
            listener,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, usize>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a stream for as long as it lives.
pub(super) struct Open {
    streams: Streams,
    listener: Uuid,
}

impl Open {
    pub(super) fn shutdown(&self) -> &Shutdown {
        &self.streams.0.shutdown
    }

    /// About as long as `poll`: see [`spread`].
    pub(super) fn spread(&self, poll: Duration) -> Duration {
        let [chance] = model::entropy::bytes(&*self.streams.0.entropy);
        spread(poll, chance)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.streams.0.count.dec();
        let mut streams = self.streams.lock();
        if let Some(count) = streams.get_mut(&self.listener) {
            *count -= 1;
            if *count == 0 {
                streams.remove(&self.listener);
            }
        }
    }
}

/// A quarter more or less than `poll`, as `chance` has it: the streams of a node that began together must
/// not go on looking together.
pub(super) fn spread(poll: Duration, chance: u8) -> Duration {
    poll.mul_f64(0.75 + f64::from(chance) / 512.0)
}
