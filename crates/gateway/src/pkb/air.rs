//! What is in the air in this process: flights, so that many callers share one; and what must not be cut short.

use super::NotRead;
use httpkit::lifecycle::Shutdown;
use httpkit::problem::Refusal;
use jiff::{SignedDuration, Timestamp};
use model::AppUserId;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{OnceCell, watch};
use wire::problem::ProblemType;

/// First uses are noted for so many links; then the list begins anew, which costs a write each.
const MOST_NOTED: usize = 10_000;

/// A pair of tokens of a link: its generation grows with each renewal.
pub(super) type Pair = (AppUserId, u64);

/// How a flight ended, for those who waited: well, if the tokens are to be looked at again.
pub(super) type Ended = Result<(), NotRead>;

/// Tells when a flight has ended.
pub(super) type Arrival = watch::Receiver<Option<Ended>>;

/// What is in the air. Clones share it.
#[derive(Clone)]
pub(super) struct Air(Arc<Shared>);

struct Shared {
    /// This process, in the journal.
    holder: String,
    now: Mutex<Now>,
    busy: watch::Sender<usize>,
    /// What a former process of a sole node left was settled.
    settled: OnceCell<()>,
}

#[derive(Default)]
struct Now {
    flights: HashMap<Pair, Flying>,
    /// Renewals that brought nothing: nobody asks for one in this time. A clock that was set back does not make it longer.
    resting: HashMap<Pair, Range<Timestamp>>,
    /// Links that were renewed because of what a read said: not again in this time.
    forced: HashMap<AppUserId, (u64, Range<Timestamp>)>,
    /// Pairs whose first use was noted.
    noted: HashMap<AppUserId, u64>,
}

struct Flying {
    arrival: Arrival,
    /// The end of its lease, once it has one.
    until: Option<Timestamp>,
}

/// What came of asking for a place.
pub(super) enum Boarding {
    /// It is in the air already.
    Joined(Arrival),
    /// The caller has to fly.
    Pilot(Pilot, Arrival),
    /// Nothing is begun any more, for the process ends.
    Closed,
}

impl Air {
    pub(super) fn new(holder: String) -> Self {
        Self(Arc::new(Shared {
            holder,
            now: Mutex::default(),
            busy: watch::channel(0).0,
            settled: OnceCell::new(),
        }))
    }

    pub(super) fn holder(&self) -> &str {
        &self.0.holder
    }

    pub(super) fn settled(&self) -> &OnceCell<()> {
        &self.0.settled
    }

    /// Joins the flight of a pair, or begins one.
    pub(super) fn board(&self, pair: &Pair, shutdown: &Shutdown) -> Boarding {
        let mut now = self.lock();
        if let Some(flying) = now.flights.get(pair) {
            return Boarding::Joined(flying.arrival.clone());
        }
        // Under the lock: whoever waits for the last one has it or sees this.
        if shutdown.has_begun() {
            return Boarding::Closed;
        }
        let (landed, arrival) = watch::channel(None);
        let flying = Flying {
            arrival: arrival.clone(),
            until: None,
        };
        now.flights.insert(pair.clone(), flying);
        let pilot = Pilot {
            air: self.clone(),
            pair: pair.clone(),
            landed,
            _busy: self.busy(),
        };
        Boarding::Pilot(pilot, arrival)
    }

    /// Whether a flight here looks as if its lease had ended: it is slow, or the clock was set. It still lands.
    pub(super) fn is_late(&self, at: Timestamp) -> bool {
        let late = |flying: &Flying| flying.until.is_some_and(|until| until <= at);
        self.lock().flights.values().any(late)
    }

    /// Until when nobody asks to renew this pair.
    pub(super) fn rests(&self, pair: &Pair, at: Timestamp) -> Option<Timestamp> {
        let rest = self.lock().resting.get(pair).cloned();
        rest.filter(|rest| rest.contains(&at)).map(|rest| rest.end)
    }

    /// Nobody asks to renew this pair for a while.
    pub(super) fn rest(&self, pair: &Pair, rest: Range<Timestamp>) {
        let mut now = self.lock();
        now.resting.retain(|_, other| other.contains(&rest.start));
        now.resting.insert(pair.clone(), rest);
    }

    /// Whether a pair may be renewed because of what a read says; if so, the pair that comes of it may not for `pause`.
    /// Whoever read with the same pair, or an older one, may join: that spends nothing more.
    pub(super) fn may_force(
        &self,
        (patient, generation): &Pair,
        at: Timestamp,
        pause: SignedDuration,
    ) -> bool {
        let mut now = self.lock();
        now.forced.retain(|_, (_, rest)| rest.contains(&at));
        if let Some((forced, _)) = now.forced.get(patient) {
            return generation <= forced;
        }
        let until = at.saturating_add(pause).unwrap_or(at);
        now.forced.insert(patient.clone(), (*generation, at..until));
        true
    }

    /// Whether this is the first use of a pair that this process knows of.
    pub(super) fn is_first_use(&self, (patient, generation): &Pair) -> bool {
        let mut now = self.lock();
        if now.noted.len() >= MOST_NOTED {
            now.noted.clear();
        }
        now.noted.insert(patient.clone(), *generation) != Some(*generation)
    }

    /// Its note could not be written.
    pub(super) fn forget_use(&self, (patient, _): &Pair) {
        self.lock().noted.remove(patient);
    }

    /// The process does not end before this is dropped.
    pub(super) fn busy(&self) -> Busy {
        self.0.busy.send_modify(|count| *count += 1);
        Busy(self.clone())
    }

    /// Waits until nothing is in the air.
    pub(super) async fn is_empty(&self) {
        let mut busy = self.0.busy.subscribe();
        // The sender lives in `self`.
        drop(busy.wait_for(|count| *count == 0).await);
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.0.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something is done that must come to its end.
pub(super) struct Busy(Air);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.0.busy.send_modify(|count| *count -= 1);
    }
}

/// Flies. When it is dropped, those who waited hear of it.
pub(super) struct Pilot {
    air: Air,
    pair: Pair,
    landed: watch::Sender<Option<Ended>>,
    _busy: Busy,
}

impl Pilot {
    pub(super) fn pair(&self) -> &Pair {
        &self.pair
    }

    /// The lease ends then.
    pub(super) fn has_until(&self, until: Timestamp) {
        if let Some(flying) = self.air.lock().flights.get_mut(&self.pair) {
            flying.until = Some(until);
        }
    }

    /// The end.
    pub(super) fn lands(self, ended: Ended) {
        self.landed.send_replace(Some(ended));
    }
}

impl Drop for Pilot {
    fn drop(&mut self) {
        self.air.lock().flights.remove(&self.pair);
        self.landed.send_if_modified(|ended| {
            let crashed = ended.is_none();
            if crashed {
                let refusal = Refusal::new(ProblemType::InternalError);
                *ended = Some(Err(NotRead::Fault(refusal)));
            }
            crashed
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_pair_is_renewed_by_force_and_all_who_read_with_it_may_join() {
        let air = Air::new("node".to_owned());
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let pause = SignedDuration::from_mins(1);
        let pair = |name: &str, generation| (AppUserId::parse(name).unwrap(), generation);
        for generation in [7, 7, 6] {
            assert!(air.may_force(&pair("amy", generation), now, pause));
        }
        assert!(!air.may_force(&pair("amy", 8), now, pause), "a new one");
        assert!(air.may_force(&pair("ben", 8), now, pause));
        assert!(air.may_force(&pair("amy", 8), now + pause, pause));
    }
}
