//! Waiting between tries: exponential, with full jitter, so that many toolbars don't come back at once.

use model::{Entropy, entropy};
use std::time::Duration;

/// Counts the tries that failed in a row.
#[derive(Debug, Clone)]
pub(crate) struct Backoff {
    base: Duration,
    cap: Duration,
    failed: u32,
}

impl Backoff {
    /// Waits evenly between nothing and `base`, then twice that, and so on up to `cap`.
    pub(crate) fn new(base: Duration, cap: Duration) -> Self {
        Self {
            base,
            cap,
            failed: 0,
        }
    }

    /// Something worked: the next wait is short again.
    pub(crate) fn reset(&mut self) {
        self.failed = 0;
    }

    /// How long to wait after one more failure; at least as long as the server asked for.
    pub(crate) fn next(&mut self, entropy: &dyn Entropy, asked: Option<Duration>) -> Duration {
        let doubled = 2_u32.saturating_pow(self.failed);
        let most = self.base.saturating_mul(doubled).min(self.cap);
        self.failed = self.failed.saturating_add(1);
        let share = f64::from(u32::from_le_bytes(entropy::bytes(entropy))) / f64::from(u32::MAX);
        // A server may ask for much; an hour is the most that is granted.
        let asked = asked.unwrap_or_default().min(Duration::from_hours(1));
        most.mul_f64(share).max(asked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::entropy::SeededEntropy;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_wait_is_within_its_bounds(seed in any::<u64>(), failures in 0_usize..60, asked in proptest::option::of(0_u64..100)) {
            let (base, cap) = (Duration::from_millis(500), Duration::from_secs(30));
            let entropy = SeededEntropy::new(seed);
            let mut backoff = Backoff::new(base, cap);
            for failed in 0..=failures {
                let asked = asked.map(Duration::from_secs);
                let wait = backoff.next(&entropy, asked);
                let most = base.saturating_mul(2_u32.saturating_pow(u32::try_from(failed).unwrap())).min(cap);
                prop_assert!(wait >= asked.unwrap_or_default());
                prop_assert!(wait <= most.max(asked.unwrap_or_default()));
            }
            backoff.reset();
            prop_assert!(backoff.next(&entropy, None) <= base);
        }
    }
}
