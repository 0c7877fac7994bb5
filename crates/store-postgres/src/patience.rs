//! How long and how often something is tried again.

use model::{Entropy, entropy};
use std::time::Duration;
use tokio::time::Instant;

/// Whoever waits for an answer should have one by then.
pub(crate) const IN_ALL: Duration = Duration::from_secs(8);
const FIRST: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_millis(500);

/// Waits longer from try to try, never twice the same.
pub(crate) struct Patience<'e> {
    entropy: &'e dyn Entropy,
    until: Option<Instant>,
    next: Duration,
    longest: Duration,
}

impl<'e> Patience<'e> {
    /// For something that somebody waits for.
    pub(crate) fn of_a_caller(entropy: &'e dyn Entropy, within: Duration) -> Self {
        Self {
            entropy,
            until: Some(Instant::now() + within),
            next: FIRST,
            longest: LONGEST,
        }
    }

    /// For something that goes on for ever.
    pub(crate) fn endless(entropy: &'e dyn Entropy, longest: Duration) -> Self {
        Self {
            entropy,
            until: None,
            next: FIRST,
            longest,
        }
    }

    /// Waits before the next try; `false` when it is over.
    pub(crate) async fn wait(&mut self) -> bool {
        // Between a half and all of it.
        let share = 0.5 + f64::from(u32::from_be_bytes(entropy::bytes(self.entropy))) / 8.6e9;
        let pause = self.next.mul_f64(share);
        if self
            .until
            .is_some_and(|until| Instant::now() + pause > until)
        {
            return false;
        }
        tokio::time::sleep(pause).await;
        self.next = (self.next * 2).min(self.longest);
        true
    }

    /// It went well: the next trouble begins with a short wait again.
    pub(crate) fn renew(&mut self) {
        self.next = FIRST;
    }
}
