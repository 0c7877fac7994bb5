//! A look at a run from outside, and its end before its time.

use crate::outcome::{Fault, Outcome, histogram};
use hdrhistogram::Histogram;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;
use uuid::Uuid;

/// Looks at a run, and ends it early. Clones look at the same one; a run needs a new one.
#[derive(Clone, Debug, Default)]
pub struct Watch(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    stopped: AtomicBool,
    stop: Notify,
    /// Behind a lock that is held for tens of nanoseconds: cheaper than a histogram for each connection.
    tally: Mutex<Tally>,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Whether the connections are made and the load goes.
    pub connected: bool,
    /// Time since the end of the warm-up; zero before it.
    pub elapsed: Duration,
    /// Answers of 200 to 299.
    pub accepted: u64,
    /// Other answers.
    pub refused: u64,
    /// Requests without an answer.
    pub failed: u64,
    /// Bytes of the bodies that were answered.
    pub bytes_sent: u64,
    /// Half of the accepted requests were answered within this.
    pub p50: Duration,
    /// 99 of 100 were.
    pub p99: Duration,
}

impl Watch {
    /// Ends the run. Requests that are under way get a moment to be answered.
    pub fn stop(&self) {
        self.0.stopped.store(true, Ordering::SeqCst);
        self.0.stop.notify_waiters();
    }

    /// How far it is.
    pub fn seen(&self) -> Seen {
        let tally = self.tally();
        let accepted = tally.latency.len();
        Seen {
            connected: tally.begun.is_some(),
            elapsed: tally.begun.map_or(Duration::ZERO, |begun| {
                Instant::now().saturating_duration_since(begun)
            }),
            accepted,
            refused: tally.by_status.values().sum::<u64>() - accepted,
            failed: tally.faults.values().sum(),
            bytes_sent: tally.bytes_sent,
            p50: Duration::from_nanos(tally.latency.value_at_quantile(0.5)),
            p99: Duration::from_nanos(tally.latency.value_at_quantile(0.99)),
        }
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::SeqCst)
    }

    /// Waits until it is stopped.
    pub(crate) async fn stopped(&self) {
        let mut notified = std::pin::pin!(self.0.stop.notified());
        notified.as_mut().enable();
        if !self.is_stopped() {
            notified.await;
        }
    }

    pub(crate) fn tally(&self) -> MutexGuard<'_, Tally> {
        // Whoever panicked left whole numbers behind.
        self.0.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is counted while a run goes.
#[derive(Debug)]
pub(crate) struct Tally {
    pub(crate) begun: Option<Instant>,
    pub(crate) ended: Option<Instant>,
    pub(crate) latency: Histogram<u64>,
    pub(crate) lateness: Histogram<u64>,
    pub(crate) by_status: BTreeMap<u16, u64>,
    pub(crate) faults: BTreeMap<Fault, u64>,
    pub(crate) bytes_sent: u64,
    pub(crate) acknowledged: Vec<Uuid>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            begun: None,
            ended: None,
            latency: histogram(),
            lateness: histogram(),
            by_status: BTreeMap::new(),
            faults: BTreeMap::new(),
            bytes_sent: 0,
            acknowledged: Vec::new(),
        }
    }
}

impl Tally {
    /// An answer, and how long it took.
    pub(crate) fn answer(&mut self, status: u16, took: Duration, bytes: u64, now: Instant) {
        *self.by_status.entry(status).or_default() += 1;
        if (200..300).contains(&status) {
            record(&mut self.latency, took);
        }
        self.bytes_sent += bytes;
        self.ended = Some(now);
    }

    /// A request without one.
    pub(crate) fn fault(&mut self, fault: Fault, now: Instant) {
        *self.faults.entry(fault).or_default() += 1;
        self.ended = Some(now);
    }

    /// How much later than planned a request started.
    pub(crate) fn late(&mut self, by: Duration) {
        record(&mut self.lateness, by);
    }

    /// Takes the figures out.
    pub(crate) fn outcome(&mut self, missed: u64) -> Outcome {
        let all = std::mem::take(self);
        let elapsed = match (all.begun, all.ended) {
            (Some(begun), Some(ended)) => ended.saturating_duration_since(begun),
            _ => Duration::ZERO,
        };
        Outcome {
            latency: all.latency,
            lateness: all.lateness,
            by_status: all.by_status,
            faults: all.faults,
            elapsed,
            bytes_sent: all.bytes_sent,
            missed,
            acknowledged: all.acknowledged,
        }
    }
}

fn record(histogram: &mut Histogram<u64>, time: Duration) {
    // It grows as needed and holds centuries, so it takes everything; its saturating way would not grow.
    let _ = histogram.record(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
}
