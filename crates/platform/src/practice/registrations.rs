//! Toolbars register and unregister.

use crate::app::sign_in;
use crate::context::Ctx;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use httpkit::json_body::Read;
use httpkit::problem::Refusal;
use wire::headers::DEVICE_ASSERTION;
use wire::practice::{Register, Registered};
use wire::problem::ProblemType;

/// Registers a toolbar with a two-part key.
pub(crate) async fn register(
    State(ctx): State<Ctx>,
    Read(request): Read<Register>,
) -> Result<(StatusCode, Json<Registered>), Refusal> {
    let registered = sign_in::register(&ctx, request).await?;
    Ok((StatusCode::CREATED, Json(registered)))
}

/// Takes back the caller's own registration.
pub(crate) async fn unregister(
    State(ctx): State<Ctx>,
    headers: HeaderMap,
) -> Result<StatusCode, Refusal> {
    let assertion = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.split_once(' '))
        .filter(|(scheme, _)| *scheme == DEVICE_ASSERTION)
        .map(|(_, assertion)| assertion)
        .ok_or_else(|| {
            Refusal::new(ProblemType::Unauthorized)
                .detail("Sign the request with the toolbar's key.")
        })?;
    sign_in::unregister(&ctx, assertion).await?;
    Ok(StatusCode::NO_CONTENT)
}
