//! The partner API (contract A), one resource a file: extract, call the use case, shape the answer.

mod access_token;
mod events;
mod messages;
mod status;
mod test;
mod topics;
mod widgets;

use crate::context::Ctx;
use axum::Router;
use axum::routing::{get, post};
use wire::paths::partner as paths;

/// The partner routes.
pub(crate) fn routes() -> Router<Ctx> {
    Router::new()
        .route(paths::TEST, get(test::test).post(test::test))
        .route(paths::TOPICS, get(topics::list))
        .route(paths::MESSAGES, post(messages::standard))
        .route(paths::INSTANT, post(messages::instant))
        .route(paths::STATUS, get(status::status))
        .route(paths::ACCESS_TOKEN, post(access_token::exchange))
        .route(paths::VERIFY, get(access_token::verify))
        .route(paths::EVENTS, get(events::stream))
        .route(paths::WIDGETS, post(widgets::register))
        .route(paths::WIDGET_KEY, get(widgets::key))
}
