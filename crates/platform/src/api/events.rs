//! `GET /api/v1/events`: a client system's own messages as they change, instead of polling.

use crate::auth::api_key::{self, Caller};
use crate::context::Ctx;
use crate::live::{self, Start, Teller};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName};
use axum::response::Response;
use axum::response::sse::Event;
use httpkit::problem::Refusal;
use store::platform::{Audience, FeedEntry, FeedItem};
use wire::partner::{Gap, StatusEvent, event};

/// The stream; `Last-Event-ID` resumes it.
pub(crate) async fn stream(
    State(ctx): State<Ctx>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let after = live::last_event_id(&headers);
    let audience = Audience::Client(caller.0.id);
    let name = HeaderName::from_static("apikey");
    let key = headers
        .get(&name)
        .map(|key| (name, key.clone()))
        .into_iter()
        .collect();
    let sender = Sender {
        ctx: ctx.clone(),
        key,
    };
    live::stream(ctx, audience, caller.0.id.0, after, gap, sender).await
}

/// Tells of a gap, once: with the id of this event, the next connection has none.
fn gap(start: Start) -> Option<Event> {
    if !start.gap {
        return None;
    }
    let told = Gap {
        detail: "Earlier events may be missing. Ask for the status of every message that you have not seen end."
            .to_owned(),
    };
    let event = Event::default().event(event::GAP).json_data(told).ok()?;
    Some(event.id(start.place.to_string()))
}

struct Sender {
    ctx: Ctx,
    /// The key's header, to ask about it again.
    key: HeaderMap,
}

impl Teller for Sender {
    /// The key may have ended since, or its client system be disabled.
    async fn admit(&mut self) -> Result<(), Option<Event>> {
        match api_key::identify(&self.ctx, &self.key).await {
            Ok(_) => Ok(()),
            Err(_) => Err(Some(Event::default().comment("this key is no longer good"))),
        }
    }

    async fn tell(&mut self, entry: FeedEntry) -> Result<Option<Event>, Refusal> {
        let FeedItem::Status {
            message_id,
            status,
            sub_status,
        } = entry.item
        else {
            return Ok(None);
        };
        let told = StatusEvent {
            message_id: message_id.to_string(),
            status: status.as_str().to_owned(),
            sub_status: sub_status.map(|sub| sub.as_str().to_owned()),
            date_time: entry.at.to_string(),
        };
        let event = Event::default()
            .event(event::STATUS)
            .json_data(told)
            .map_err(|error| Refusal::internal(&error))?;
        Ok(Some(event))
    }
}
