//! `POST /api/v1/widgets` and the keys behind launches.

use crate::app::widgets;
use crate::auth::api_key::Caller;
use crate::context::Ctx;
use axum::Json;
use axum::body::{Body, HttpBody as _};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use httpkit::problem::Refusal;
use httpkit::segment::{Segment, id};
use model::widget::Reach;
use wire::widgets::RegisteredWidget;

/// How long a supplier may keep a key, in seconds: a toolbar that was blocked must soon be refused.
const MAX_AGE: &str = "private, max-age=60";

/// Registers or changes a widget.
pub(crate) async fn register(
    State(ctx): State<Ctx>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<RegisteredWidget>, Refusal> {
    intake::check_headers(&headers)?;
    let mut turn = ctx.bodies.admit(body.size_hint().exact()).await?;
    let read = intake::read_body(
        body,
        &mut turn,
        &intake::WIDGET,
        &ctx.begin_blob,
        ctx.config.inline_max,
    )
    .await?;
    let reach = if ctx.config.loopback_widgets {
        Reach::HttpsOrLoopback
    } else {
        Reach::Https
    };
    let form = widgets::read(&read.root, reach)?;
    widgets::register(&ctx, &caller, form).await.map(Json)
}

/// The key that checks what a toolbar signed.
pub(crate) async fn key(
    State(ctx): State<Ctx>,
    _: Caller,
    Segment(kid): Segment<String>,
) -> Result<Response, Refusal> {
    let key = widgets::key(&ctx, id(&kid)?).await?;
    Ok(([(header::CACHE_CONTROL, MAX_AGE)], Json(key)).into_response())
}
