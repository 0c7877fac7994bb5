//! The figures of a run.

use hdrhistogram::Histogram;
use std::collections::BTreeMap;
use std::time::Duration;
use uuid::Uuid;

/// Why a request has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// No connection could be made.
    Connect,
    /// The connection ended before the answer did, or what came was no HTTP.
    Broken,
    /// No answer in time.
    TimedOut,
}

impl Fault {
    /// A word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Broken => "broken",
            Self::TimedOut => "time-out",
        }
    }
}

/// What a run found. Warm-up is not in it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How long answers of 200 to 299 took, in nanoseconds, to three figures. In open loop from when the request
    /// should have started, so that waiting for a free connection counts.
    pub latency: Histogram<u64>,
    /// Open loop: how much later than the timetable requests started, in nanoseconds.
    pub lateness: Histogram<u64>,
    /// How many answers had each status.
    pub by_status: BTreeMap<u16, u64>,
    /// How many requests had no answer, and why.
    pub faults: BTreeMap<Fault, u64>,
    /// From the end of the warm-up to the last answer.
    pub elapsed: Duration,
    /// Bytes of the bodies that were answered, with whatever status.
    pub bytes_sent: u64,
    /// Open loop: requests of the timetable that were never started, since the run ended first.
    pub missed: u64,
    /// Messages answered with a 2xx, in that order, warm-up included, when the plan asked for the list.
    pub acknowledged: Vec<Uuid>,
}

impl Outcome {
    /// Answers of any status.
    pub fn answered(&self) -> u64 {
        self.by_status.values().sum()
    }

    /// Answers of 200 to 299.
    pub fn accepted(&self) -> u64 {
        self.latency.len()
    }

    /// Requests without an answer.
    pub fn failed(&self) -> u64 {
        self.faults.values().sum()
    }

    /// Accepted requests a second.
    pub fn per_second(&self) -> f64 {
        rate(self.accepted(), self.elapsed)
    }

    /// Bytes of body a second.
    pub fn bytes_per_second(&self) -> f64 {
        rate(self.bytes_sent, self.elapsed)
    }

    /// The time within which this share (0 to 1) of the accepted requests was answered.
    pub fn latency_at(&self, share: f64) -> Duration {
        Duration::from_nanos(self.latency.value_at_quantile(share))
    }

    /// The same of how late requests started.
    pub fn lateness_at(&self, share: f64) -> Duration {
        Duration::from_nanos(self.lateness.value_at_quantile(share))
    }
}

/// So many in so long, a second. Zero when there was no time.
pub(crate) fn rate(count: u64, elapsed: Duration) -> f64 {
    let seconds = elapsed.as_secs_f64();
    if seconds > 0.0 {
        // Counts stay far below 2^53, where a float is exact.
        Duration::from_nanos(count).as_secs_f64() * 1e9 / seconds
    } else {
        0.0
    }
}

/// A histogram that grows with what it meets.
#[expect(
    clippy::expect_used,
    reason = "the crate takes 1 to 5 figures, and 3 are a constant here"
)]
pub(crate) fn histogram() -> Histogram<u64> {
    Histogram::new(3).expect("3 is between 1 and 5")
}
