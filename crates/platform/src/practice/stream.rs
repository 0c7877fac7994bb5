//! Live delivery to a toolbar.

use crate::app::describe;
use crate::auth::session::{self, SignedIn};
use crate::context::{Ctx, storage};
use crate::live::{self, Start, Teller};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::response::sse::Event;
use httpkit::problem::Refusal;
use model::Hash;
use serde::Serialize;
use store::platform::{Audience, FeedEntry, FeedItem, Session};
use wire::practice::{CodeUsed, Hello, MessageEvent, SignedOut, event};
use wire::problem::ProblemType;

/// The stream of the signed-in practitioner. A practitioner counts as logged in while it is open.
pub(crate) async fn stream(
    State(ctx): State<Ctx>,
    who: SignedIn,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let hash = session::secret_of(&headers)
        .ok_or_else(session::gone)?
        .hash();
    let session = who.0;
    let listener = session.id.0;
    let audience = Audience::Practice(session.practitioner.practice.clone());
    let toolbar = Toolbar {
        ctx: ctx.clone(),
        hash,
        session,
    };
    // A toolbar reads its inbox after every hello, so that it need not be told of a gap.
    let hello = |start: Start| {
        let last_event_id = start.place;
        json(event::HELLO, &Hello { last_event_id }).ok()
    };
    let after = live::last_event_id(&headers);
    live::stream(ctx, audience, listener, after, hello, toolbar).await
}

fn json(name: &str, data: &impl Serialize) -> Result<Event, Refusal> {
    Event::default()
        .event(name)
        .json_data(data)
        .map_err(|error| Refusal::internal(&error))
}

struct Toolbar {
    ctx: Ctx,
    hash: Hash,
    session: Session,
}

impl Toolbar {
    fn concerns(&self, only: Option<&model::SpineUserId>) -> bool {
        only.is_none_or(|only| *only == self.session.practitioner.spine_user_id)
    }
}

impl Teller for Toolbar {
    /// The session may have ended since; an open stream counts as use. When storage does not answer, the
    /// stream just ends: its toolbar comes back, still signed in.
    async fn admit(&mut self) -> Result<(), Option<Event>> {
        let Err(refusal) = session::require(&self.ctx, self.hash).await else {
            return Ok(());
        };
        if !matches!(
            refusal.kind(),
            ProblemType::Unauthorized | ProblemType::Forbidden
        ) {
            return Err(None);
        }
        let reason = "The session has ended.".to_owned();
        Err(json(event::SIGNED_OUT, &SignedOut { reason }).ok())
    }

    async fn tell(&mut self, entry: FeedEntry) -> Result<Option<Event>, Refusal> {
        match entry.item {
            FeedItem::Message { reference, only } if self.concerns(only.as_ref()) => {
                let found = self
                    .ctx
                    .store
                    .messages
                    .get(reference)
                    .await
                    .map_err(storage)?;
                let Some(message) = found else {
                    return Ok(None);
                };
                let message = describe::summary(&message, &self.session, self.ctx.now());
                json(event::MESSAGE, &MessageEvent { message }).map(Some)
            }
            FeedItem::CodeUsed { only, client_name } if self.concerns(Some(&only)) => {
                let used_at = describe::date_time(entry.at);
                json(
                    event::CODE_USED,
                    &CodeUsed {
                        client_name,
                        used_at,
                    },
                )
                .map(Some)
            }
            FeedItem::Message { .. } | FeedItem::CodeUsed { .. } | FeedItem::Status { .. } => {
                Ok(None)
            }
        }
    }
}
