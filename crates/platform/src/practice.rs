//! The toolbar API (contract C), one resource a file.

mod attachments;
mod codes;
mod messages;
mod registrations;
mod sessions;
mod stream;
mod widgets;

use crate::context::Ctx;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, post, put};
use wire::paths::practice as paths;

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
        .route(paths::WIDGETS, get(widgets::list))
        .route(
            paths::WIDGET_HIDDEN,
            put(widgets::hide).delete(widgets::show),
        )
        .route(paths::WIDGET_LAUNCHES, post(widgets::launch))
        .layer(DefaultBodyLimit::max(MAX_BODY))
}
