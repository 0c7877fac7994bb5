//! When a failing platform is left alone, and when it is asked again. Time is an argument.

use super::Heard;
use jiff::{SignedDuration, Timestamp};

/// So many failures in a row, and the platform is left alone.
pub(crate) const THRESHOLD: u32 = 5;
/// A probe that has said nothing for so long is lost.
const PROBE_LOST: SignedDuration = SignedDuration::from_secs(60);
/// The longest pause that a platform may ask for.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(24);

/// Whether to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum May {
    /// Call.
    Go,
    /// Ask once whether it is there, and say what came of it by [`Breaker::probed`]. Nobody else is told so.
    Probe,
    /// Not before this moment.
    Wait(Timestamp),
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Calls go through.
    Closed {
        /// In a row.
        failures: u32,
        /// How long it rests when it fails again.
        rest: SignedDuration,
    },
    /// No calls.
    Open {
        since: Timestamp,
        rest: SignedDuration,
    },
    /// One call is on its way to see.
    Probing {
        since: Timestamp,
        rest: SignedDuration,
    },
}

/// The state of one platform, as one node sees it.
#[derive(Clone, Debug)]
pub(crate) struct Breaker {
    first: SignedDuration,
    longest: SignedDuration,
    state: State,
    /// It asked to be left alone: from when, how long.
    pause: Option<(Timestamp, SignedDuration)>,
}

impl Breaker {
    /// Rests for `first` after the first failures, twice as long each time after, up to `longest`.
    pub(crate) fn new(first: SignedDuration, longest: SignedDuration) -> Self {
        Self {
            first,
            longest,
            state: State::Closed {
                failures: 0,
                rest: first,
            },
            pause: None,
        }
    }

    /// Whether to call at `now`.
    pub(crate) fn may(&mut self, now: Timestamp) -> May {
        if let Some((since, time)) = self.pause {
            if let Some(until) = ahead(since, time, now) {
                return May::Wait(until);
            }
            self.pause = None;
        }
        match self.state {
            State::Closed { .. } => May::Go,
            State::Open { since, rest } => self.wait_or_probe(since, rest, rest, now),
            State::Probing { since, rest } => self.wait_or_probe(since, PROBE_LOST, rest, now),
        }
    }

    fn wait_or_probe(
        &mut self,
        since: Timestamp,
        time: SignedDuration,
        rest: SignedDuration,
        now: Timestamp,
    ) -> May {
        if let Some(until) = ahead(since, time, now) {
            return May::Wait(until);
        }
        self.state = State::Probing { since: now, rest };
        May::Probe
    }

    /// Takes what a call other than a probe told.
    pub(crate) fn heard(&mut self, now: Timestamp, what: Heard) {
        match (what, self.state) {
            // Calls that were on their way when it opened tell nothing new.
            (Heard::Nothing, _)
            | (Heard::Failed | Heard::Misconfigured, State::Open { .. } | State::Probing { .. }) => {
            }
            (Heard::Good, _) => {
                self.state = State::Closed {
                    failures: 0,
                    rest: self.first,
                };
            }
            (Heard::Busy(time), _) => self.busy(now, time),
            (Heard::Misconfigured, State::Closed { rest, .. }) => self.open(now, rest),
            (Heard::Failed, State::Closed { failures, rest }) if failures + 1 >= THRESHOLD => {
                self.open(now, rest);
            }
            (Heard::Failed, State::Closed { failures, rest }) => {
                self.state = State::Closed {
                    failures: failures + 1,
                    rest,
                };
            }
        }
    }

    /// Takes what the probe found. After a good one, one failure is enough to open it again, for longer.
    pub(crate) fn probed(&mut self, now: Timestamp, good: bool) {
        let State::Probing { rest, .. } = self.state else {
            return;
        };
        let longer = rest.saturating_mul(2).min(self.longest);
        if good {
            self.state = State::Closed {
                failures: THRESHOLD - 1,
                rest: longer,
            };
        } else {
            self.open(now, longer);
        }
    }

    /// Whether calls go through, a pause aside.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed { .. })
    }

    fn open(&mut self, now: Timestamp, rest: SignedDuration) {
        self.state = State::Open { since: now, rest };
    }

    fn busy(&mut self, now: Timestamp, time: SignedDuration) {
        let time = time.clamp(SignedDuration::ZERO, LONGEST_PAUSE);
        let longer = match self.pause {
            Some((since, before)) => ahead(since, before, now).is_none_or(|end| end < now + time),
            None => true,
        };
        if longer {
            self.pause = Some((now, time));
        }
    }
}

/// The end of a time that began at `since`, if it lies ahead. A clock that was set back must not make it longer.
fn ahead(since: Timestamp, time: SignedDuration, now: Timestamp) -> Option<Timestamp> {
    let end = since.saturating_add(time).unwrap_or(Timestamp::MAX);
    (now < end && now >= since).then_some(end)
}

#[cfg(test)]
mod tests;
