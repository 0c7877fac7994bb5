//! What describes the API: `/openapi.json`, `/docs`, and a page for each kind of problem.

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use httpkit::page::Site;
use httpkit::site::{self, Manual};
use wire::openapi::GATEWAY;
use wire::paths::gateway as paths;

const SITE: Site = Site {
    name: "Baton gateway",
    home: paths::DOCS,
    strapline: "From a supplier’s product to the messaging platform. Not an NHS service.",
};

/// The routes, for a gateway that is reached at `base_url`.
pub(crate) fn routes(base_url: &str) -> Router {
    let manual = Manual {
        api: &GATEWAY,
        title: "Product API",
        site: SITE,
        problems: GATEWAY.problems(),
        version: env!("CARGO_PKG_VERSION"),
    };
    // Whoever opens the bare address in a browser wants to know what this is.
    let start = get(async || Redirect::to(paths::DOCS));
    site::router(base_url, manual).route("/", start)
}
