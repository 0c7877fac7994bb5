//! The breaker as the workers of a node share it.

use super::Heard;
use super::breaker::{Breaker, May};
use crate::config::Pace;
use crate::context::Ctx;
use jiff::Timestamp;
use prometheus_client::metrics::gauge::Gauge;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tracing::{error, info, warn};

/// Whether the platform may be called now.
pub(crate) struct Gate {
    breaker: Mutex<Breaker>,
    /// 1 while the platform is left alone.
    resting: Gauge,
}

impl Gate {
    pub(crate) fn new(pace: &Pace, resting: Gauge) -> Self {
        Self {
            breaker: Mutex::new(Breaker::new(pace.rest, pace.longest_rest)),
            resting,
        }
    }

    /// Whether calls go through at `now`. Never makes the caller the one who probes.
    pub(crate) fn is_open(&self, now: Timestamp) -> bool {
        // Asked of a copy: the worker that sends is the one that probes.
        let mut copy = self.lock().clone();
        copy.may(now) == May::Go
    }

    /// Takes what a call told.
    pub(crate) fn heard(&self, now: Timestamp, what: Heard) {
        let mut breaker = self.lock();
        let before = breaker.is_closed();
        breaker.heard(now, what);
        let after = breaker.is_closed();
        drop(breaker);
        if before && what == Heard::Misconfigured {
            error!(
                "the platform refuses our key or has no such address (401, 404 or 405): check the settings"
            );
        }
        self.show(before, after);
    }

    fn show(&self, before: bool, after: bool) {
        self.resting.set(i64::from(!after));
        match (before, after) {
            (true, false) => warn!("the platform fails: it is left alone for a while"),
            (false, true) => info!("the platform answers again"),
            (true, true) | (false, false) => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether messages may be sent at this moment. Asks the platform whether it is there when it has rested enough.
pub(crate) async fn may_send(ctx: &Ctx) -> bool {
    let may = ctx.gate.lock().may(ctx.now());
    match may {
        May::Go => true,
        May::Wait(_) => false,
        May::Probe => {
            let found = tokio::select! {
                found = ctx.platform.test() => found,
                () = ctx.shutdown.begun() => return false,
            };
            let now = ctx.now();
            let mut breaker = ctx.gate.lock();
            let before = breaker.is_closed();
            breaker.probed(now, found.is_ok());
            if let Err(error) = &found
                && let Some(time) = super::answer::asked_for(error)
            {
                breaker.heard(now, Heard::Busy(time));
            }
            let after = breaker.is_closed();
            drop(breaker);
            ctx.gate.show(before, after);
            after
        }
    }
}
