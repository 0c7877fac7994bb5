//! How slowly the other side may send or read before it is given up.
//!
//! Only time spent waiting for the other side counts: a server that is busy blames nobody for it.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// Bounds on waiting for the other side of a connection, in either direction.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The longest wait for the next byte.
    pub silence: Duration,
    /// All waits together may last so long, and longer by what was moved.
    pub grace: Duration,
    /// Each so many bytes moved allow one second of waiting more: the lowest rate, in the long run.
    pub bytes_per_second: u32,
}

impl Default for Pace {
    /// 30 seconds of silence; 30 seconds of waiting and one more for each 16 KiB. A byte every 29
    /// seconds ends after the second one; 70 MiB may take 75 minutes.
    fn default() -> Self {
        Self {
            silence: Duration::from_secs(30),
            grace: Duration::from_secs(30),
            bytes_per_second: 16 * 1024,
        }
    }
}

/// What one body, or one direction of a connection, has used of its pace.
#[derive(Debug)]
pub(crate) struct Meter {
    pace: Pace,
    moved: u64,
    waited: Duration,
    since: Option<Instant>,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Meter {
    pub(crate) fn new(pace: Pace) -> Self {
        Self {
            pace,
            moved: 0,
            waited: Duration::ZERO,
            since: None,
            alarm: None,
        }
    }

    /// The wait is over, if there was one: so many bytes moved.
    pub(crate) fn moved(&mut self, bytes: usize) {
        if let Some(since) = self.since.take() {
            self.waited += since.elapsed();
        }
        self.moved = self.moved.saturating_add(bytes as u64);
    }

    /// So many bytes were handed over at once, and the other side is waited for to take them: until
    /// when that may last. The wait is over when something else moves.
    pub(crate) fn handed(&mut self, bytes: usize) -> Instant {
        self.moved(bytes);
        let begun = *self.since.insert(Instant::now());
        // Nobody sees how much of them was taken already.
        let alone = self.pace.silence + self.earned(bytes as u64);
        begun + self.left().min(alone)
    }

    fn earned(&self, bytes: u64) -> Duration {
        Duration::from_secs(bytes / u64::from(self.pace.bytes_per_second.max(1)))
    }

    fn left(&self) -> Duration {
        (self.pace.grace + self.earned(self.moved)).saturating_sub(self.waited)
    }

    /// Nothing moves at present. Ready when there is no patience left.
    pub(crate) fn poll_patience(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let since = *self.since.get_or_insert_with(Instant::now);
        let end = since + self.left().min(self.pace.silence);
        // The end only ever moves on, so an alarm that was set before is never late.
        let alarm = self
            .alarm
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(end)));
        while alarm.as_mut().poll(context).is_ready() {
            if Instant::now() >= end {
                return Poll::Ready(());
            }
            alarm.as_mut().reset(end);
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests;
