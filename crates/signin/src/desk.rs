//! Where passwords are looked at: one at a time, with few waiting, so that guesses are counted one by one and nobody
//! can have many hashes made at once.
//!
//! Guesses lock an account for a while. So that a stranger cannot keep its owner out that way, a browser in which the
//! owner has signed in before has a waiting room of its own, and its own few tries instead of the lock.

use crate::door::{Door, Entrant};
use crate::house::House;
use crate::known::Known;
use crate::password;
use httpkit::problem::Refusal;
use jiff::{SignedDuration, Timestamp};
use model::Secret;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};
use wire::problem::ProblemType;

/// So many wrong passwords in a row lock an account, or use up what a known browser has.
const TRIES: u32 = 5;
/// An account is locked for so long at first; twice as long after each further wrong password.
const FIRST_LOCK: SignedDuration = SignedDuration::from_mins(1);
/// And never longer than this.
const LONGEST_LOCK: SignedDuration = SignedDuration::from_mins(15);
/// Wrong passwords are forgotten when the last lock has been over for so long.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(1);
/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// It is the owner of the account: an operator's name, a patient's id.
    In(String),
    /// It is not, or the account is locked.
    No,
    /// Too many are waiting.
    Full,
}

/// One queue: who is being looked at, and who waits.
struct Room {
    places: Arc<Semaphore>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// Whose turn it is. Work that is under way keeps it to its end, even if whoever asked has hung up: else nobody would
/// hold up those who ask and hang up again and again.
struct Turn {
    _place: OwnedSemaphorePermit,
    _turn: OwnedMutexGuard<()>,
}

impl Room {
    fn new(waiting: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(waiting.saturating_add(1))),
            turn: Arc::default(),
        }
    }

    /// Waits for a turn; `None` when too many do.
    async fn enter(&self) -> Option<Turn> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        Some(Turn {
            _place: place,
            _turn: Arc::clone(&self.turn).lock_owned().await,
        })
    }
}

/// The desk.
pub struct Desk {
    strangers: Room,
    known: Room,
    /// Wrong passwords in a row from a known browser.
    missed: Mutex<HashMap<Known, u32>>,
    /// The hash of a password that nobody has.
    nobodys: OnceLock<String>,
}

impl Desk {
    /// A desk at which so many may wait behind the one whose password is being looked at.
    #[must_use]
    pub fn new(waiting: usize) -> Self {
        Self {
            strangers: Room::new(waiting),
            known: Room::new(waiting),
            missed: Mutex::default(),
            nobodys: OnceLock::new(),
        }
    }

    /// Whether there is an account of this name with this password that is not locked. Counts, even if whoever asked
    /// has hung up: from its turn on the look is a task of its own.
    ///
    /// # Errors
    /// [`Refusal`] when storage fails.
    pub async fn look<D: Door>(
        self: &Arc<Self>,
        house: &Arc<D::House>,
        name: &str,
        given: Secret,
        browser: Option<Known>,
    ) -> Result<Entry, Refusal> {
        let browser = browser.filter(|known| self.missed(known) < TRIES);
        let room = if browser.is_some() {
            &self.known
        } else {
            &self.strangers
        };
        let Some(turn) = room.enter().await else {
            return Ok(Entry::Full);
        };
        let (desk, house, name) = (Arc::clone(self), Arc::clone(house), name.to_owned());
        let look = async move {
            desk.look_in_turn::<D>(&house, &name, given, browser, turn)
                .await
        };
        let looked = tokio::spawn(look).await;
        looked.map_err(|_| Refusal::new(ProblemType::InternalError))?
    }

    async fn look_in_turn<D: Door>(
        &self,
        house: &D::House,
        name: &str,
        given: Secret,
        browser: Option<Known>,
        turn: Turn,
    ) -> Result<Entry, Refusal> {
        let (nobodys, turn) = self.nobodys(house, turn).await?;
        let now = house.now();
        let found = D::find(house, name).await?;
        let open = found.filter(|owner| browser.is_some() || !is_locked(owner, now));
        let stored = open.as_ref().map_or(&nobodys, |owner| &owner.password_hash);
        // Until the try is counted.
        let (fits, _turn) = fits(given, stored.clone(), turn).await?;
        let Some(owner) = open else {
            return Ok(Entry::No);
        };
        match (fits, browser) {
            (true, browser) => {
                if let Some(known) = browser {
                    self.forget(&known);
                }
                if owner.failures > 0 || owner.locked_until.is_some() {
                    D::count(house, &owner.whose, 0, None).await?;
                }
                Ok(Entry::In(owner.whose))
            }
            (false, Some(known)) => {
                self.miss(known);
                Ok(Entry::No)
            }
            (false, None) => {
                let failures = failures(&owner, now).saturating_add(1);
                let until = lock_after(failures).and_then(|period| now.saturating_add(period).ok());
                D::count(house, &owner.whose, failures, until).await?;
                Ok(Entry::No)
            }
        }
    }

