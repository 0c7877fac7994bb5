//! Who is signed in at this PC: what a toolbar asks. No log-in is needed, but it must be this machine.

use crate::pas::Context;
use axum::{
    Json,
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::{net::SocketAddr, sync::Arc};
use wire::practice::CurrentUser;

/// `GET /session/current`.
pub(super) async fn user(
    State(context): State<Arc<Context>>,
    request: Request,
) -> Result<Response, super::Failure> {
    let caller = request.extensions().get::<ConnectInfo<SocketAddr>>();
    if caller.is_some_and(|ConnectInfo(address)| !address.ip().to_canonical().is_loopback()) {
        return Ok((
            StatusCode::FORBIDDEN,
            "Only programs on the same computer may ask this.",
        )
            .into_response());
    }
    let current = context.store.current_user().await?;
    let mut response = match current.and_then(|id| context.user(&id).cloned()) {
        None => StatusCode::NO_CONTENT.into_response(),
        Some(user) => Json(CurrentUser {
            spine_user_id: user.spine_user_id,
            name: user.name,
            ods_code: context.organisation.ods_code.clone(),
            organisation_name: context.organisation.name.clone(),
        })
        .into_response(),
    };
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
