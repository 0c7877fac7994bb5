//! Server-sent events from a feed: resumable, woken by commits, with a poll as safety net.

use crate::context::{Ctx, storage};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use httpkit::problem::Refusal;
use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::future::Future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::platform::{Audience, FeedEntry, Kept};
use tokio::sync::watch;
use tokio::time::Instant;
use uuid::Uuid;
use wire::problem::ProblemType;

#[cfg(test)]
mod tests;

/// How often a stream says that it is alive.
const ALIVE: Duration = Duration::from_secs(15);
/// How often a stream that nobody wakes and that has nothing to tell asks whether it may go on.
const ADMIT: Duration = Duration::from_secs(10);
/// Rows read at once.
const BATCH: u32 = 200;

/// How many streams one client system or session may have open at a node: one is enough, and a few may
/// be dead without the node having noticed.
const MAX_STREAMS: usize = 16;

/// What a listener is told to wait before it tries again, in seconds.
const RETRY_AFTER: u64 = 15;

/// The open streams of a node, by listener.
pub(crate) struct Streams {
    /// Of all listeners together.
    most: usize,
    open: Mutex<HashMap<Uuid, usize>>,
}

impl Streams {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            open: Mutex::default(),
        }
    }

    /// Counts one more.
    fn open(&self, ctx: &Ctx, listener: Uuid) -> Result<Open, Refusal> {
        let mut streams = self.lock();
        if streams.values().sum::<usize>() >= self.most {
            return Err(Refusal::new(ProblemType::Unavailable)
                .detail("There is no room for another event stream at present.")
                .retry_after(RETRY_AFTER));
        }
        let count = streams.entry(listener).or_default();
        if *count >= MAX_STREAMS {
            let refusal = Refusal::new(ProblemType::TooManyRequests).retry_after(RETRY_AFTER);
            return Err(refusal.detail("Too many event streams are open. Close some first."));
        }
        *count += 1;
        ctx.metrics.streams.inc();
        Ok(Open {
            ctx: ctx.clone(),
            listener,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a stream for as long as it lives.
struct Open {
    ctx: Ctx,
    listener: Uuid,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.ctx.metrics.streams.dec();
        let mut streams = self.ctx.streams.lock();
        if let Some(count) = streams.get_mut(&self.listener) {
            *count -= 1;
            if *count == 0 {
                streams.remove(&self.listener);
            }
        }
    }
}

/// What to make of feed rows for one listener.
pub(crate) trait Teller: Send + 'static {
    /// Called whenever the stream was woken, before it tells anything, and every now and then: whether it
    /// may go on, or how it ends, with a last event or without.
    fn admit(&mut self) -> impl Future<Output = Result<(), Option<Event>>> + Send;
    /// The event for a row, if this listener is to be told of it.
    fn tell(
        &mut self,
        entry: FeedEntry,
    ) -> impl Future<Output = Result<Option<Event>, Refusal>> + Send;
}

/// The place after which to go on.
pub(crate) fn last_event_id(headers: &HeaderMap) -> Option<u64> {
    headers
        .get("last-event-id")?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
}

/// Where a stream begins.
#[derive(Clone, Copy)]
pub(crate) struct Start {
    /// Everything after this place will come.
    pub(crate) place: u64,
    /// What the listener last worked through lies so far back that rows since then were forgotten, or was
    /// given by another database: it may have missed something.
    pub(crate) gap: bool,
}

impl Start {
    fn of(after: Option<u64>, latest: u64, kept: Kept) -> Self {
        let place = after.filter(|after| *after <= kept.newest);
        Self {
            place: place.unwrap_or(latest).max(kept.forgotten),
            gap: after.is_some_and(|after| kept.may_miss(after)),
        }
    }
}

/// Streams an audience's feed to `listener` after `after`, or from now on. `first` makes the first event, if
/// there is to be one.
pub(crate) async fn stream<T: Teller>(
    ctx: Ctx,
    audience: Audience,
    listener: Uuid,
    after: Option<u64>,
    first: impl FnOnce(Start) -> Option<Event>,
    teller: T,
) -> Result<Response, Refusal> {
    let open = ctx.streams.open(&ctx, listener)?;
    // Subscribed before the place is read, so that nothing falls between.
    let wakes = ctx.store.feed.wakes(&audience);
    let latest = ctx.store.feed.latest(&audience).await.map_err(storage)?;
    let kept = ctx.store.feed.kept().await.map_err(storage)?;
    let start = Start::of(after, latest, kept);
    let ready = first(start).into_iter().collect();
    let state = Live {
        ctx,
        audience,
        after: start.place,
        wakes,
        teller,
        ready,
        ended: false,
        first: true,
        admitted: Instant::now(),
        _open: open,
    };
    let events = events(state);
    let alive = KeepAlive::new().interval(ALIVE).text("alive");
    let headers = [("x-accel-buffering", "no"), ("cache-control", "no-store")];
    Ok((headers, Sse::new(events).keep_alive(alive)).into_response())
}

struct Live<T> {
    ctx: Ctx,
    audience: Audience,
    after: u64,
    wakes: watch::Receiver<u64>,
    teller: T,
    ready: VecDeque<Event>,
    ended: bool,
    first: bool,
    /// When it was last allowed to go on.
    admitted: Instant,
    _open: Open,
}

fn events<T: Teller>(state: Live<T>) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    stream::unfold(state, |mut live| async move {
        loop {
            if let Some(event) = live.ready.pop_front() {
                return Some((Ok(event), live));
            }
            if live.ended || live.ctx.shutdown.has_begun() {
                return None;
            }
            live.advance().await;
        }
    })
}

