//! Who may send when: at once in a closed loop, by the timetable in an open one.

use crate::plan::Length;
use crate::schedule::Schedule;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// Hands out leave to send, until there is none left.
pub(super) struct Turns {
    length: Length,
    /// The end of the warm-up.
    measure_from: Instant,
    /// How many requests have begun, warm-up included.
    begun: AtomicU64,
    /// How many of them count.
    counted: AtomicU64,
    open: Option<Open>,
}

/// A timetable.
pub(super) struct Open {
    pub(super) schedule: Schedule,
    pub(super) start: Instant,
    /// How many requests it has, warm-up included.
    pub(super) total: u64,
    /// One for each that is due and not yet begun.
    pub(super) permits: Arc<Semaphore>,
}

/// Leave to send one request.
pub(super) struct Turn {
    pub(super) number: u64,
    /// When it should start; none in closed loop.
    pub(super) due: Option<Instant>,
    /// Whether it is after the warm-up.
    pub(super) counts: bool,
}

impl Turns {
    pub(super) fn new(length: Length, measure_from: Instant, open: Option<Open>) -> Self {
        Self {
            length,
            measure_from,
            begun: AtomicU64::new(0),
            counted: AtomicU64::new(0),
            open,
        }
    }

    /// Waits for the next turn; `None` at the end.
    pub(super) async fn next(&self) -> Option<Turn> {
        match &self.open {
            Some(open) => {
                open.permits.acquire().await.ok()?.forget();
                let number = self.begun.fetch_add(1, Ordering::Relaxed);
                let due = open.start + open.schedule.due(number);
                (number < open.total).then(|| Turn {
                    number,
                    due: Some(due),
                    counts: due >= self.measure_from,
                })
            }
            None => {
                let now = Instant::now();
                let counts = now >= self.measure_from;
                let goes_on = match self.length {
                    _ if !counts => true,
                    Length::Count(most) => self.counted.fetch_add(1, Ordering::Relaxed) < most,
                    Length::For(time) => now < self.measure_from + time,
                };
                goes_on.then(|| Turn {
                    number: self.begun.fetch_add(1, Ordering::Relaxed),
                    due: None,
                    counts,
                })
            }
        }
    }

    /// Ends an open loop; a closed one asks whether it was stopped.
    pub(super) fn end(&self) {
        if let Some(open) = &self.open {
            open.permits.close();
        }
    }

    /// How many of the timetable were never started.
    pub(super) fn missed(&self) -> u64 {
        self.open.as_ref().map_or(0, |open| {
            open.total
                .saturating_sub(self.begun.load(Ordering::Relaxed))
        })
    }
}
