//! Keeps messages on their way: as many at once as the settings allow, each under its lease.

use super::attempt::attempt;
use super::gate::may_send;
use crate::context::Ctx;
use crate::jobs;
use model::outbox::LEASE;
use std::time::Duration;
use store::gateway::Wake;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::error;

/// Sends until the end begins; returns when nothing is on its way any more.
pub(crate) async fn run(ctx: &Ctx) {
    let mut worker = Worker {
        ctx,
        wakes: ctx.store.wakes.subscribe(Wake::Sending),
        under_way: JoinSet::new(),
    };
    while !ctx.shutdown.has_begun() {
        let wait = match worker.fill().await {
            Ok(wait) => wait,
            Err(cause) => {
                jobs::note(ctx, Err(cause));
                ctx.config.pace.look
            }
        };
        worker.wait(wait).await;
    }
    while let Some(ended) = worker.under_way.join_next().await {
        worker.ended(&ended);
    }
}

struct Worker<'a> {
    ctx: &'a Ctx,
    wakes: watch::Receiver<u64>,
    under_way: JoinSet<()>,
}

impl Worker<'_> {
    /// Takes as many messages as may be sent now; how long to wait unless something happens.
    async fn fill(&mut self) -> store::Result<Duration> {
        let ctx = self.ctx;
        let look = ctx.config.pace.look;
        // Before anything is read, so that what is committed meanwhile wakes us.
        self.wakes.mark_unchanged();
        while let Some(ended) = self.under_way.try_join_next() {
            self.ended(&ended);
        }
        if !may_send(ctx).await {
            return Ok(look);
        }
        let free = ctx
            .config
            .senders
            .max(1)
            .saturating_sub(self.under_way.len());
        let free = u32::try_from(free).unwrap_or(u32::MAX);
        if free == 0 {
            return Ok(look);
        }
        let now = ctx.now();
        let due = match ctx.store.outbox.next_due().await? {
            Some(due) if due <= now => {
                let claimed = ctx.store.outbox.claim(now, now + LEASE, free).await?;
                let all = claimed.len() < free as usize;
                for claimed in claimed {
                    let ctx = ctx.clone();
                    self.under_way
                        .spawn(async move { attempt(&ctx, claimed).await });
                }
                if !all {
                    // One of them will end and wake us.
                    return Ok(look);
                }
                ctx.store.outbox.next_due().await?
            }
            later => later,
        };
        self.measure();
        let wait = due.map_or(look, |due| {
            Duration::try_from(due.duration_since(ctx.now())).unwrap_or_default()
        });
        // What is due and was not given to us is held by another node, or its lease is about to end.
        Ok(wait.clamp(
            Duration::from_millis(10),
            look.max(Duration::from_millis(10)),
        ))
    }

    /// Waits for a reason to look again.
    async fn wait(&mut self, wait: Duration) {
        let wait = tokio::time::sleep(wait);
        let begun = self.ctx.shutdown.begun();
        let ended = tokio::select! {
            () = wait => None,
            () = begun => None,
            // The sender lives in the store, so this does not fail.
            _ = self.wakes.changed() => None,
            Some(ended) = self.under_way.join_next() => Some(ended),
        };
        if let Some(ended) = ended {
            self.ended(&ended);
        }
    }

    fn ended(&self, ended: &Result<(), tokio::task::JoinError>) {
        self.measure();
        if ended.is_err() {
            self.ctx.metrics.worker_failures.inc();
            error!(
                "a try ended by a fault of ours; its message is tried again when its lease has ended"
            );
        }
    }

    fn measure(&self) {
        let count = i64::try_from(self.under_way.len()).unwrap_or(i64::MAX);
        self.ctx.metrics.sending.set(count);
    }
}
