//! How many large bodies are read at once, and how they take turns, so that neither many nor slow
//! senders hold anybody up.
//!
//! A small body never waits. A large one needs a place; one that brings nothing for a while gives its
//! place back until it goes on, and one that takes long queues again behind those who wait. A body
//! that waits is not read, so its sender is held by TCP.

use axum::body::{BodyDataStream, Bytes};
use futures_util::StreamExt as _;
use httpkit::metrics::Metrics;
use httpkit::paced;
use httpkit::problem::Refusal;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};
use wire::problem::ProblemType;

/// Bodies up to so many bytes are small.
pub(crate) const SMALL: u64 = 64 * 1024;

/// Bodies that may pause, for each that may be read: what they left in files is open.
const PAUSED_PER_PLACE: usize = 8;

/// What a sender is told to wait before it comes back, in seconds.
const RETRY_AFTER: u64 = 5;

/// How large request bodies are read beside each other. Small ones never wait.
#[derive(Clone, Copy, Debug)]
pub struct LargeBodies {
    /// So many are read at the same time; at least 1.
    pub at_once: usize,
    /// A new one waits so long for a place, then the answer is 503.
    pub wait: Duration,
    /// One that was begun waits so long to go on.
    pub wait_again: Duration,
    /// One that brings nothing for so long gives its place back until it goes on.
    pub pause: Duration,
    /// One that keeps a place for so long queues again, behind those who wait.
    pub turn: Duration,
}

impl Default for LargeBodies {
    fn default() -> Self {
        Self {
            at_once: 64,
            wait: Duration::from_secs(5),
            wait_again: Duration::from_secs(30),
            pause: Duration::from_secs(1),
            turn: Duration::from_secs(2),
        }
    }
}

/// A server's budget. Clones share it.
#[derive(Clone)]
pub struct Budget(Arc<Shared>);

struct Shared {
    limits: LargeBodies,
    reading: Arc<Semaphore>,
    paused: Semaphore,
    unwanted: Semaphore,
    in_use: Gauge,
    pausing: Gauge,
    refused: Counter,
}

impl Budget {
    /// A budget of these limits, measured with the server's other figures.
    pub fn new(limits: LargeBodies, metrics: &Metrics) -> Self {
        let places = limits
            .at_once
            .clamp(1, Semaphore::MAX_PERMITS / PAUSED_PER_PLACE);
        let shared = Shared {
            limits,
            reading: Arc::new(Semaphore::new(places)),
            paused: Semaphore::new(places * PAUSED_PER_PLACE),
            unwanted: Semaphore::new(places),
            in_use: Gauge::default(),
            pausing: Gauge::default(),
            refused: Counter::default(),
        };
        metrics.register(|registry| {
            registry.register(
                "baton_large_bodies",
                "Large request bodies being read",
                shared.in_use.clone(),
            );
            registry.register(
                "baton_large_bodies_paused",
                "Large request bodies whose sender brings nothing, or that wait to go on",
                shared.pausing.clone(),
            );
            registry.register(
                "baton_large_bodies_refused",
                "Large request bodies for which there was no place",
                shared.refused.clone(),
            );
        });
        Self(Arc::new(shared))
    }

    /// Admits a body of a declared length, or of an unknown one.
    ///
    /// # Errors
    /// 503 when it is large and no place came free in time.
    pub async fn admit(&self, declared: Option<u64>) -> Result<Turn, Refusal> {
        let mut turn = Turn {
            budget: self.clone(),
            large: declared.is_some_and(|length| length > SMALL),
            received: 0,
            place: None,
        };
        if turn.large {
            turn.take(self.0.limits.wait).await?;
        }
        Ok(turn)
    }

    /// Reads up to `most` bytes of a body that nobody wants, as far as that holds nobody up.
    pub(crate) async fn discard(&self, pieces: &mut BodyDataStream, most: u64) {
        let mut left = most;
        let mut place = None;
        while let Some(Ok(piece)) = pieces.next().await {
            left = left.saturating_sub(piece.len() as u64);
            if place.is_none() && most - left > SMALL {
                let Ok(free) = self.0.unwanted.try_acquire() else {
                    return;
                };
                place = Some(free);
            }
            if left == 0 {
                return;
            }
        }
    }

    fn refuse(&self) -> Refusal {
        self.0.refused.inc();
        Refusal::new(ProblemType::Unavailable)
            .detail("Too many large requests are on their way. This one may be sent again.")
            .retry_after(RETRY_AFTER)
    }
}

/// One body's turn. Whoever holds it to the end of the request keeps the place until then.
pub struct Turn {
    budget: Budget,
    large: bool,
    received: u64,
    place: Option<Place>,
}

/// A place among the bodies being read.
struct Place {
    in_use: Gauge,
    since: Instant,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.in_use.dec();
    }
}

/// Counts a body that pauses.
struct Pause<'a>(&'a Gauge);

impl Drop for Pause<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Turn {
    /// The next piece of the body, or `None` at its end.
    ///
    /// # Errors
    /// 400 when the body broke off, 503 when it may not go on or came too slowly.
    pub(crate) async fn next(
        &mut self,
        pieces: &mut BodyDataStream,
    ) -> Result<Option<Bytes>, Refusal> {
        let budget = self.budget.clone();
        let shared = &*budget.0;
        let limits = &shared.limits;
        let next = if self.place.is_none() {
            pieces.next().await
        } else if let Ok(next) = timeout(limits.pause, pieces.next()).await {
            next
        } else {
            // Others go on meanwhile. When too many pause, it is this one that goes, not a newcomer.
            self.place = None;
            let _paused = shared.paused.try_acquire().map_err(|_| budget.refuse())?;
            shared.pausing.inc();
            let _counted = Pause(&shared.pausing);
            let next = pieces.next().await;
            if next.is_some() {
                self.take(limits.wait_again).await?;
            }
            next
        };
        let Some(piece) = next else {
            return Ok(None);
        };
        // Nobody may be left to read the answer, but the log line should say what happened.
        let piece = piece.map_err(|error| {
            paced::refusal(&error)
                .unwrap_or_else(|| Refusal::malformed(1, 1, "The body broke off."))
        })?;
        self.received = self.received.saturating_add(piece.len() as u64);
        if self
            .place
            .as_ref()
            .is_some_and(|place| place.since.elapsed() >= limits.turn)
        {
            self.place = None;
            self.take(limits.wait_again).await?;
        } else if !self.large && self.received > SMALL {
            self.large = true;
            self.take(limits.wait).await?;
        }
        Ok(Some(piece))
    }

    /// Whose turn it is.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Gives the place back before the end.
    pub fn leave(&mut self) {
        self.place = None;
    }

    async fn take(&mut self, wait: Duration) -> Result<(), Refusal> {
        let shared = &self.budget.0;
        let free = Arc::clone(&shared.reading).acquire_owned();
        let Ok(Ok(permit)) = timeout(wait, free).await else {
            return Err(self.budget.refuse());
        };
        shared.in_use.inc();
        self.place = Some(Place {
            in_use: shared.in_use.clone(),
            since: Instant::now(),
            _permit: permit,
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests;
