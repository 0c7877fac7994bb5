//! Removes blobs that no message refers to.

use crate::context::Ctx;
use model::Hash;
use std::sync::{MutexGuard, PoisonError};
use tracing::warn;

/// So many blobs are noted; the rest is left to the sweep.
const MOST_DOUBTFUL: usize = 10_000;

/// Deletes those of `hashes` that no row names and nobody is about to name. What fails is tried again
/// by a later sweep, so it is only noted.
pub(crate) async fn reclaim(ctx: &Ctx, hashes: impl IntoIterator<Item = Hash>) {
    for hash in hashes {
        let Some(right) = ctx.store.blobs.reclaim(hash).await else {
            continue;
        };
        let deleted = match ctx.store.messages.blob_in_use(hash).await {
            Ok(true) => continue,
            Ok(false) => right
                .delete()
                .await
                .map_err(|error| httpkit::problem::chain(&error)),
            Err(error) => Err(httpkit::problem::chain(&error)),
        };
        if let Err(cause) = deleted {
            warn!(cause, "an unused blob stays for now");
        }
    }
}

/// Notes blobs of a message whose COMMIT failed. It may still stand in the database's log and come back with
/// the next start; only another commit writes over it, and until then its blobs stay.
pub(crate) fn later(ctx: &Ctx, hashes: Vec<Hash>) {
    let mut doubtful = doubtful(ctx);
    let room = MOST_DOUBTFUL.saturating_sub(doubtful.len());
    doubtful.extend(hashes.into_iter().take(room));
}

/// Removes those of the noted blobs that are not needed, once a commit has succeeded since.
pub(crate) async fn settle_doubt(ctx: &Ctx) {
    let hashes = std::mem::take(&mut *doubtful(ctx));
    if hashes.is_empty() {
        return;
    }
    if ctx.store.health.check().await.is_ok() {
        reclaim(ctx, hashes).await;
    } else {
        later(ctx, hashes);
    }
}

fn doubtful(ctx: &Ctx) -> MutexGuard<'_, Vec<Hash>> {
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
