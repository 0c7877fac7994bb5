//! Access codes and the permissions that came of them.

use crate::app::{access_codes, describe};
use crate::auth::session::SignedIn;
use crate::context::{Ctx, storage};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use httpkit::problem::Refusal;
use httpkit::segment::{Segment, id};
use wire::practice::{TokenInfo, Tokens};
use wire::problem::ProblemType;

/// Makes a code for the signed-in practitioner.
pub(crate) async fn make(State(ctx): State<Ctx>, who: SignedIn) -> Result<Response, Refusal> {
    let code = access_codes::issue(&ctx, &who.actor(), &who.0.practitioner).await?;
    Ok((
        StatusCode::CREATED,
        [(header::CACHE_CONTROL, "no-store")],
        Json(code),
    )
        .into_response())
}

/// Who may send for the signed-in practitioner.
pub(crate) async fn tokens(State(ctx): State<Ctx>, who: SignedIn) -> Result<Json<Tokens>, Refusal> {
    let found = ctx
        .store
        .permissions
        .tokens_of(&who.0.practitioner)
        .await
        .map_err(storage)?;
    let tokens = found.into_iter().map(|token| TokenInfo {
        token_id: token.id.to_string(),
        client_name: token.client_name,
        created_at: describe::date_time(token.made_at),
        last_used_at: token.last_used_at.map(describe::date_time),
    });
    Ok(Json(Tokens {
        tokens: tokens.collect(),
    }))
}

/// Withdraws a permission at once.
pub(crate) async fn withdraw(
    State(ctx): State<Ctx>,
    who: SignedIn,
    Segment(token): Segment<String>,
) -> Result<StatusCode, Refusal> {
    let token = id(&token)?;
    let withdrawn = ctx
        .store
        .permissions
        .withdraw(&who.actor(), &who.0.practitioner, token, ctx.now())
        .await;
    if withdrawn.map_err(storage)? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refusal::new(ProblemType::NotFound))
    }
}
