//! The toolbar API (contract C), one resource a file.

mod attachments;
mod codes;
mod messages;
mod registrations;
mod sessions;
mod stream;

use crate::context::Ctx;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, post};
use httpkit::paced;
use httpkit::problem::Refusal;
use wire::paths::practice as paths;
use wire::problem::ProblemType;

/// Bodies of this API are small.
const MAX_BODY: usize = 64 * 1024;

/// The toolbar routes.
pub(crate) fn routes() -> Router<Ctx> {
    Router::new()
        .route(paths::REGISTRATIONS, post(registrations::register))
        .route(paths::REGISTRATION, delete(registrations::unregister))
        .route(paths::SESSIONS, post(sessions::sign_in))
        .route(paths::SESSION, delete(sessions::sign_out))
        .route(paths::STREAM, get(stream::stream))
        .route(paths::MESSAGES, get(messages::inbox))
        .route(paths::MESSAGE, get(messages::detail))
        .route(paths::ATTACHMENT, get(attachments::bytes))
        .route(paths::CLAIM, post(messages::claim))
        .route(paths::RENEW, post(messages::renew))
        .route(paths::COMPLETE, post(messages::complete))
        .route(paths::FAIL, post(messages::fail))
        .route(paths::REJECT, post(messages::reject))
        .route(paths::RELEASE, post(messages::release))
        .route(paths::CODES, post(codes::make))
        .route(paths::TOKENS, get(codes::tokens))
        .route(paths::TOKEN, delete(codes::withdraw))
        .layer(DefaultBodyLimit::max(MAX_BODY))
}

/// A JSON body of this API. Its faults are told by place, never by the library's own words, which can
/// quote what was sent.
pub(crate) struct Read<T>(pub(crate) T);

impl<T, S> axum::extract::FromRequest<S> for Read<T>
where
    T: serde::de::DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, Refusal> {
        let bytes = axum::body::Bytes::from_request(request, state)
            .await
            .map_err(|error| {
                paced::refusal(&error).unwrap_or_else(|| Refusal::new(ProblemType::TooLarge))
            })?;
        serde_json::from_slice(&bytes).map(Read).map_err(|error| {
            // An end that comes before the first byte stands at column 0 there.
            let (line, column) = (error.line().max(1) as u64, error.column().max(1) as u64);
            let what = if error.is_data() {
                "Not of the expected shape."
            } else {
                "Not JSON."
            };
            Refusal::malformed(line, column, what)
        })
    }
}

/// An identifier in a path; a bad one is not found.
pub(crate) fn id<T: std::str::FromStr>(text: &str) -> Result<T, Refusal> {
    text.parse()
        .map_err(|_| Refusal::new(ProblemType::NotFound))
}
