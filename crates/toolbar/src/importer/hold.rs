//! A claim kept alive while work goes on: renewed after a third of its life, and known to be lost in time.

use jiff::Timestamp;
use model::Clock;
use sdk::ToolbarSession;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// A machine that slept finds out within so long of waking.
const LOOK: Duration = Duration::from_secs(1);

/// The claim is not ours any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lost;

/// Whether a claim is still this toolbar's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holding {
    /// It is; it is renewed in the background.
    Held,
    /// It is not, and never will be again.
    Lost {
        /// Why.
        why: WhyLost,
    },
}

/// Why a claim was lost; shown as a sentence for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WhyLost {
    /// The platform says that it is over: others may have the message now.
    #[error("The message is no longer held for you. Somebody else may have it now.")]
    Over,
    /// It could not be renewed in time: this PC slept, or the platform did not answer.
    #[error("This PC slept or was cut off for too long, so the message is no longer held for you.")]
    NotRenewed,
    /// Whoever opened it is not signed in any more.
    #[error("The practitioner who opened the message has signed out.")]
    SignedOut,
    /// The toolbar was taken offline.
    #[error("This toolbar is offline.")]
    Offline,
}

/// A claim. Dropping it stops the renewal; the claim then ends by itself.
pub(crate) struct Hold {
    claim: Arc<ClaimKept>,
    renewal: JoinHandle<()>,
}

struct ClaimKept {
    calls: ToolbarSession,
    message_ref: String,
    fence: u64,
    life: Duration,
    /// When the claim was last known to be ours.
    granted: Mutex<Asked>,
    clock: Arc<dyn Clock>,
    holding: watch::Sender<Holding>,
}

/// When a claim was asked for: by the stopwatch, which no hand can set but which stands still while the
/// machine sleeps, and by the clock, which goes on.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    stopwatch: Instant,
    clock: Timestamp,
}

impl Asked {
    pub(super) fn now(clock: &Arc<dyn Clock>) -> Self {
        Self {
            stopwatch: Instant::now(),
            clock: clock.now(),
        }
    }

    /// How long ago that was, by whichever says more: too much costs a renewal, or a claim that is given up
    /// too early; too little a write under a claim that is over.
    fn age(self, now: Timestamp) -> Duration {
        let by_clock = Duration::try_from(now.duration_since(self.clock)).unwrap_or_default();
        self.stopwatch.elapsed().max(by_clock)
    }
}

/// How long a claim lives from now, as `until` says. The two clocks may differ, so that nothing longer than
/// the contract's lease is believed, and nonsense is taken for that lease: renewing too often does no harm.
pub(super) fn life(until: &str, now: Timestamp) -> Duration {
    let most = model::message::LEASE.unsigned_abs();
    let until: Option<Timestamp> = until.parse().ok();
    let left = until.and_then(|until| Duration::try_from(until.duration_since(now)).ok());
    left.filter(|left| !left.is_zero())
        .unwrap_or(most)
        .clamp(Duration::from_millis(300), most)
}

impl Hold {
    /// Keeps a claim that was granted at `granted` (before the call) alive.
    pub(super) fn keep(
        calls: ToolbarSession,
        message_ref: String,
        fence: u64,
        life: Duration,
        granted: Asked,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let claim = Arc::new(ClaimKept {
            calls,
            message_ref,
            fence,
            life,
            granted: Mutex::new(granted),
            clock,
            holding: watch::Sender::new(Holding::Held),
        });
        let renewed = Arc::clone(&claim);
        let renewal = tokio::spawn(async move { renewed.keep_renewing().await });
        Self { claim, renewal }
    }

    /// The claim's number.
    pub(crate) fn fence(&self) -> u64 {
        self.claim.fence
    }

    /// What is claimed: the platform's name for it.
    pub(crate) fn message_ref(&self) -> &str {
        &self.claim.message_ref
    }

    /// Whether the claim is ours, now and as it changes.
    pub(crate) fn holding(&self) -> watch::Receiver<Holding> {
        self.claim.holding.subscribe()
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.claim.is_lost()
    }

