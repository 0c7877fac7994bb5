//! Partner systems that behave: no answer or a 5xx means the same message again, until there is a 200.

use super::parcel::{Expected, Parcel};
use crate::world::partner::Integrator;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;
use wire::paths::partner as paths;

/// Waits between tries of one message.
const AGAIN_AFTER: Duration = Duration::from_millis(25);

/// What all senders of a run share.
pub(crate) struct Load {
    seed: u64,
    integrator: Integrator,
    token: String,
    /// One permit a new message, so that a run's data stays bounded.
    allowed: Semaphore,
    active: AtomicUsize,
    next: AtomicU64,
    over: AtomicBool,
    /// Messages with a 200, and when it came.
    accepted: Mutex<VecDeque<(Expected, Instant)>>,
    pub(crate) counts: Counts,
    faults: Mutex<Vec<String>>,
}

/// Figures of a run.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) accepted: AtomicU64,
    pub(crate) unanswered: AtomicU64,
    pub(crate) refused: AtomicU64,
}

impl Load {
    /// Nobody sends yet.
    pub(crate) fn new(seed: u64, integrator: Integrator, token: String) -> Arc<Self> {
        Arc::new(Self {
            seed,
            integrator,
            token,
            allowed: Semaphore::new(0),
            active: AtomicUsize::new(0),
            next: AtomicU64::new(0),
            over: AtomicBool::new(false),
            accepted: Mutex::default(),
            counts: Counts::default(),
            faults: Mutex::default(),
        })
    }

    /// Starts so many senders, of which [`Self::set_active`] lets some send.
    pub(crate) fn start(self: &Arc<Self>, senders: usize) -> JoinSet<()> {
        let mut all = JoinSet::new();
        for number in 0..senders {
            let load = Arc::clone(self);
            all.spawn(async move { load.send_on(number).await });
        }
        all
    }

    /// How many may send at the same time from now on.
    pub(crate) fn set_active(&self, senders: usize) {
        self.active.store(senders, Ordering::Relaxed);
    }

    /// So many more messages may be sent.
    pub(crate) fn allow(&self, messages: usize) {
        self.allowed.add_permits(messages);
    }

    /// No new message is begun; those on their way are brought home.
    pub(crate) fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
        self.allowed.close();
    }

    /// The messages accepted since the last call.
    pub(crate) fn take_accepted(&self) -> Vec<(Expected, Instant)> {
        self.accepted.lock().unwrap().drain(..).collect()
    }

    /// Something that must not be.
    pub(crate) fn fault(&self, what: String) {
        self.faults.lock().unwrap().push(what);
    }

    /// What must not be, so far.
    pub(crate) fn faults(&self) -> Vec<String> {
        self.faults.lock().unwrap().clone()
    }

    async fn send_on(&self, number: usize) {
        while !self.over.load(Ordering::Relaxed) {
            if number >= self.active.load(Ordering::Relaxed) {
                tokio::time::sleep(AGAIN_AFTER).await;
                continue;
            }
            let Ok(permit) = self.allowed.acquire().await else {
                return;
            };
            permit.forget();
            let parcel = Parcel::of_run(self.seed, self.next.fetch_add(1, Ordering::Relaxed));
            if !self.bring_home(parcel).await {
                return;
            }
        }
    }

    async fn bring_home(&self, parcel: Parcel) -> bool {
        loop {
            match post(&self.integrator, &self.token, &parcel).await {
                Some(200) => break,
                None => self.counts.unanswered.fetch_add(1, Ordering::Relaxed),
                Some(503) => self.counts.refused.fetch_add(1, Ordering::Relaxed),
                Some(status) => {
                    self.fault(format!("{} was answered {status}", parcel.id()));
                    return false;
                }
            };
            tokio::time::sleep(AGAIN_AFTER).await;
        }
        self.counts.accepted.fetch_add(1, Ordering::Relaxed);
        let home = (parcel.expected, Instant::now());
        self.accepted.lock().unwrap().push_back(home);
        true
    }
}

/// One try; `None` when there was no answer.
pub(crate) async fn post(integrator: &Integrator, token: &str, parcel: &Parcel) -> Option<u16> {
    let path = if parcel.expected.instant {
        paths::INSTANT
    } else {
        paths::MESSAGES
    };
    let mut request = integrator
        .call(reqwest::Method::POST, path)
        .header("Content-Type", "application/json");
    if parcel.expected.instant {
        request = request.header("AccessToken", token);
    }
    let answer = request.body(parcel.text.clone()).send().await.ok()?;
    let status = answer.status().as_u16();
    // An answer that broke off is none: a sensible client reads it to its end.
    answer.bytes().await.ok()?;
    Some(status)
}
