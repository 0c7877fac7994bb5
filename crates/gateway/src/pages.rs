//! Pages for people who are not operators: where a practitioner enters an access code.

mod authorise;
pub(crate) mod link;

use crate::context::Ctx;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::get;
use httpkit::{csrf, security_headers};
use wire::paths::gateway as paths;

/// The form is small.
const MAX_BODY: usize = 16 * 1024;

/// The routes.
pub(crate) fn routes() -> Router<Ctx> {
    Router::new()
        .route(paths::AUTHORISE, get(authorise::show).post(authorise::act))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(csrf::refuse_cross_site))
        .layer(from_fn(security_headers::add))
}
