//! Practitioners sign in and out.

use crate::app::sign_in;
use crate::auth::session::SignedIn;
use crate::context::{Ctx, storage};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use httpkit::json_body::Read;
use httpkit::problem::Refusal;
use wire::practice::SignIn;

/// Signs in with a device assertion.
pub(crate) async fn sign_in(
    State(ctx): State<Ctx>,
    Read(request): Read<SignIn>,
) -> Result<Response, Refusal> {
    let signed_in = sign_in::sign_in(&ctx, &request.assertion).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(signed_in)).into_response())
}

/// Ends the session; its stream ends with it.
pub(crate) async fn sign_out(State(ctx): State<Ctx>, who: SignedIn) -> Result<StatusCode, Refusal> {
    ctx.store
        .devices
        .end_session(&who.actor(), who.0.id, ctx.now())
        .await
        .map_err(storage)?;
    Ok(StatusCode::NO_CONTENT)
}
