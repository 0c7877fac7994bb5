//! The platform's list of topics, kept for a while, so that a topic that it does not know is told at the call.
//!
//! Entering a message must not depend on the platform being there: while it cannot be reached the list from
//! before counts, and without one no topic is checked here.

use crate::context::Ctx;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tracing::warn;

/// A list is believed for so long.
const KEPT: SignedDuration = SignedDuration::from_mins(5);
/// The platform is asked at most so often, also for a topic that the list does not have.
const PAUSE: SignedDuration = SignedDuration::from_secs(10);
/// Entering a message waits no longer than this for the list.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is known of the topics.
#[derive(Default)]
pub(crate) struct Topics {
    known: Mutex<Known>,
    asking: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct Known {
    list: Option<Arc<BTreeSet<String>>>,
    etag: Option<String>,
    /// When the list was last seen to be right.
    seen_at: Option<Timestamp>,
    /// When the platform was last asked, whatever came of it.
    asked_at: Option<Timestamp>,
}

impl Topics {
    fn known(&self) -> Known {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn learn(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Whether the platform is known not to have this topic. A list that does not have it is looked at anew first.
pub(crate) async fn is_unknown(ctx: &Ctx, topic: &str) -> bool {
    let lacks = |known: &Known| known.list.as_ref().map(|list| !list.contains(topic));
    let before = ctx.topics.known();
    let fresh = is_recent(before.seen_at, KEPT, ctx.now());
    if fresh && lacks(&before) == Some(false) {
        return false;
    }
    refresh(ctx).await;
    lacks(&ctx.topics.known()) == Some(true)
}

/// The topics that are known now, for a page that offers them.
pub(crate) async fn list(ctx: &Ctx) -> Vec<String> {
    if !is_recent(ctx.topics.known().seen_at, KEPT, ctx.now()) {
        refresh(ctx).await;
    }
    let list = ctx.topics.known().list;
    list.map(|list| list.iter().cloned().collect())
        .unwrap_or_default()
}

/// A clock that was set back must not keep an old list for ever.
fn is_recent(at: Option<Timestamp>, period: SignedDuration, now: Timestamp) -> bool {
    at.is_some_and(|at| at <= now && now.duration_since(at) < period)
}

async fn refresh(ctx: &Ctx) {
    // Of several calls at once one asks, and the others wait for what it learns.
    let _asking = ctx.topics.asking.lock().await;
    let before = ctx.topics.known();
    let now = ctx.now();
    if is_recent(before.asked_at, PAUSE, now) {
        return;
    }
    ctx.topics.learn(|known| known.asked_at = Some(now));
    let asked = ctx.platform.topics_since(before.etag.as_deref());
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(None)) => ctx.topics.learn(|known| known.seen_at = Some(now)),
        Ok(Ok(Some(answer))) => ctx.topics.learn(|known| {
            let names = answer.topics.into_iter().map(|topic| topic.topic_name);
            known.list = Some(Arc::new(names.collect()));
            known.etag = answer.etag;
            known.seen_at = Some(now);
        }),
        Ok(Err(cause)) => warn!(%cause, "the platform's topics could not be asked for"),
        Err(_) => warn!("the platform did not tell its topics in time"),
    }
}
