//! Widgets on the practice's bars.

use crate::app::widgets;
use crate::auth::session::SignedIn;
use crate::context::Ctx;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use httpkit::json_body::Read;
use httpkit::problem::Refusal;
use httpkit::segment::{Segment, id};
use wire::practice::{LaunchWidget, Widgets};

/// What the practice sees.
pub(crate) async fn list(State(ctx): State<Ctx>, who: SignedIn) -> Result<Json<Widgets>, Refusal> {
    widgets::shown(&ctx, &who).await.map(Json)
}

/// Puts one out of the practitioner's sight.
pub(crate) async fn hide(
    State(ctx): State<Ctx>,
    who: SignedIn,
    Segment(widget): Segment<String>,
) -> Result<StatusCode, Refusal> {
    widgets::hide(&ctx, &who, id(&widget)?, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts it back.
pub(crate) async fn show(
    State(ctx): State<Ctx>,
    who: SignedIn,
    Segment(widget): Segment<String>,
) -> Result<StatusCode, Refusal> {
    widgets::hide(&ctx, &who, id(&widget)?, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Opens one.
pub(crate) async fn launch(
    State(ctx): State<Ctx>,
    who: SignedIn,
    Segment(widget): Segment<String>,
    Read(request): Read<LaunchWidget>,
) -> Result<Response, Refusal> {
    let launched = widgets::launch(&ctx, &who, id(&widget)?, request).await?;
    Ok((
        StatusCode::CREATED,
        [(header::CACHE_CONTROL, "no-store")],
        Json(launched),
    )
        .into_response())
}
