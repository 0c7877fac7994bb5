//! The timetable of an open loop, and what releases its requests.

use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// The longest rest between looks at whether the run was stopped.
const LOOK: Duration = Duration::from_millis(50);
const NANOS: u128 = 1_000_000_000;

/// When each request is due, counted from the start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    rate: u32,
}

impl Schedule {
    /// So many a second, evenly.
    pub(crate) fn new(rate_per_second: u32) -> Self {
        Self {
            rate: rate_per_second.max(1),
        }
    }

    /// When the request with this number is due.
    pub(crate) fn due(self, number: u64) -> Duration {
        let nanos = u128::from(number) * NANOS / u128::from(self.rate);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// How many are due before this much time has passed.
    pub(crate) fn before(self, time: Duration) -> u64 {
        let count = (time.as_nanos() * u128::from(self.rate)).div_ceil(NANOS);
        u64::try_from(count).unwrap_or(u64::MAX)
    }
}

/// Releases requests as they come due: a permit of the semaphore for each.
///
/// Tokio's timers have a grain of a millisecond, which would be in every latency; this is stepped by a thread of
/// its own, whose sleep is a hundred times finer.
pub(crate) struct Ticker {
    schedule: Schedule,
    start: Instant,
    /// How many there are in all.
    total: u64,
    /// When what was not started never will be; none for a run that counts.
    end: Option<Instant>,
    permits: Arc<Semaphore>,
    /// Connections that wait for a permit at the end.
    connections: usize,
    released: u64,
}

impl Ticker {
    pub(crate) fn new(
        schedule: Schedule,
        start: Instant,
        total: u64,
        end: Option<Instant>,
        permits: Arc<Semaphore>,
        connections: usize,
    ) -> Self {
        Self {
            schedule,
            start,
            total,
            end,
            permits,
            connections,
            released: 0,
        }
    }

    /// Releases what is due; how long to rest before the next step, or nothing when all is done.
    pub(crate) fn step(&mut self, now: Instant) -> Option<Duration> {
        if self.permits.is_closed() {
            return None;
        }
        let passed = now.saturating_duration_since(self.start);
        // What is due exactly now counts as due.
        let due = self
            .schedule
            .before(passed + Duration::from_nanos(1))
            .min(self.total);
        self.release(due.saturating_sub(self.released));
        self.released = due;
        if due < self.total {
            let rest = self.schedule.due(due).saturating_sub(passed);
            return Some(rest.min(LOOK));
        }
        match self.end {
            Some(end) if now < end => Some(end.duration_since(now).min(LOOK)),
            Some(_) => {
                self.permits.close();
                None
            }
            None => {
                // Each connection comes once more and finds that there is nothing left.
                self.permits.add_permits(self.connections);
                None
            }
        }
    }

    fn release(&self, count: u64) {
        if let Ok(count) = usize::try_from(count)
            && count > 0
        {
            self.permits.add_permits(count);
        }
    }

    /// Steps until all is done, resting in between; for a thread of its own.
    pub(crate) fn run(mut self) {
        while let Some(rest) = self.step(Instant::now()) {
            std::thread::park_timeout(rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timetable_is_even_and_does_not_drift() {
        let schedule = Schedule::new(3);
        assert_eq!(schedule.due(0), Duration::ZERO);
        assert_eq!(schedule.due(1), Duration::from_nanos(333_333_333));
        assert_eq!(schedule.due(3_000_000), Duration::from_secs(1_000_000));
    }

    #[test]
    fn what_is_due_before_a_time_is_what_is_due_before_it() {
        for rate in [1, 7, 999, 20_000] {
            let schedule = Schedule::new(rate);
            for millis in [0, 1, 999, 1000, 12_345] {
                let time = Duration::from_millis(millis);
                let count = schedule.before(time);
                assert!(schedule.due(count) >= time, "{rate} {millis}");
                assert!(
                    count == 0 || schedule.due(count - 1) < time,
                    "{rate} {millis}"
                );
            }
        }
    }
}
