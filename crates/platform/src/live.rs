//! The feed's rows as server-sent events, for whoever may hear them.

use crate::context::{Ctx, storage};
use axum::response::Response;
use axum::response::sse::Event;
use httpkit::live::{self, Extent, Source};
pub(crate) use httpkit::live::{Start, last_event_id};
use httpkit::problem::Refusal;
use std::future::Future;
use std::time::Duration;
use store::platform::{Audience, FeedEntry};
use tokio::sync::watch;
use uuid::Uuid;

/// What to make of feed rows for one listener; see [`Source::admit`] and [`Source::tell`].
pub(crate) trait Teller: Send + 'static {
    /// Whether the stream may go on, or how it ends.
    fn admit(&mut self) -> impl Future<Output = Result<(), Option<Event>>> + Send;
    /// The event for a row, if this listener is to be told of it.
    fn tell(
        &mut self,
        entry: FeedEntry,
    ) -> impl Future<Output = Result<Option<Event>, Refusal>> + Send;
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
    let streams = ctx.streams.clone();
    let source = Told {
        ctx,
        audience,
        teller,
    };
    live::stream(&streams, listener, after, first, source).await
}

/// An audience's rows, told by `T`.
struct Told<T> {
    ctx: Ctx,
    audience: Audience,
    teller: T,
}

impl<T: Teller> Source for Told<T> {
    type Row = FeedEntry;

    fn place(row: &FeedEntry) -> u64 {
        row.seq
    }

    async fn extent(&mut self) -> Result<Extent, Refusal> {
        let feed = &self.ctx.store.feed;
        let latest = feed.latest(&self.audience).await.map_err(storage)?;
        let kept = feed.kept().await.map_err(storage)?;
        Ok(Extent {
            latest,
            forgotten: kept.forgotten,
            newest: kept.newest,
        })
    }

    async fn since(&mut self, after: u64, limit: u32) -> Result<Vec<FeedEntry>, Refusal> {
        let feed = &self.ctx.store.feed;
        let rows = feed.since(&self.audience, after, limit).await;
        rows.map_err(storage)
    }

    fn wakes(&self) -> watch::Receiver<u64> {
        self.ctx.store.feed.wakes(&self.audience)
    }

    fn poll(&self) -> Duration {
        self.ctx.store.feed.poll()
    }

    async fn admit(&mut self) -> Result<(), Option<Event>> {
        self.teller.admit().await
    }

    async fn tell(&mut self, row: FeedEntry) -> Result<Option<Event>, Refusal> {
        self.teller.tell(row).await
    }
}
