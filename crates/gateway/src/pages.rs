//! Pages for people who are not operators: where a practitioner comes in from the toolbar, and enters an access code.

mod authorise;
pub(crate) mod launch;
pub(crate) mod link;

use crate::context::Ctx;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::get;
use httpkit::page::Site;
use httpkit::{csrf, security_headers};
use wire::paths::gateway as paths;

/// The form is small.
const MAX_BODY: usize = 16 * 1024;

/// A practitioner is no operator: the name at the top leads to the page itself.
const SITE: Site = Site {
    name: "Baton gateway",
    home: "",
    strapline: "It sends documents to GP practices for your system. Not an NHS service.",
};

/// The routes.
pub(crate) fn routes() -> Router<Ctx> {
    Router::new()
        .route(paths::AUTHORISE, get(authorise::show).post(authorise::act))
        .route(paths::LAUNCH, get(launch::open))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn(csrf::refuse_cross_site))
        .layer(from_fn(security_headers::add))
}
