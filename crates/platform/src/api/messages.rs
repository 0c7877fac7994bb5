//! `POST /api/v1/messages` and `/api/v1/messages/instant`.

use crate::app::accept_message::{self, Send};
use crate::auth::access_token::{self, Given};
use crate::auth::api_key::Caller;
use crate::context::Ctx;
use axum::Json;
use axum::body::{Body, HttpBody as _};
use axum::extract::State;
use axum::http::HeaderMap;
use httpkit::problem::Refusal;
use intake::{self, Endpoint, Faults, Place};
use store::platform::Token;
use wire::headers::ACCESS_TOKEN;
use wire::partner::Sent;
use wire::paths::partner::status_of;

type Answer = Result<Json<Sent>, Refusal>;

/// A standard message.
pub(crate) async fn standard(
    State(ctx): State<Ctx>,
    caller: Result<Caller, Refusal>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    send(&ctx, caller, Endpoint::Standard, &headers, body).await
}

/// An instant message.
pub(crate) async fn instant(
    State(ctx): State<Ctx>,
    caller: Result<Caller, Refusal>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    send(&ctx, caller, Endpoint::Instant, &headers, body).await
}

async fn send(
    ctx: &Ctx,
    caller: Result<Caller, Refusal>,
    endpoint: Endpoint,
    headers: &HeaderMap,
    body: Body,
) -> Answer {
    let mut faults = Faults::default();
    let length = body.size_hint().exact();
    let admitted = async {
        let (caller, token) = admit(ctx, caller, endpoint, headers, &mut faults).await?;
        let turn = ctx.bodies.admit(length).await?;
        Ok::<_, Refusal>((caller, token, turn))
    };
    let (caller, token, turn) = match admitted.await {
        Ok(admitted) => admitted,
        Err(refusal) => {
            if refusal.kind() != wire::problem::ProblemType::TooLarge {
                intake::drain(headers, body, &ctx.bodies).await;
            }
            return Err(refusal);
        }
    };
    let send = Send {
        caller,
        endpoint,
        token,
        faults,
        body,
        turn,
    };
    let message_id = accept_message::accept(ctx, send).await?;
    let message_status_endpoint = status_of(&message_id.to_string());
    Ok(Json(Sent {
        message_status_endpoint,
    }))
}

/// What can be said before the body is read.
async fn admit(
    ctx: &Ctx,
    caller: Result<Caller, Refusal>,
    endpoint: Endpoint,
    headers: &HeaderMap,
    faults: &mut Faults,
) -> Result<(Caller, Option<Token>), Refusal> {
    let caller = caller?;
    intake::check_headers(headers)?;
    if endpoint == Endpoint::Standard {
        return Ok((caller, None));
    }
    caller.require_instant()?;
    let place = Place::header(ACCESS_TOKEN);
    let token = match access_token::given(headers) {
        Given::One(text) => Some(access_token::require(ctx, &caller.0, &text).await?),
        Given::Missing => {
            faults.add(&place, "is required");
            None
        }
        Given::Different => {
            faults.add(
                &place,
                "must be given once, or with the same value each time",
            );
            None
        }
    };
    Ok((caller, token))
}
