//! Messages that slipped away after they were claimed, and how long each is left alone.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The first rest.
const LEAST: Duration = Duration::from_secs(5);
/// No rest is longer.
const MOST: Duration = Duration::from_mins(1);

/// How often a message slipped away in a row, and when its rest is over.
struct Rest {
    times: u32,
    until: Instant,
}

/// The messages that rest.
#[derive(Default)]
pub(super) struct Rests(Mutex<HashMap<String, Rest>>);

impl Rests {
    /// The message slipped away: says how long it rests, each time twice as long.
    pub(super) fn begin(&self, message_ref: &str) -> Duration {
        let now = Instant::now();
        let mut rests = self.rests();
        // What rested long ago was taken elsewhere.
        rests.retain(|_, rest| now < rest.until + MOST * 10);
        let times = rests.get(message_ref).map_or(0, |rest| rest.times);
        let time = LEAST.saturating_mul(2_u32.saturating_pow(times)).min(MOST);
        let rest = Rest {
            times: times.saturating_add(1),
            until: now + time,
        };
        rests.insert(message_ref.to_owned(), rest);
        time
    }

    /// The message went its way.
    pub(super) fn end(&self, message_ref: &str) {
        self.rests().remove(message_ref);
    }

    pub(super) fn is_resting(&self, message_ref: &str) -> bool {
        let now = Instant::now();
        self.rests()
            .get(message_ref)
            .is_some_and(|rest| now < rest.until)
    }

    fn rests(&self) -> MutexGuard<'_, HashMap<String, Rest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_slips_away_again_and_again_rests_for_up_to_a_minute() {
        let rests = Rests::default();
        let times: Vec<_> = (0..6).map(|_| rests.begin("m1").as_secs()).collect();
        assert_eq!(times, [5, 10, 20, 40, 60, 60]);
        assert!(rests.is_resting("m1") && !rests.is_resting("m2"));
        rests.end("m1");
        assert!(!rests.is_resting("m1"));
        assert_eq!(rests.begin("m1"), LEAST);
    }
}
