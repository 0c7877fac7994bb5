//! Pages about the API: the OpenAPI document, a readable page made from it, and a page for each kind of problem.

mod calls;
mod docs;
mod operation;
mod problems;
mod prose;
mod rows;

use crate::segment::Segment;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use httpkit::page::{PageError, Pages, Site};
use httpkit::security_headers;
use rust_embed::RustEmbed;
use serde_json::Value;
use std::sync::{Arc, OnceLock};
use wire::openapi;
use wire::paths::partner as paths;
use wire::problem::ProblemType;

#[derive(RustEmbed)]
#[folder = "src/templates/"]
struct Templates;

const SITE: Site = Site {
    name: "Baton messaging platform",
    home: paths::DOCS,
    strapline: "From a supplier’s system to the patient’s record. Not an NHS service.",
};

/// What the pages are made from; made once.
struct Pressroom {
    base_url: String,
    document: Value,
    pages: Pages,
    docs: OnceLock<String>,
}

/// The routes, for a server that clients reach at `base_url` (no slash at its end): `/openapi.json`,
/// `/docs` and `/problems/{name}`. The pages need [`httpkit::assets::router`] beside them.
pub(crate) fn router(base_url: &str) -> Router {
    let room = Pressroom {
        base_url: base_url.to_owned(),
        document: openapi::document(base_url, env!("CARGO_PKG_VERSION")),
        pages: Pages::new(SITE).with_templates::<Templates>(),
        docs: OnceLock::new(),
    };
    Router::new()
        .route(paths::OPENAPI, get(document))
        .route(paths::DOCS, get(read_docs))
        .route(paths::PROBLEM, get(explain))
        .layer(from_fn(security_headers::add))
        .with_state(Arc::new(room))
}

/// The OpenAPI document. Any page may read it: it holds nothing secret.
async fn document(State(room): State<Arc<Pressroom>>) -> Response {
    let mut response = axum::Json(&room.document).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("cross-origin"),
    );
    response
}

async fn read_docs(State(room): State<Arc<Pressroom>>) -> Result<Html<String>, PageError> {
    if let Some(page) = room.docs.get() {
        return Ok(Html(page.clone()));
    }
    let Html(page) = room
        .pages
        .render("docs.html", docs::view(&room.document, &room.base_url))?;
    Ok(Html(room.docs.get_or_init(|| page).clone()))
}

/// One kind of problem.
async fn explain(
    State(room): State<Arc<Pressroom>>,
    Segment(name): Segment<String>,
) -> Result<Response, PageError> {
    let Some(kind) = ProblemType::from_name(&name) else {
        let text = "No kind of problem has this name. The list of all kinds is at the end of the documentation.";
        let title = "There is no such problem";
        return Ok(room.pages.notice(StatusCode::NOT_FOUND, title, text));
    };
    let view = problems::view(kind, &room.base_url);
    Ok(room.pages.render("problem.html", view)?.into_response())
}

#[cfg(test)]
mod tests;