/// A quarter more or less than `poll`, as `chance` has it: the streams of a node that began together must
/// not go on looking together.
fn spread(poll: Duration, chance: u8) -> Duration {
    poll.mul_f64(0.75 + f64::from(chance) / 512.0)
}

impl<T: Teller> Live<T> {
    /// How long to wait for a wake-up before looking without one.
    fn patience(&self) -> Duration {
        let [chance] = model::entropy::bytes(&*self.ctx.entropy);
        spread(self.ctx.store.feed.poll(), chance)
    }

    /// Whether the stream may go on; it has ended otherwise.
    async fn is_admitted(&mut self) -> bool {
        self.admitted = Instant::now();
        match self.teller.admit().await {
            Ok(()) => true,
            Err(last) => {
                self.ready.extend(last);
                self.ended = true;
                false
            }
        }
    }

    /// Waits for something to tell, and reads it. Failures of storage end the stream: its client
    /// comes back and goes on where it was.
    async fn advance(&mut self) {
        let mut woken = true;
        if !std::mem::replace(&mut self.first, false) {
            tokio::select! {
                change = tokio::time::timeout(self.patience(), self.wakes.changed()) => {
                    woken = change.is_ok();
                }
                () = self.ctx.shutdown.begun() => return,
            }
        }
        let mut admitted = woken || self.admitted.elapsed() >= ADMIT;
        if admitted && !self.is_admitted().await {
            return;
        }
        self.wakes.mark_unchanged();
        loop {
            let Ok(entries) = self
                .ctx
                .store
                .feed
                .since(&self.audience, self.after, BATCH)
                .await
            else {
                self.ended = true;
                return;
            };
            if !admitted && !entries.is_empty() {
                admitted = true;
                if !self.is_admitted().await {
                    return;
                }
            }
            let full = entries.len() == BATCH as usize;
            for entry in entries {
                self.after = entry.seq;
                match self.teller.tell(entry).await {
                    Ok(event) => self
                        .ready
                        .extend(event.map(|event| event.id(self.after.to_string()))),
                    Err(_) => {
                        self.ended = true;
                        return;
                    }
                }
            }
            if !full || !self.ready.is_empty() {
                // What is left of a full batch is read when these are sent.
                self.first = full;
                return;
            }
        }
    }
}
