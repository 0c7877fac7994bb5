//! `GET /v1/events`: what happens, as it happens; resumable, woken by commits, with a look now and then.

use crate::auth::product::{self, Product};
use crate::context::{Ctx, storage};
use crate::webhooks::payload;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::response::sse::Event;
use httpkit::live::{self, Extent, Source, Start};
use httpkit::problem::Refusal;
use model::Hash;
use std::time::Duration;
use store::gateway::{Entry, Wake};
use tokio::sync::watch;
use uuid::Uuid;
use wire::gateway::events::{GAP, Gap, HELLO, Hello};

/// The stream; `Last-Event-ID` resumes it.
pub(super) async fn stream(
    State(ctx): State<Ctx>,
    product: Product,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let key = headers.get(header::AUTHORIZATION).cloned();
    let key = key.map(|key| (header::AUTHORIZATION, key));
    let listener = Listener {
        ctx: ctx.clone(),
        key: key.into_iter().collect(),
    };
    let after = live::last_event_id(&headers);
    live::stream(&ctx.streams, name(&product), after, first, listener).await
}

/// Streams are counted for each key.
fn name(product: &Product) -> Uuid {
    let hash = Hash::of(product.key_id.as_bytes());
    let half = hash.as_bytes().first_chunk().copied();
    Uuid::from_bytes(half.unwrap_or_default())
}

/// The place after which events come, and whether anything may be missing before it. With the id of these, the
/// next connection has no gap.
fn first(start: Start) -> Vec<Event> {
    let hello = Hello {
        last_event_id: start.place,
    };
    let hello = Event::default().event(HELLO).json_data(hello).ok();
    let gap = start.gap.then(|| {
        let told = Gap {
            detail:
                "Earlier events may be missing. Ask for every message that you have not seen end."
                    .to_owned(),
        };
        Event::default().event(GAP).json_data(told).ok()
    });
    let first = hello.into_iter().chain(gap.flatten());
    first
        .map(|event| event.id(start.place.to_string()))
        .collect()
}

struct Listener {
    ctx: Ctx,
    /// The key's header, to ask about it again.
    key: HeaderMap,
}

impl Source for Listener {
    type Row = Entry;

    fn place(row: &Entry) -> u64 {
        row.place
    }

    async fn extent(&mut self) -> Result<Extent, Refusal> {
        let events = &self.ctx.store.events;
        let latest = events.latest().await.map_err(storage)?;
        let kept = events.kept().await.map_err(storage)?;
        Ok(Extent {
            latest,
            forgotten: kept.forgotten,
            newest: kept.newest,
        })
    }

    async fn since(&mut self, after: u64, limit: u32) -> Result<Vec<Entry>, Refusal> {
        let events = &self.ctx.store.events;
        events.since(after, limit).await.map_err(storage)
    }

    fn wakes(&self) -> watch::Receiver<u64> {
        self.ctx.store.wakes.subscribe(Wake::Events)
    }

    fn poll(&self) -> Duration {
        self.ctx.config.pace.look
    }

    /// The key may have ended since.
    async fn admit(&mut self) -> Result<(), Option<Event>> {
        match product::identify(&self.ctx, &self.key).await {
            Ok(_) => Ok(()),
            Err(_) => Err(Some(Event::default().comment("this key is no longer good"))),
        }
    }

    /// The same words as a webhook's.
    async fn tell(&mut self, row: Entry) -> Result<Option<Event>, Refusal> {
        let told = payload::event(&row.happened);
        let event = Event::default().event(&told.kind).json_data(&told);
        event.map(Some).map_err(|error| Refusal::internal(&error))
    }
}
