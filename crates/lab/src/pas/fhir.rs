//! FHIR R4 at `/fhir`: what a toolbar, or any other program, needs of a practice's record.

pub(super) mod json;
mod metadata;
mod outcome;
mod parameters;
mod plan;
mod read;
mod search;
mod transaction;

use super::Context;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderMap, header},
    routing::{MethodRouter, get, post},
};
use outcome::Refusal;
use std::sync::Arc;

/// The largest transaction, in bytes: ten attachments of 5 MiB in Base64, escaped, and room to spare.
const TRANSACTION_LIMIT: usize = 120 * 1024 * 1024;

/// The routes, to be nested under the base.
pub(super) fn router() -> Router<Arc<Context>> {
    Router::new()
        .route("/", base_route())
        .route("/metadata", get(metadata::statement).fallback(unsupported))
        .route("/Patient", get(search::patients).fallback(unsupported))
        .route("/Patient/{id}", get(read::patient).fallback(unsupported))
        .route(
            "/DocumentReference",
            get(search::documents).fallback(unsupported),
        )
        .route(
            "/DocumentReference/{id}",
            get(read::document).fallback(unsupported),
        )
        .route(
            "/Observation",
            get(search::observations).fallback(unsupported),
        )
        .route(
            "/Observation/{id}",
            get(read::observation).fallback(unsupported),
        )
        .route("/Binary/{id}", get(read::binary).fallback(unsupported))
        .fallback(unknown)
}

/// The base itself; a client may write it with a slash at the end.
pub(super) fn base_route() -> MethodRouter<Arc<Context>> {
    post(transaction::run)
        .layer(DefaultBodyLimit::max(TRANSACTION_LIMIT))
        .fallback(unsupported)
}

async fn unsupported() -> Refusal {
    Refusal::unsupported("This server reads, searches and takes transactions; nothing else.")
}

async fn unknown() -> Refusal {
    Refusal::not_found("There is no such resource type or address here.")
}

/// The address of the base as this client wrote it.
fn base(headers: &HeaderMap) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("localhost");
    format!("http://{host}{}", wire::paths::record_system::FHIR)
}
