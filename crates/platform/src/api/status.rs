//! `GET /api/v1/messages/{messageId}/status`.

use crate::app::describe;
use crate::auth::api_key::Caller;
use crate::context::{Ctx, storage};
use axum::Json;
use axum::extract::State;
use httpkit::problem::Refusal;
use httpkit::segment::Segment;
use wire::partner::StatusAnswer;
use wire::problem::ProblemType;

/// Where one of the caller's own messages stands; any other is not found.
pub(crate) async fn status(
    State(ctx): State<Ctx>,
    caller: Caller,
    Segment(id): Segment<String>,
) -> Result<Json<StatusAnswer>, Refusal> {
    let not_found = || Refusal::new(ProblemType::NotFound);
    // The form that a message is sent with; others would be second names for it.
    let id = Some(id)
        .filter(|id| id.len() == 36)
        .and_then(|id| id.parse().ok());
    let id = id.ok_or_else(not_found)?;
    let found = ctx
        .store
        .messages
        .find(caller.0.id, id)
        .await
        .map_err(storage)?;
    let stored = found.ok_or_else(not_found)?;
    Ok(Json(describe::status(&stored, ctx.now())))
}
