//! Workers: sending, following, telling, and forgetting what nobody needs.
//!
//! Each is a loop of small transactions, so that several nodes may run the same one beside load.

use crate::context::Ctx;
use crate::metrics::{BucketLabels, StateLabels};
use crate::outbox::GATEWAY;
use crate::{follow, outbox, pkb, webhooks};
use jiff::{SignedDuration, Timestamp};
use model::outbox::{Bucket, CONTENT_KEPT, REFUSED_KEPT};
use model::pkb_link::State as LinkState;
use tracing::error;
use wire::problem::ProblemType;

/// How often forgetting runs, by the gateway's clock.
const CLEAN_EVERY: SignedDuration = SignedDuration::from_secs(30);
/// Messages in one transaction.
const BATCH: u32 = 50;
/// Rows of the feed and deliveries in one transaction.
const FEED_BATCH: u32 = 500;
/// Files whose message never came are dropped after so long.
const UPLOAD_KEPT: SignedDuration = SignedDuration::from_hours(1);
/// Events, and deliveries that have ended, are kept for so long.
const FEED_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Lines of the journal of renewals are kept for so long.
const FLIGHTS_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Runs all workers until the end has begun and what was being sent has come to its end.
pub(crate) async fn run(ctx: Ctx) {
    let vault = ctx.vault.clone().work(ctx.shutdown.clone());
    tokio::join!(
        outbox::run(&ctx),
        follow::poll(&ctx),
        follow::listen(&ctx),
        webhooks::deliver::run(&ctx),
        pkb::worker::run(&ctx),
        keep_clean(&ctx),
        vault,
    );
}

/// Settles what a former process left.
pub(crate) async fn settle(ctx: &Ctx) {
    note(ctx, pkb::worker::settle_former(ctx).await);
}

/// Cleans now and then, as the gateway's clock has it.
async fn keep_clean(ctx: &Ctx) {
    let mut clean_from = Timestamp::MIN;
    while !ctx.shutdown.has_begun() {
        let now = ctx.now();
        // A clock that was set back must not hold it up until it has caught up.
        if now >= clean_from || clean_from > now + CLEAN_EVERY {
            clean_from = now + CLEAN_EVERY;
            note(ctx, clean(ctx).await);
        }
        pause(ctx, ctx.config.pace.look).await;
    }
}

/// Tells of a round that failed.
pub(crate) fn note(ctx: &Ctx, round: store::Result<()>) {
    if let Err(cause) = round {
        ctx.metrics.worker_failures.inc();
        error!(
            cause = httpkit::problem::chain(&cause),
            "a worker's round failed; the next one tries again"
        );
    }
}

/// Waits, or until the end begins.
pub(crate) async fn pause(ctx: &Ctx, time: std::time::Duration) {
    // Both ways of ending are right.
    drop(tokio::time::timeout(time, ctx.shutdown.begun()).await);
}

async fn clean(ctx: &Ctx) -> store::Result<()> {
    let now = ctx.now();
    let store = &ctx.store;
    // While the platform is away: somebody has to hear that they were not sent. Else it is asked first.
    if !ctx.gate.is_open(now) {
        let expired = ProblemType::ValidationError.name();
        repeat(ctx, BATCH, || store.outbox.expire(now, expired, BATCH)).await?;
    }
    let (ended, refused) = (now - CONTENT_KEPT, now - REFUSED_KEPT);
    repeat(ctx, BATCH, || store.outbox.empty(ended, refused, BATCH)).await?;
    repeat(ctx, BATCH, || store.pieces.sweep(now - UPLOAD_KEPT, BATCH)).await?;
    repeat(ctx, BATCH, || store.patients.sweep(GATEWAY, now, BATCH)).await?;
    repeat(ctx, BATCH, || pkb::worker::settle_flights(ctx)).await?;
    repeat(ctx, FEED_BATCH, || {
        store.links.forget_flights(now - FLIGHTS_KEPT, FEED_BATCH)
    })
    .await?;
    // Deliveries first: they name events.
    repeat(ctx, FEED_BATCH, || {
        store.webhooks.forget(now - FEED_KEPT, FEED_BATCH)
    })
    .await?;
    repeat(ctx, FEED_BATCH, || {
        store.events.forget(now - FEED_KEPT, FEED_BATCH)
    })
    .await?;
    measure(ctx).await
}

/// Repeats a small transaction until it finds less than it may take.
async fn repeat<F>(ctx: &Ctx, batch: u32, mut round: impl FnMut() -> F) -> store::Result<()>
where
    F: Future<Output = store::Result<u64>>,
{
    while !ctx.shutdown.has_begun() && round().await? >= u64::from(batch) {}
    Ok(())
}

async fn measure(ctx: &Ctx) -> store::Result<()> {
    let counts = ctx.store.outbox.counts().await?;
    for bucket in Bucket::ALL {
        let count = counts.iter().find(|(counted, _)| *counted == bucket);
        let labels = BucketLabels {
            bucket: bucket.as_str(),
        };
        let count = count.map_or(0, |(_, count)| i64::try_from(*count).unwrap_or(i64::MAX));
        ctx.metrics.messages.get_or_create(&labels).set(count);
    }
    let (owed, _) = ctx.store.webhooks.owed().await?;
    let owed = i64::try_from(owed).unwrap_or(i64::MAX);
    ctx.metrics.deliveries_owed.set(owed);
    let counts = ctx.store.patients.counts().await?;
    for state in LinkState::ALL {
        let count = counts.iter().find(|(counted, _)| *counted == state);
        // Attempts are not counted: those patients stand as they stood.
        if state == LinkState::Pending {
            continue;
        }
        let labels = StateLabels {
            state: state.as_str(),
        };
        let count = count.map_or(0, |(_, count)| i64::try_from(*count).unwrap_or(i64::MAX));
        ctx.metrics.links.get_or_create(&labels).set(count);
    }
    Ok(())
}
