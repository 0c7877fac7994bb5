//! Where passwords are looked at: one at a time, with few waiting, so that guesses are counted one by one and nobody
//! can have many hashes made at once.
//!
//! Guesses lock an account for a while. So that a stranger cannot keep an operator out that way, a browser in which
//! the operator has signed in before has a waiting room of its own, and its own few tries instead of the lock.

use super::Failure;
use super::known::Known;
use crate::auth::password;
use crate::context::Ctx;
use httpkit::problem::Refusal;
use jiff::{SignedDuration, Timestamp};
use model::Secret;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::gateway::Operator;
use tokio::sync::{OnceCell, Semaphore};
use wire::problem::ProblemType;

/// So many wrong passwords in a row lock an account, or use up what a known browser has.
const TRIES: u32 = 5;
/// An account is locked for so long at first; twice as long after each further wrong password.
const FIRST_LOCK: SignedDuration = SignedDuration::from_mins(1);
/// And never longer than this.
const LONGEST_LOCK: SignedDuration = SignedDuration::from_mins(15);
/// Wrong passwords are forgotten when the last lock has been over for so long.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(1);
/// So many may wait behind the one whose password is being looked at.
const WAITING: usize = 8;

/// What came of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// It is the operator.
    In,
    /// It is not, or the account is locked.
    No,
    /// Too many are waiting.
    Full,
}

/// One queue: who is being looked at, and who waits.
struct Room {
    places: Semaphore,
    turn: tokio::sync::Mutex<()>,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            places: Semaphore::new(WAITING + 1),
            turn: tokio::sync::Mutex::default(),
        }
    }
}

/// The desk.
#[derive(Default)]
pub(super) struct Desk {
    strangers: Room,
    known: Room,
    /// Wrong passwords in a row from a known browser.
    missed: Mutex<HashMap<Known, u32>>,
    /// The hash of a password that nobody has.
    nobodys: OnceCell<String>,
}

impl Desk {
    /// Whether there is such an operator with this password, and the account is not locked. Counts.
    pub(super) async fn look(
        &self,
        ctx: &Ctx,
        name: &str,
        given: Secret,
        browser: Option<Known>,
    ) -> Result<Entry, Failure> {
        let browser = browser.filter(|known| self.missed(known) < TRIES);
        let room = if browser.is_some() {
            &self.known
        } else {
            &self.strangers
        };
        let Ok(_place) = room.places.try_acquire() else {
            return Ok(Entry::Full);
        };
        let _turn = room.turn.lock().await;
        let nobodys = self.nobodys(ctx).await?;
        let now = ctx.now();
        let found = ctx.store.access.operator(name).await?;
        let open = found.filter(|operator| browser.is_some() || !is_locked(operator, now));
        let stored = open
            .as_ref()
            .map_or(nobodys, |operator| &operator.password_hash);
        let fits = fits(given, stored.clone()).await?;
        let Some(operator) = open else {
            return Ok(Entry::No);
        };
        match (fits, browser) {
            (true, browser) => {
                if let Some(known) = browser {
                    self.forget(&known);
                }
                if operator.failures > 0 || operator.locked_until.is_some() {
                    ctx.store.access.set_failures(name, 0, None).await?;
                }
                Ok(Entry::In)
            }
            (false, Some(known)) => {
                self.miss(known);
                Ok(Entry::No)
            }
            (false, None) => {
                let failures = failures(&operator, now).saturating_add(1);
                let until = lock_after(failures).and_then(|period| now.saturating_add(period).ok());
                let counted = ctx.store.access.set_failures(name, failures, until);
                counted.await?;
                Ok(Entry::No)
            }
        }
    }

    async fn nobodys(&self, ctx: &Ctx) -> Result<&String, Failure> {
        let make = async || {
            let chance = model::entropy::bytes::<16>(&*ctx.entropy);
            let chance = Secret::new(format!("{chance:?}"));
            let entropy = Arc::clone(&ctx.entropy);
            let made = blocking(move || password::hash(&chance, &*entropy)).await?;
            made.map_err(|error| Failure::Refused(Refusal::internal(&error)))
        };
        self.nobodys.get_or_try_init(make).await
    }

    fn missed(&self, browser: &Known) -> u32 {
        let missed = self.missed.lock().unwrap_or_else(PoisonError::into_inner);
        missed.get(browser).copied().unwrap_or_default()
    }

    fn miss(&self, browser: Known) {
        let mut missed = self.missed.lock().unwrap_or_else(PoisonError::into_inner);
        *missed.entry(browser).or_default() += 1;
    }

    fn forget(&self, browser: &Known) {
        let mut missed = self.missed.lock().unwrap_or_else(PoisonError::into_inner);
        missed.remove(browser);
    }
}

fn is_locked(operator: &Operator, now: Timestamp) -> bool {
    operator.locked_until.is_some_and(|until| now < until)
}

/// Wrong passwords in a row that still count.
fn failures(operator: &Operator, now: Timestamp) -> u32 {
    let over = operator.locked_until;
    if over.is_some_and(|until| now > until && now.duration_since(until) > FORGOTTEN) {
        0
    } else {
        operator.failures
    }
}

/// For how long an account is locked after so many wrong passwords in a row.
fn lock_after(failures: u32) -> Option<SignedDuration> {
    let further = failures.checked_sub(TRIES)?.min(10);
    let period = FIRST_LOCK.saturating_mul(1 << further);
    Some(period.min(LONGEST_LOCK))
}

async fn fits(given: Secret, stored: String) -> Result<bool, Failure> {
    if given.reveal().len() > password::LONGEST {
        return Ok(false);
    }
    blocking(move || password::fits(&given, &stored)).await
}

/// Hashing takes tens of milliseconds: not on a thread that serves others.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| Failure::Refused(Refusal::new(ProblemType::InternalError)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_doubles_up_to_a_quarter_of_an_hour() {
        let minutes = |failures| lock_after(failures).map(|lock| lock.as_mins());
        assert_eq!(minutes(4), None);
        assert_eq!(minutes(5), Some(1));
        assert_eq!(minutes(6), Some(2));
        assert_eq!(minutes(8), Some(8));
        assert_eq!(minutes(9), Some(15));
        assert_eq!(minutes(u32::MAX), Some(15));
    }

    #[test]
    fn wrong_passwords_fade_after_a_quiet_hour() {
        let locked: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let operator = Operator {
            name: "ann".to_owned(),
            password_hash: String::new(),
            made_at: locked,
            failures: 7,
            locked_until: Some(locked),
        };
        let after = |minutes| failures(&operator, locked + SignedDuration::from_mins(minutes));
        assert_eq!((after(-5), after(60), after(61)), (7, 7, 0));
    }
}
