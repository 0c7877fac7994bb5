//! Workers: time's own changes, retention, and forgetting what nobody needs.
//!
//! Each is a loop of small transactions, so that several nodes may run the same one beside load.

use crate::context::Ctx;
use jiff::{SignedDuration, Timestamp};
use model::device::SESSION_MAX;
use std::time::Duration;
use store::platform::{SetAside, Tended};
use tracing::{error, info};

/// How often time's changes are written. Readers see them at once in any case.
const SETTLE_EVERY: Duration = Duration::from_secs(1);
/// How often retention and forgetting run, by the platform's clock.
const CLEAN_EVERY: SignedDuration = SignedDuration::from_secs(30);
/// How often all blobs are gone through, beginning with the start.
const SWEEP_EVERY: Duration = Duration::from_hours(24);
/// Messages in one transaction: no more than callers bring at once, so that one who waits for the writer
/// waits for an ordinary batch.
const BATCH: u32 = 50;
/// Feed rows in one transaction.
const FEED_BATCH: u32 = 500;
/// How long a broken-off stream can still be resumed without a gap.
const FEED_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How far nodes' clocks may be apart: an assertion that has ended here may still be good at another.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(10);

/// Runs all workers until the end begins.
pub(crate) async fn run(ctx: Ctx) {
    // Side by side: a sweep of many blobs, or retention of many messages, must not keep conversion and
    // expiry waiting.
    tokio::join!(keep_time(&ctx), keep_clean(&ctx), keep_house(&ctx));
}

/// Writes what time brings.
async fn keep_time(ctx: &Ctx) {
    while !ctx.shutdown.has_begun() {
        note(ctx, settle(ctx).await);
        crate::app::reclaim::settle_doubt(ctx).await;
        pause(ctx, SETTLE_EVERY).await;
    }
}

/// Cleans now and then, as the platform's clock has it.
async fn keep_clean(ctx: &Ctx) {
    let mut clean_from = Timestamp::MIN;
    while !ctx.shutdown.has_begun() {
        let now = ctx.now();
        // A clock that was set back must not hold it up until it has caught up.
        if now >= clean_from || clean_from > now + CLEAN_EVERY {
            clean_from = now + CLEAN_EVERY;
            note(ctx, tend(ctx).await);
            note(ctx, clean(ctx).await);
            note(ctx, crate::app::reclaim::finish_left(ctx).await);
        }
        pause(ctx, SETTLE_EVERY).await;
    }
}

/// Tells of a round that failed.
fn note(ctx: &Ctx, round: store::Result<()>) {
    if let Err(cause) = round {
        ctx.metrics.worker_failures.inc();
        error!(
            cause = httpkit::problem::chain(&cause),
            "a worker's round failed; the next one tries again"
        );
    }
}

/// Goes through all blobs now and then.
async fn keep_house(ctx: &Ctx) {
    while !ctx.shutdown.has_begun() {
        crate::app::reclaim::sweep(ctx).await;
        pause(ctx, SWEEP_EVERY).await;
    }
}

/// Waits, or until the end begins.
async fn pause(ctx: &Ctx, time: Duration) {
    // Both ways of ending are right.
    drop(tokio::time::timeout(time, ctx.shutdown.begun()).await);
}

/// Between two batches everybody else who has queued has a turn: the writer takes them in their order,
/// and the next batch queues only when this one was answered.
async fn settle(ctx: &Ctx) -> store::Result<()> {
    loop {
        let settled = ctx.store.messages.settle_due(ctx.now(), BATCH).await?;
        for SetAside { reference, cause } in settled.set_aside {
            ctx.metrics.set_aside.inc();
            error!(
                message = reference.map(tracing::field::display),
                cause = httpkit::problem::chain(&cause),
                "a message cannot be read and was set aside; it is tried again in an hour"
            );
        }
        if !settled.more || ctx.shutdown.has_begun() {
            return Ok(());
        }
    }
}

/// What storage itself needs done.
async fn tend(ctx: &Ctx) -> store::Result<()> {
    let now = ctx.now();
    let Tended { made, dropped } = ctx.store.upkeep.tend(now, now - FEED_KEPT).await?;
    if made > 0 || dropped > 0 {
        info!(made, dropped, "tables were made or dropped");
    }
    Ok(())
}

async fn clean(ctx: &Ctx) -> store::Result<()> {
    let now = ctx.now();
    loop {
        let collected = ctx
            .store
            .messages
            .empty_ended(now - ctx.config.retention, BATCH)
            .await?;
        crate::app::reclaim::reclaim(ctx, collected.unused_blobs).await;
        if ctx.shutdown.has_begun() {
            return Ok(());
        }
        if !collected.more {
            break;
        }
    }
    while ctx.store.feed.forget(now - FEED_KEPT, FEED_BATCH).await? == u64::from(FEED_BATCH) {
        if ctx.shutdown.has_begun() {
            return Ok(());
        }
    }
    ctx.store
        .devices
        .forget_old_sessions(now - SESSION_MAX, now - CLOCKS_APART)
        .await?;
    let counts = ctx.store.messages.counts().await?;
    // What is not counted any more is not there any more.
    ctx.metrics.messages.clear();
    for (status, sub_status, count) in counts {
        let labels = crate::metrics::StatusLabels {
            status: status.as_str().to_owned(),
            sub_status: sub_status
                .map(|sub| sub.as_str().to_owned())
                .unwrap_or_default(),
        };
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        ctx.metrics.messages.get_or_create(&labels).set(count);
    }
    Ok(())
}
