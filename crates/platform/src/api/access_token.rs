//! `POST /api/v1/messages/instant/access/token` and `GET …/verify`.

use crate::app::access_codes;
use crate::auth::access_token::{self, Given};
use crate::auth::api_key::Caller;
use crate::context::Ctx;
use axum::Json;
use axum::body::{Body, HttpBody as _};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use httpkit::problem::Refusal;
use intake::{self, Faults, Members, Place};
use model::AccessCode;
use wire::headers::ACCESS_TOKEN;
use wire::problem::ProblemType;

/// Exchanges an access code for a token.
pub(crate) async fn exchange(
    State(ctx): State<Ctx>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    caller.require_instant()?;
    intake::check_headers(&headers)?;
    let mut turn = ctx.bodies.admit(body.size_hint().exact()).await?;
    let read = intake::read_body(
        body,
        &mut turn,
        &intake::EXCHANGE,
        &ctx.begin_blob,
        ctx.config.inline_max,
    )
    .await?;
    let mut faults = Faults::default();
    let members = Members::of(&read.root, &["accessCode"], Place::root(), &mut faults);
    let code = members
        .and_then(|members| members.required_text("accessCode", &mut faults))
        .map(|(_, text)| text);
    let Some(code) = code.filter(|_| faults.is_empty()) else {
        return Err(faults.refusal());
    };
    let token = access_codes::exchange(&ctx, &caller, AccessCode::parse(code)).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(token)).into_response())
}

/// Whether a token is still good: 200, or 410 when it was withdrawn or never was.
pub(crate) async fn verify(
    State(ctx): State<Ctx>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<StatusCode, Refusal> {
    caller.require_instant()?;
    let text = match access_token::given(&headers) {
        Given::One(text) => text,
        Given::Missing => return Err(Refusal::fault(ACCESS_TOKEN, "Is required")),
        Given::Different => {
            return Err(Refusal::fault(
                ACCESS_TOKEN,
                "Must be given once, or with the same value each time",
            ));
        }
    };
    let found = access_token::find(&ctx, &caller.0, &text).await?;
    match found {
        Some(token) if token.withdrawn_at.is_none() => Ok(StatusCode::OK),
        _ => Err(Refusal::new(ProblemType::TokenGone)),
    }
}