    /// Returns once the claim is lost.
    pub(crate) async fn lost(&self) {
        let mut holding = self.holding();
        // The sender lives as long as `self`, so that waiting can't fail.
        let _ = holding.wait_for(|now| *now != Holding::Held).await;
    }

    /// The claim is not to be used any more.
    pub(crate) fn lose(&self, why: WhyLost) {
        self.renewal.abort();
        self.claim.lose(why);
    }

    /// Makes sure that the claim is ours for at least half its life from now.
    pub(crate) async fn confirm(&self) -> Result<(), Lost> {
        // Anew when so much of it went by before the answer was here.
        while self.claim.is_lost() || self.claim.age() * 2 >= self.claim.life {
            self.claim.renew().await?;
        }
        Ok(())
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

impl ClaimKept {
    async fn keep_renewing(&self) {
        loop {
            // The stopwatch of a sleeping machine stands still, the clock doesn't.
            tokio::time::sleep(LOOK.min(self.life / 12)).await;
            if self.age() * 3 >= self.life && self.renew().await.is_err() {
                return;
            }
        }
    }

    /// Renews, trying again for as long as the claim can still be alive.
    async fn renew(&self) -> Result<(), Lost> {
        loop {
            if self.is_lost() {
                return Err(Lost);
            }
            let asked = Asked::now(&self.clock);
            // After a sleep the platform's word still counts, if it comes at once.
            let left = self.life.saturating_sub(self.age()).max(self.life / 12);
            let answer =
                tokio::time::timeout(left, self.calls.renew(&self.message_ref, self.fence));
            match answer.await {
                Ok(Ok(_)) => {
                    *self.granted.lock().unwrap_or_else(PoisonError::into_inner) = asked;
                    return Ok(());
                }
                Ok(Err(error)) if matches!(error.status(), Some(401 | 403)) => {
                    return self.give_up(WhyLost::SignedOut);
                }
                // Refused for good: lost or ended.
                Ok(Err(error)) if !error.is_temporary() => return self.give_up(WhyLost::Over),
                Ok(Err(_)) if self.age() < self.life => {
                    tokio::time::sleep(self.life / 12).await;
                }
                Ok(Err(_)) | Err(_) => return self.give_up(WhyLost::NotRenewed),
            }
        }
    }

    fn give_up(&self, why: WhyLost) -> Result<(), Lost> {
        self.lose(why);
        Err(Lost)
    }

    /// The first reason is the one that is shown.
    fn lose(&self, why: WhyLost) {
        self.holding.send_if_modified(|now| {
            let held = *now == Holding::Held;
            if held {
                *now = Holding::Lost { why };
            }
            held
        });
    }

    fn is_lost(&self) -> bool {
        *self.holding.borrow() != Holding::Held
    }

    fn age(&self) -> Duration {
        let granted = *self.granted.lock().unwrap_or_else(PoisonError::into_inner);
        granted.age(self.clock.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_ages_by_the_clock_while_the_stopwatch_stands_still_and_never_grows_younger() {
        let clock = Arc::new(model::clock::ManualClock::at(Timestamp::UNIX_EPOCH));
        let shared: Arc<dyn Clock> = clock.clone();
        let asked = Asked::now(&shared);
        clock.advance(jiff::SignedDuration::from_secs(90));
        assert!(asked.age(shared.now()) >= Duration::from_secs(90));
        clock.advance(jiff::SignedDuration::from_hours(-1));
        let age = asked.age(shared.now());
        assert!(age <= asked.stopwatch.elapsed());
    }

    #[test]
    fn the_life_of_a_claim_is_believed_within_reason() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        for (until, seconds) in [
            ("2026-11-21T12:00:30Z", 30),
            ("2026-11-21T12:01:00Z", 60),
            ("2026-11-21T12:10:00Z", 60),
            ("2026-11-21T11:59:00Z", 60),
            ("soon", 60),
        ] {
            assert_eq!(life(until, now), Duration::from_secs(seconds), "{until}");
        }
    }
}
