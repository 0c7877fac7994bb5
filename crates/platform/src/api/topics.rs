//! `GET /api/v1/topics`: reference data that clients may keep.

use crate::auth::api_key::Caller;
use crate::context::{Ctx, storage};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use httpkit::conditional::if_none_match;
use httpkit::problem::Refusal;
use model::Hash;
use wire::partner::Topic;

/// How long a client may use the list without asking again, in seconds.
const MAX_AGE: &str = "private, max-age=300";

/// The topics, or 304 when the client has them already.
pub(crate) async fn list(
    State(ctx): State<Ctx>,
    _: Caller,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let names = ctx.store.directory.topics().await.map_err(storage)?;
    let topics: Vec<_> = names
        .into_iter()
        .map(|topic_name| Topic { topic_name })
        .collect();
    let body = serde_json::to_vec(&topics).map_err(|error| Refusal::internal(&error))?;
    let tag = format!(
        "\"{}\"",
        Hash::of(&body).to_hex().get(..32).unwrap_or_default()
    );
    let answer_headers = [
        (header::ETAG, tag.clone()),
        (header::CACHE_CONTROL, MAX_AGE.to_owned()),
    ];
    if if_none_match(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, answer_headers).into_response());
    }
    let kind = [(header::CONTENT_TYPE, "application/json; charset=utf-8")];
    Ok((answer_headers, kind, body).into_response())
}
