//! Pages about an API: its OpenAPI document, a readable page made from that, and a page for each kind of problem.

mod calls;
mod docs;
mod operation;
mod problems;
mod prose;
mod rows;
#[cfg(test)]
mod tests;

use crate::page::{PageError, Pages, Site};
use crate::security_headers;
use crate::segment::Segment;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;
use serde_json::Value;
use std::sync::{Arc, OnceLock};
use wire::openapi::Api;
use wire::paths::partner as paths;
use wire::problem::ProblemType;

#[derive(RustEmbed)]
#[folder = "src/site/templates/"]
struct Templates;

/// What the pages are about.
#[derive(Clone, Debug)]
pub struct Manual {
    /// The API.
    pub api: &'static Api,
    /// What the page of its calls is called.
    pub title: &'static str,
    /// The server's name and more; its home should be [`paths::DOCS`] or lead there.
    pub site: Site,
    /// The kinds of problem that the server tells, in the order of the list. Every kind has its page.
    pub problems: Vec<ProblemType>,
    /// The program's version.
    pub version: &'static str,
}

/// What the pages are made from; made once.
struct Pressroom {
    base_url: String,
    manual: Manual,
    document: Value,
    pages: Pages,
    docs: OnceLock<String>,
}

/// The routes, for a server that clients reach at `base_url` (no slash at its end): `/openapi.json`,
/// `/docs` and `/problems/{name}`. The pages need [`crate::assets::router`] beside them.
pub fn router(base_url: &str, manual: Manual) -> Router {
    let room = Pressroom {
        base_url: base_url.to_owned(),
        document: manual.api.document(base_url, manual.version),
        pages: Pages::new(manual.site).with_templates::<Templates>(),
        manual,
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
    let view = docs::view(&room.manual, &room.document, &room.base_url);
    let Html(page) = room.pages.render("docs.html", view)?;
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
    let view = problems::view(room.manual.api, kind, &room.base_url);
    Ok(room.pages.render("problem.html", view)?.into_response())
}
