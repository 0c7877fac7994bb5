//! Looks at accepted messages when it is time, a few at once and never in a burst.

use super::look::{NoWord, ask};
use crate::context::Ctx;
use crate::jobs;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::SignedDuration;
use std::time::Duration;
use store::gateway::Stored;

/// Messages taken at once.
const BATCH: u32 = 16;
/// Questions at the same time.
const AT_ONCE: usize = 4;
/// Nobody else looks at what was taken for so long. Each question ends within half a minute.
const LEASE: SignedDuration = SignedDuration::from_secs(180);
/// Between two batches: at most 64 questions in a second, whatever is due.
const BREATH: Duration = Duration::from_millis(250);

/// Looks until the end begins.
pub(crate) async fn poll(ctx: &Ctx) {
    while !ctx.shutdown.has_begun() {
        let wait = match round(ctx).await {
            Ok(true) => BREATH.min(ctx.config.pace.look),
            Ok(false) => ctx.config.pace.look,
            Err(cause) => {
                jobs::note(ctx, Err(cause));
                ctx.config.pace.look
            }
        };
        jobs::pause(ctx, wait).await;
    }
}

/// One batch; whether there may be more.
async fn round(ctx: &Ctx) -> store::Result<bool> {
    let now = ctx.now();
    if !ctx.gate.is_open(now) {
        return Ok(false);
    }
    let due = ctx
        .store
        .outbox
        .claim_looks(now, now + LEASE, BATCH)
        .await?;
    let more = due.len() == BATCH as usize;
    stream::iter(due)
        .map(Ok)
        .try_for_each_concurrent(AT_ONCE, async |message| look_at(ctx, &message).await)
        .await?;
    Ok(more)
}

/// A look that is not answered is repeated; only storage that fails ends the round.
async fn look_at(ctx: &Ctx, message: &Stored) -> store::Result<()> {
    // What has not been asked when the end begins is asked when its lease has ended.
    if ctx.shutdown.has_begun() {
        return Ok(());
    }
    match ask(ctx, message).await {
        Ok(_) => Ok(()),
        Err(NoWord::Store(cause)) => Err(cause),
        Err(cause @ NoWord::Platform(_)) => {
            tracing::info!(
                cause = httpkit::problem::chain(&cause),
                "a look was not answered"
            );
            Ok(())
        }
    }
}
