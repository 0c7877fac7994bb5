//! The product API (contract E), one resource a file: who calls, what is asked, the use case, the answer.

mod authorisation;
mod events;
mod messages;
mod patients;
pub(crate) mod reference;
mod users;
mod webhooks;

use crate::context::Ctx;
use axum::Router;
use axum::routing::get;
use wire::paths::gateway as paths;

/// The product's routes.
pub(crate) fn routes() -> Router<Ctx> {
    Router::new()
        .merge(messages::routes())
        .merge(users::routes())
        .merge(patients::routes())
        .merge(webhooks::routes())
        .route(paths::EVENTS, get(events::stream))
}
