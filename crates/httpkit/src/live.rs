//! Server-sent events from a feed: resumable, woken by commits, with a poll as safety net.
//!
//! A server says where its rows come from and what to make of them ([`Source`]); how a stream begins, waits,
//! catches up and ends is the same for all.

mod streams;
#[cfg(test)]
mod tests;

pub use streams::Streams;

use crate::problem::Refusal;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::Future;
use std::time::Duration;
use streams::Open;
use tokio::sync::watch;
use tokio::time::Instant;
use uuid::Uuid;

/// How often a stream says that it is alive.
const ALIVE: Duration = Duration::from_secs(15);
/// How often a stream that nobody wakes and that has nothing to tell asks whether it may go on.
const ADMIT: Duration = Duration::from_secs(10);
/// Rows read at once.
const BATCH: u32 = 200;

/// How far a feed reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The newest place of this listener's rows; 0 when there is none.
    pub latest: u64,
    /// Rows up to this place were forgotten; 0 when none was.
    pub forgotten: u64,
    /// No row of anybody has a place beyond this one yet; 0 when there never was one.
    pub newest: u64,
}

/// One listener's rows, and what to make of them.
pub trait Source: Send + 'static {
    /// A row. Places grow, with gaps.
    type Row: Send;

    /// The place of a row.
    fn place(row: &Self::Row) -> u64;
    /// How far the feed reaches now.
    fn extent(&mut self) -> impl Future<Output = Result<Extent, Refusal>> + Send;
    /// Up to `limit` rows after a place, oldest first. An error ends the stream: its client comes back and goes
    /// on where it was.
    fn since(
        &mut self,
        after: u64,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Self::Row>, Refusal>> + Send;
    /// Changes its value whenever rows may have come.
    fn wakes(&self) -> watch::Receiver<u64>;
    /// How long to wait for a wake-up before looking without one.
    fn poll(&self) -> Duration;
    /// Called whenever the stream was woken, before it tells anything, and every now and then: whether it
    /// may go on, or how it ends, with a last event or without.
    fn admit(&mut self) -> impl Future<Output = Result<(), Option<Event>>> + Send;
    /// The event for a row, if this listener is to be told of it. Its id is set by the stream.
    fn tell(
        &mut self,
        row: Self::Row,
    ) -> impl Future<Output = Result<Option<Event>, Refusal>> + Send;
}

/// The place after which to go on. One that cannot be read lies beyond every other: its listener is told of a gap.
pub fn last_event_id(headers: &HeaderMap) -> Option<u64> {
    let given = headers.get("last-event-id")?;
    let given = given.to_str().unwrap_or("?").trim();
    (!given.is_empty()).then(|| given.parse().unwrap_or(u64::MAX))
}

/// Where a stream begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// Everything after this place will come.
    pub place: u64,
    /// What the listener last worked through lies so far back that rows since then were forgotten, or was
    /// given by another database: it may have missed something.
    pub gap: bool,
}

impl Start {
    fn of(after: Option<u64>, extent: Extent) -> Self {
        let place = after.filter(|after| *after <= extent.newest);
        Self {
            place: place.unwrap_or(extent.latest).max(extent.forgotten),
            gap: after.is_some_and(|after| after < extent.forgotten || after > extent.newest),
        }
    }
}

/// Streams a feed to `listener` after `after`, or from now on. `first` makes the first events, if there are to
/// be any.
///
/// # Errors
/// 429 or 503 when too many streams are open, and those of the source.
pub async fn stream<S: Source, F: IntoIterator<Item = Event>>(
    streams: &Streams,
    listener: Uuid,
    after: Option<u64>,
    first: impl FnOnce(Start) -> F,
    mut source: S,
) -> Result<Response, Refusal> {
    let open = streams.open(listener)?;
    // Subscribed before the place is read, so that nothing falls between.
    let wakes = source.wakes();
    let start = Start::of(after, source.extent().await?);
    let ready = first(start).into_iter().collect();
    let state = Live {
        source,
        after: start.place,
        wakes,
        ready,
        ended: false,
        first: true,
        admitted: Instant::now(),
        open,
    };
    let events = events(state);
    let alive = KeepAlive::new().interval(ALIVE).text("alive");
    let headers = [("x-accel-buffering", "no"), ("cache-control", "no-store")];
    Ok((headers, Sse::new(events).keep_alive(alive)).into_response())
}

struct Live<S> {
    source: S,
    after: u64,
    wakes: watch::Receiver<u64>,
    ready: VecDeque<Event>,
    ended: bool,
    first: bool,
    /// When it was last allowed to go on.
    admitted: Instant,
    open: Open,
}

fn events<S: Source>(state: Live<S>) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    stream::unfold(state, |mut live| async move {
        loop {
            if let Some(event) = live.ready.pop_front() {
                return Some((Ok(event), live));
            }
            if live.ended || live.open.shutdown().has_begun() {
                return None;
            }
            live.advance().await;
        }
    })
}

impl<S: Source> Live<S> {
    /// Whether the stream may go on; it has ended otherwise.
    async fn is_admitted(&mut self) -> bool {
        self.admitted = Instant::now();
        match self.source.admit().await {
            Ok(()) => true,
            Err(last) => {
                self.ready.extend(last);
                self.ended = true;
                false
            }
        }
    }

    /// Waits for something to tell, and reads it.
    async fn advance(&mut self) {
        let mut woken = true;
        if !std::mem::replace(&mut self.first, false) {
            let patience = self.open.spread(self.source.poll());
            tokio::select! {
                change = tokio::time::timeout(patience, self.wakes.changed()) => {
                    woken = change.is_ok();
                }
                () = self.open.shutdown().begun() => return,
            }
        }
        let mut admitted = woken || self.admitted.elapsed() >= ADMIT;
        if admitted && !self.is_admitted().await {
            return;
        }
        self.wakes.mark_unchanged();
        loop {
            let Ok(rows) = self.source.since(self.after, BATCH).await else {
                self.ended = true;
                return;
            };
            if !admitted && !rows.is_empty() {
                admitted = true;
                if !self.is_admitted().await {
                    return;
                }
            }
            let full = rows.len() == BATCH as usize;
            for row in rows {
                self.after = S::place(&row);
                match self.source.tell(row).await {
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
