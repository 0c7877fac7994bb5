//! Pages about the partner API: see [`httpkit::site`].

#[cfg(test)]
mod tests;

use axum::Router;
use httpkit::page::Site;
use httpkit::site::{self, Manual};
use wire::openapi;
use wire::paths::partner as paths;
use wire::problem::ProblemType;

const SITE: Site = Site {
    name: "Baton messaging platform",
    home: paths::DOCS,
    strapline: "From a supplier’s system to the patient’s record. Not an NHS service.",
};

/// The routes, for a platform that clients reach at `base_url` (no slash at its end).
pub(crate) fn router(base_url: &str) -> Router {
    let manual = Manual {
        api: &openapi::PARTNER,
        title: "Partner API",
        site: SITE,
        problems: ProblemType::of_platform().collect(),
        version: env!("CARGO_PKG_VERSION"),
    };
    site::router(base_url, manual)
}
