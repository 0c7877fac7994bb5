//! Removes blobs that no message refers to.
//!
//! Several nodes may share the blobs. So a blob is first condemned: from then on no node's message can come
//! to name it. Then it is deleted, then spared: whoever brings the same bytes puts them there anew. Whoever
//! condemned it and then stood still deletes nothing any more, because after [`LEFT`] another node does.

use crate::context::Ctx;
use jiff::SignedDuration;
use model::Hash;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;
use store::blob::Reclaim;
use tokio::time::Instant;
use tracing::warn;

/// So long after it was condemned, a blob's deletion may begin.
const TO_DELETE: Duration = Duration::from_mins(1);
/// So long after it was condemned, a blob may be spared.
const TO_SPARE: Duration = Duration::from_mins(5);
/// A blob that is condemned for so long was left by a process that ended, or whose deletion failed. It is
/// longer than the other two together, so that nodes' clocks may differ a little.
const LEFT: SignedDuration = SignedDuration::from_mins(10);
/// So long after blobs were taken over, somebody else here may still hold one.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often that is looked at.
const PAUSE: Duration = Duration::from_millis(20);
/// Blobs that are taken over at once.
const BATCH: u32 = 100;

/// So many blobs are noted; the rest is left to the sweep.
const MOST_DOUBTFUL: usize = 10_000;

/// A blob that may not be needed.
pub(crate) struct Doubt {
    hash: Hash,
    /// When to look at it again.
    from: Instant,
}

/// Deletes those of `hashes` that no row names and nobody is about to name. What cannot be condemned now, on
/// a full disk for one, is tried again once something can be committed.
pub(crate) async fn reclaim(ctx: &Ctx, hashes: impl IntoIterator<Item = Hash>) {
    for hash in hashes {
        let Some(right) = ctx.store.blobs.reclaim(hash).await else {
            continue;
        };
        let begun = Instant::now();
        match ctx.store.messages.condemn_blob(hash, ctx.now()).await {
            Ok(true) => delete(ctx, hash, right, begun).await,
            Ok(false) => {}
            Err(error) => {
                let cause = httpkit::problem::chain(&error);
                warn!(cause, "an unused blob stays for now");
                later(ctx, vec![hash]);
            }
        }
    }
}

/// Deletes a blob that was condemned after `begun`, and spares it. What fails is finished by [`finish_left`].
async fn delete(ctx: &Ctx, hash: Hash, right: Box<dyn Reclaim>, begun: Instant) {
    if begun.elapsed() > TO_DELETE {
        warn!(
            "an unused blob was condemned too long ago to delete it now; it stays for some minutes"
        );
        return;
    }
    // Until it is spared, nobody here puts it there anew, only to hear that it is condemned.
    let _held = match right.delete().await {
        Ok(held) => held,
        Err(error) => {
            let cause = httpkit::problem::chain(&error);
            warn!(cause, "an unused blob stays for now");
            return;
        }
    };
    if begun.elapsed() > TO_SPARE {
        warn!("a blob's deletion took so long that others will look after it");
        return;
    }
    if let Err(error) = ctx.store.messages.spare_blob(hash).await {
        let cause = httpkit::problem::chain(&error);
        warn!(
            cause,
            "a deleted blob cannot be sent again for some minutes"
        );
    }
}

/// The right to a blob that was taken over. A sweep that passes by, or a sender who is about to be refused,
/// may hold it for a moment.
async fn right(ctx: &Ctx, hash: Hash, begun: Instant) -> Option<Box<dyn Reclaim>> {
    loop {
        let right = ctx.store.blobs.reclaim(hash).await;
        if right.is_some() || begun.elapsed() > PATIENCE || ctx.shutdown.has_begun() {
            return right;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Finishes the deletions that others left behind.
pub(crate) async fn finish_left(ctx: &Ctx) -> store::Result<()> {
    loop {
        let (begun, now) = (Instant::now(), ctx.now());
        let left = ctx
            .store
            .messages
            .condemned_blobs(now - LEFT, now, BATCH)
            .await?;
        let more = left.len() == BATCH as usize;
        for hash in left {
            if let Some(right) = right(ctx, hash, begun).await {
                delete(ctx, hash, right, begun).await;
            }
        }
        if !more || ctx.shutdown.has_begun() {
            return Ok(());
        }
    }
}

/// Notes blobs to look at again, such as those of a message whose COMMIT failed: it may still stand in the
/// database's log and come back with the next start; only another commit writes over it, and until then its
/// blobs stay.
pub(crate) fn later(ctx: &Ctx, hashes: Vec<Hash>) {
    note(ctx, hashes, Instant::now());
}

/// Removes what is left of a message of which a blob could not be written, once that store has had its rest.
pub(crate) async fn after_a_rest(ctx: &Ctx, hashes: Vec<Hash>) {
    let rest = ctx.store.blobs.rest();
    if rest.is_zero() {
        reclaim(ctx, hashes).await;
    } else {
        note(ctx, hashes, Instant::now() + rest);
    }
}

fn note(ctx: &Ctx, hashes: Vec<Hash>, from: Instant) {
    let mut doubtful = doubtful(ctx);
    let room = MOST_DOUBTFUL.saturating_sub(doubtful.len());
    let doubts = hashes.into_iter().map(|hash| Doubt { hash, from });
    doubtful.extend(doubts.take(room));
}

/// Removes those of the noted blobs that are not needed, once a commit has succeeded since.
pub(crate) async fn settle_doubt(ctx: &Ctx) {
    let now = Instant::now();
    let due = |doubt: &mut Doubt| doubt.from <= now;
    let hashes: Vec<_> = doubtful(ctx)
        .extract_if(.., due)
        .map(|doubt| doubt.hash)
        .collect();
    if hashes.is_empty() {
        return;
    }
    if ctx.store.health.check().await.is_ok() {
        reclaim(ctx, hashes).await;
    } else {
        later(ctx, hashes);
    }
}

fn doubtful(ctx: &Ctx) -> MutexGuard<'_, Vec<Doubt>> {
    ctx.doubtful.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Goes through all blobs and removes those that no message refers to: a crash between putting a blob in
/// place and naming it in a row, or between the end of a row and the deletion, leaves such a one.
///
/// It goes by the first byte of the hash, so that it holds a 256th of all hashes at a time: 32 bytes for
/// each of 4,000 blobs of a million. Each blob is one look-up, and other tasks have a turn after it.
pub(crate) async fn sweep(ctx: &Ctx) {
    // A message whose COMMIT failed may come back with the next start, until another commit wrote over it.
    if ctx.store.health.check().await.is_err() {
        warn!("no sweep of unused blobs while nothing can be committed");
        return;
    }
    for first in 0..=u8::MAX {
        if ctx.shutdown.has_begun() {
            return;
        }
        match ctx.store.blobs.beginning_with(first).await {
            Ok(hashes) => reclaim(ctx, hashes).await,
            Err(error) => {
                let cause = httpkit::problem::chain(&error);
                warn!(cause, "a sweep of unused blobs was cut short");
                return;
            }
        }
    }
}
