//! `/v1/users/{userId}/authorisation`: an access code taken, looked at, forgotten; and the link to the page.

use super::users::{authorisation_shape, told, user_in};
use crate::app::{capture_code, users};
use crate::auth::product::Product;
use crate::context::{Ctx, storage};
use crate::pages::link;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use httpkit::json_body::Object;
use httpkit::problem::Refusal;
use httpkit::segment::Segment;
use wire::gateway::users as shapes;
use wire::partner::ExchangeCode;

/// `POST …/authorisation`: the user, authorised.
pub(super) async fn take(
    State(ctx): State<Ctx>,
    product: Product,
    Segment(id): Segment<String>,
    Object(sent): Object<ExchangeCode>,
) -> Result<Json<shapes::User>, Refusal> {
    let id = user_in(&id)?;
    capture_code::take(&ctx, product.by(), &id, &sent.access_code).await?;
    Ok(Json(told(&ctx, &id).await?))
}

/// `GET …/authorisation`: what the platform says now.
pub(super) async fn verify(
    State(ctx): State<Ctx>,
    product: Product,
    Segment(id): Segment<String>,
) -> Result<Json<shapes::Authorisation>, Refusal> {
    let user = users::verify(&ctx, &product.by(), &user_in(&id)?).await?;
    Ok(Json(authorisation_shape(&user)))
}

/// `DELETE …/authorisation`: the token is destroyed. What the practitioner gave stands at the practice until it is
/// withdrawn there, but nobody holds it any more.
pub(super) async fn forget(
    State(ctx): State<Ctx>,
    product: Product,
    Segment(id): Segment<String>,
) -> Result<StatusCode, Refusal> {
    let id = user_in(&id)?;
    users::find(&ctx, &id).await?;
    let forgotten = ctx.store.users.forget(&product.by(), &id, ctx.now()).await;
    // Twice is once.
    forgotten.map_err(storage)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST …/authorisation-link`.
pub(super) async fn link(
    State(ctx): State<Ctx>,
    _: Product,
    Segment(id): Segment<String>,
) -> Result<Response, Refusal> {
    let id = user_in(&id)?;
    users::find(&ctx, &id).await?;
    let (url, expires_at) = link::make(&ctx, &id).await?;
    let made = shapes::AuthorisationLink {
        url,
        expires_at: expires_at.to_string(),
    };
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::CREATED, no_store, Json(made)).into_response())
}
