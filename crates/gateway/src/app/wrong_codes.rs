//! One practitioner's wrong access codes must not stop everybody else's: the platform counts those of the whole
//! client system (contract C), so each user has a share of its own, counted here by each node.

use jiff::{SignedDuration, Timestamp};
use model::UserId;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many wrong codes of one user in [`WINDOW`]; the platform takes five of them all.
const MOST: usize = 3;
/// As long as the platform counts.
const WINDOW: SignedDuration = SignedDuration::from_secs(60);

/// Codes of the last minute that were wrong, or are being tried.
#[derive(Default)]
pub(crate) struct WrongCodes {
    tried: Mutex<HashMap<UserId, Vec<Timestamp>>>,
}

impl WrongCodes {
    /// Counts a code that is about to be tried, or says how many seconds to wait.
    pub(crate) fn begin(&self, user: &UserId, now: Timestamp) -> Result<(), u64> {
        let mut tried = self.lock();
        tried.retain(|_, times| {
            // One of a clock that was ahead counts for nothing.
            times.retain(|at| *at <= now && now.duration_since(*at) < WINDOW);
            !times.is_empty()
        });
        let times = tried.entry(user.clone()).or_default();
        match times.first() {
            Some(first) if times.len() >= MOST => {
                let left = WINDOW - now.duration_since(*first);
                let millis = u64::try_from(left.as_millis()).unwrap_or(0);
                Err(millis.div_ceil(1000).max(1))
            }
            _ => {
                times.push(now);
                Ok(())
            }
        }
    }

    /// The code that was begun at this time was not wrong.
    pub(crate) fn forgive(&self, user: &UserId, begun: Timestamp) {
        let mut tried = self.lock();
        if let Some(times) = tried.get_mut(user)
            && let Some(place) = times.iter().position(|at| *at == begun)
        {
            times.remove(place);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, Vec<Timestamp>>> {
        self.tried.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_user_has_three_a_minute_and_right_ones_do_not_count() {
        let codes = WrongCodes::default();
        let [ada, bob] = ["ada", "bob"].map(|name| UserId::parse(name).unwrap());
        let start: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let at = |seconds| start + SignedDuration::from_secs(seconds);
        for second in 0..5 {
            assert_eq!(codes.begin(&ada, at(second)), Ok(()));
            codes.forgive(&ada, at(second));
        }
        for second in 5..8 {
            assert_eq!(codes.begin(&ada, at(second)), Ok(()));
        }
        assert_eq!(codes.begin(&ada, at(10)), Err(55));
        assert_eq!(codes.begin(&bob, at(10)), Ok(()));
        assert_eq!(codes.begin(&ada, at(64)), Err(1));
        assert_eq!(codes.begin(&ada, at(65)), Ok(()));
        assert_eq!(codes.begin(&ada, at(65)), Err(1));
        // A clock that is set back locks nobody out.
        assert_eq!(codes.begin(&ada, at(-500)), Ok(()));
    }
}
