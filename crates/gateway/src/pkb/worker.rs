//! Tokens are renewed before anybody has to wait for it, and those of links that nobody uses about once a day.

use super::air::Pair;
use super::flight::{self, Cause, renew};
use super::{NotRead, Pkb};
use crate::context::Ctx;
use crate::jobs;
use crate::outbox::GATEWAY;
use std::collections::HashMap;
use std::time::Duration;
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;
use tracing::error;

/// Renewals under way at the same time in one node.
const AT_ONCE: usize = 8;
/// Flights in one transaction that settles them.
const BATCH: u32 = 50;

/// One that ended by a fault of ours is left alone for so long.
const ASIDE: Duration = Duration::from_secs(60);
/// More than these are not left alone.
const MOST_ASIDE: usize = 1000;

/// Renews what is due until the end begins; returns when nothing is in the air any more.
pub(crate) async fn run(ctx: &Ctx) {
    let Some(pkb) = &ctx.pkb else {
        return;
    };
    let mut worker = Worker::default();
    while !ctx.shutdown.has_begun() {
        jobs::note(ctx, worker.round(ctx, pkb).await);
        tokio::select! {
            () = jobs::pause(ctx, ctx.config.pace.look) => {}
            Some(ended) = worker.under_way.join_next() => worker.ended(ended),
        }
        while let Some(ended) = worker.under_way.try_join_next() {
            worker.ended(ended);
        }
    }
    pkb.air.is_empty().await;
}

#[derive(Default)]
struct Worker {
    /// Renewals, each with whether it failed by a fault of ours.
    under_way: JoinSet<(Pair, bool)>,
    /// Those under way, and those that are left alone until then.
    pairs: HashMap<Pair, Option<Instant>>,
}

impl Worker {
    fn ended(&mut self, ended: Result<(Pair, bool), JoinError>) {
        match ended {
            Ok((pair, false)) => drop(self.pairs.remove(&pair)),
            Ok((pair, true)) => drop(self.pairs.insert(pair, Some(Instant::now() + ASIDE))),
            // The renewal itself is a task of its own; this one only waited for it.
            Err(_) => self.pairs.clear(),
        }
    }

    async fn round(&mut self, ctx: &Ctx, pkb: &Pkb) -> store::Result<()> {
        flight::settle_former(ctx, pkb).await?;
        if self.under_way.len() >= AT_ONCE {
            return Ok(());
        }
        let now = Instant::now();
        self.pairs
            .retain(|_, until| until.is_none_or(|until| until > now));
        // What is left alone must not stand in the way of others.
        let most = AT_ONCE + self.pairs.len().min(MOST_ASIDE);
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        for pair in ctx.store.links.due(ctx.now(), most).await? {
            if self.under_way.len() >= AT_ONCE {
                break;
            }
            if self.pairs.contains_key(&pair) {
                continue;
            }
            self.pairs.insert(pair.clone(), None);
            let ctx = ctx.clone();
            self.under_way.spawn(async move {
                let failed = match &ctx.pkb {
                    Some(pkb) => renew(&ctx, pkb, &pair, Cause::Due).await,
                    None => Ok(()),
                };
                // Everything else is kept, and told, where it happens.
                let failed = matches!(failed, Err(NotRead::Fault(_)));
                if failed {
                    ctx.metrics.worker_failures.inc();
                    error!("a link's tokens could not be renewed by a fault of ours; it is tried again in a minute");
                }
                (pair, failed)
            });
        }
        Ok(())
    }
}

/// Settles what a former process left, where no other can be at the database.
pub(crate) async fn settle_former(ctx: &Ctx) -> store::Result<()> {
    match &ctx.pkb {
        Some(pkb) => flight::settle_former(ctx, pkb).await,
        None => Ok(()),
    }
}

/// Settles flights whose lease has ended, unless one of ours only looks so: a clock that was set must not make a patient
/// authorise again.
pub(crate) async fn settle_flights(ctx: &Ctx) -> store::Result<u64> {
    let now = ctx.now();
    if ctx.pkb.as_ref().is_some_and(|pkb| pkb.air.is_late(now)) {
        return Ok(0);
    }
    ctx.store.links.settle_flights(GATEWAY, now, BATCH).await
}