    /// What is stored instead of a new password; it waits with the strangers. `None` when too many do.
    ///
    /// # Errors
    /// [`Refusal`] when no hash can be made.
    pub async fn hash(
        &self,
        house: &impl House,
        password: Secret,
    ) -> Result<Option<String>, Refusal> {
        let Some(turn) = self.strangers.enter().await else {
            return Ok(None);
        };
        let (hash, _turn) = hashed(house, password, turn).await?;
        Ok(Some(hash))
    }

    async fn nobodys(&self, house: &impl House, turn: Turn) -> Result<(String, Turn), Refusal> {
        if let Some(made) = self.nobodys.get() {
            return Ok((made.clone(), turn));
        }
        let chance = model::entropy::bytes::<16>(&**house.entropy());
        let (made, turn) = hashed(house, Secret::new(format!("{chance:?}")), turn).await?;
        // The other room may have made one meanwhile: either will do.
        Ok((self.nobodys.get_or_init(|| made).clone(), turn))
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

async fn hashed(
    house: &impl House,
    password: Secret,
    turn: Turn,
) -> Result<(String, Turn), Refusal> {
    let entropy = Arc::clone(house.entropy());
    let (made, turn) = blocking(turn, move || password::hash(&password, &*entropy)).await?;
    let made = made.map_err(|error| Refusal::internal(&error))?;
    Ok((made, turn))
}

fn is_locked(owner: &Entrant, now: Timestamp) -> bool {
    owner.locked_until.is_some_and(|until| now < until)
}

/// Wrong passwords in a row that still count.
fn failures(owner: &Entrant, now: Timestamp) -> u32 {
    let over = owner.locked_until;
    if over.is_some_and(|until| now > until && now.duration_since(until) > FORGOTTEN) {
        0
    } else {
        owner.failures
    }
}

/// For how long an account is locked after so many wrong passwords in a row.
fn lock_after(failures: u32) -> Option<SignedDuration> {
    let further = failures.checked_sub(TRIES)?.min(10);
    let period = FIRST_LOCK.saturating_mul(1 << further);
    Some(period.min(LONGEST_LOCK))
}

async fn fits(given: Secret, stored: String, turn: Turn) -> Result<(bool, Turn), Refusal> {
    if given.reveal().len() > password::LONGEST {
        return Ok((false, turn));
    }
    blocking(turn, move || password::fits(&given, &stored)).await
}

/// Hashing takes tens of milliseconds and megabytes: not on a thread that serves others, and not without a turn, which
/// comes back with what came of it.
async fn blocking<T: Send + 'static>(
    turn: Turn,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<(T, Turn), Refusal> {
    let done = tokio::task::spawn_blocking(move || (work(), turn)).await;
    done.map_err(|_| Refusal::new(ProblemType::InternalError))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

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

    #[tokio::test]
    async fn who_hangs_up_keeps_the_turn_until_the_work_is_done() {
        let room = Room::new(1);
        let turn = room.enter().await.unwrap();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let work = blocking(turn, move || ended.recv());
        let short = Duration::from_millis(50);
        assert!(tokio::time::timeout(short, work).await.is_err(), "hung up");
        // Others wait for it, a few of them.
        let mut next = Box::pin(room.enter());
        assert!(tokio::time::timeout(short, &mut next).await.is_err());
        assert!(room.enter().await.is_none(), "full");
        end.send(()).unwrap();
        let long = Duration::from_secs(10);
        let turn = tokio::time::timeout(long, next).await.unwrap();
        assert!(turn.is_some());
    }

    #[test]
    fn wrong_passwords_fade_after_a_quiet_hour() {
        let locked: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let owner = Entrant {
            whose: "ann".to_owned(),
            password_hash: String::new(),
            failures: 7,
            locked_until: Some(locked),
        };
        let after = |minutes| failures(&owner, locked + SignedDuration::from_mins(minutes));
        assert_eq!((after(-5), after(60), after(61)), (7, 7, 0));
    }
}
