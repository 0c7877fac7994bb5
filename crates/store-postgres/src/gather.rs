//! What many callers want at the same time is done together, in rounds.
//!
//! Nobody waits while nothing is under way. What comes while a round is under way has the next one, so that
//! rounds grow with the load, and a caller costs the less the more there are. When enough wait, another
//! round begins beside: the way to the server may be long. So it does when a round takes its time: it may be
//! waiting for a lock, or on a connection that has died, and that is nothing to those who came after it.

use futures_util::FutureExt as _;
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::timeout;

#[cfg(test)]
mod tests;

/// A round that takes longer has met something.
const SLOW: Duration = Duration::from_millis(100);
/// So many rounds at once while some are slow: fewer than a node has connections, as a rule.
const MOST_SLOW: usize = 8;

/// How large rounds grow, and how many there are.
pub(crate) struct Limits<J> {
    /// So many rounds at once.
    pub(crate) beside: usize,
    /// With so many waiting, a round begins beside others.
    pub(crate) enough: usize,
    /// So many jobs at most in a round.
    pub(crate) most: usize,
    /// After so much weight a round is full.
    pub(crate) most_weight: usize,
    pub(crate) weight: fn(&J) -> usize,
}

/// Jobs that wait for a round.
pub(crate) struct Gather<J> {
    limits: Limits<J>,
    state: Mutex<State<J>>,
}

struct State<J> {
    waiting: VecDeque<J>,
    /// Rounds under way.
    rounds: usize,
}

impl<J: Send + 'static> Gather<J> {
    pub(crate) fn new(limits: Limits<J>) -> Self {
        let state = State {
            waiting: VecDeque::new(),
            rounds: 0,
        };
        Self {
            limits,
            state: Mutex::new(state),
        }
    }

    /// Has a job done, in a round by `work` or by that of another caller: all bring the same.
    pub(crate) fn add<Work, Done>(self: &Arc<Self>, job: J, work: Work)
    where
        Work: Fn(Vec<J>) -> Done + Send + Sync + 'static,
        Done: Future<Output = ()> + Send + 'static,
    {
        if let Some(round) = self.put(job) {
            self.begin(round, Arc::new(work));
        }
    }

    /// Begins a row of rounds.
    fn begin<Work, Done>(self: &Arc<Self>, mut round: Vec<J>, work: Arc<Work>)
    where
        Work: Fn(Vec<J>) -> Done + Send + Sync + 'static,
        Done: Future<Output = ()> + Send + 'static,
    {
        let gather = Arc::clone(self);
        tokio::spawn(async move {
            loop {
                let mut done = pin!(AssertUnwindSafe(work(round)).catch_unwind());
                let outcome = loop {
                    if let Ok(outcome) = timeout(SLOW, done.as_mut()).await {
                        break outcome;
                    }
                    if let Some(beside) = gather.beside() {
                        gather.begin(beside, Arc::clone(&work));
                    }
                };
                // A panic ends a round, whose callers hear that there is no answer, and not what comes after.
                if outcome.is_err() {
                    tracing::error!("a round for several callers ended with a panic");
                }
                match gather.next() {
                    Some(next) => round = next,
                    None => return,
                }
            }
        });
    }

    /// Adds a job; the round that begins with it, if one does.
    fn put(&self, job: J) -> Option<Vec<J>> {
        let mut state = self.lock();
        state.waiting.push_back(job);
        if !self.may_begin(&state) {
            return None;
        }
        state.rounds += 1;
        Some(self.take(&mut state))
    }

    /// What follows on a round; `None` ends this row of them.
    fn next(&self) -> Option<Vec<J>> {
        let mut state = self.lock();
        state.rounds -= 1;
        if state.waiting.is_empty() || !self.may_begin(&state) {
            return None;
        }
        state.rounds += 1;
        Some(self.take(&mut state))
    }

    /// What waits while a round is slow.
    fn beside(&self) -> Option<Vec<J>> {
        let mut state = self.lock();
        if state.waiting.is_empty() || state.rounds >= MOST_SLOW.max(self.limits.beside) {
            return None;
        }
        state.rounds += 1;
        Some(self.take(&mut state))
    }

    fn may_begin(&self, state: &State<J>) -> bool {
        let enough = state.waiting.len() >= self.limits.enough;
        state.rounds == 0 || (enough && state.rounds < self.limits.beside)
    }

    fn take(&self, state: &mut State<J>) -> Vec<J> {
        let (mut count, mut weight) = (0, 0);
        for job in &state.waiting {
            if count == self.limits.most || (count > 0 && weight >= self.limits.most_weight) {
                break;
            }
            count += 1;
            weight += (self.limits.weight)(job);
        }
        state.waiting.drain(..count).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
