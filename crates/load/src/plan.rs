//! What a run is to do.

use crate::request::Requests;
use crate::target::Target;
use std::sync::Arc;
use std::time::Duration;

/// How requests follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Each connection sends its next request when its last one is answered: finds the highest rate.
    Closed {
        /// How many connections; at least 1.
        connections: usize,
    },
    /// Requests start on a timetable, answered or not: shows how long callers wait at a given rate.
    Open {
        /// Requests a second; at least 1.
        rate_per_second: u32,
        /// How many may be under way at once; beyond it they start late, and their wait counts.
        connections_max: usize,
    },
}

impl Mode {
    /// How many connections it makes.
    pub fn connections(&self) -> usize {
        match *self {
            Self::Closed { connections } => connections.max(1),
            Self::Open {
                connections_max, ..
            } => connections_max.max(1),
        }
    }
}

/// When a run ends, warm-up not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// After so many requests.
    Count(u64),
    /// After so long; requests that are under way then are waited for.
    For(Duration),
}

/// A run.
pub struct Plan {
    /// Where to.
    pub target: Target,
    /// How.
    pub mode: Mode,
    /// How long.
    pub length: Length,
    /// Load before the figures start; zero for none.
    pub warm_up: Duration,
    /// What.
    pub requests: Arc<dyn Requests>,
    /// How long an answer may take before it counts as a time-out; 30 seconds is usual.
    pub patience: Duration,
    /// Whether the outcome lists the messages that were answered with a 2xx.
    pub keep_acknowledged: bool,
}

impl Plan {
    /// A run with no warm-up, 30 seconds of patience, and no list of messages.
    pub fn new(target: Target, mode: Mode, length: Length, requests: impl Requests) -> Self {
        Self {
            target,
            mode,
            length,
            warm_up: Duration::ZERO,
            requests: Arc::new(requests),
            patience: Duration::from_secs(30),
            keep_acknowledged: false,
        }
    }
}
