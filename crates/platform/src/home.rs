//! The first page of all: what this is, and where to go on.

use crate::admin::pages::paths::HOME as ADMIN;
use crate::context::Ctx;
use axum::Router;
use axum::extract::State;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use httpkit::security_headers;

/// Its route.
pub(crate) fn routes() -> Router<Ctx> {
    Router::new()
        .route("/", get(show))
        .layer(from_fn(security_headers::add))
}

/// Where operators' pages have a listener of their own, they are the first thing there.
pub(crate) fn to_pages() -> Router<Ctx> {
    Router::new().route("/", get(async || Redirect::to(ADMIN)))
}

async fn show(State(ctx): State<Ctx>) -> Response {
    // Those who only send need not learn where operators sign in elsewhere.
    let admin = ctx.config.operator_routes;
    let page = minijinja::context! { admin };
    match ctx.pages.render_value("home.html", page) {
        Ok(page) => page.into_response(),
        Err(error) => error.into_response(),
    }
}
