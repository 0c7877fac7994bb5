//! Health and metrics, for operators and what they run.

use crate::metrics::Metrics;
use crate::problem::Refusal;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use wire::paths::operator as paths;

/// The operator routes. `ready` says whether requests can be taken now.
pub fn routes<S, F, Answer>(metrics: Metrics, ready: F) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    F: Fn(S) -> Answer + Clone + Send + Sync + 'static,
    Answer: Future<Output = Result<(), Refusal>> + Send + 'static,
{
    let ready = move |State(state): State<S>| {
        let ready = ready(state);
        async move { ready.await.map(|()| StatusCode::OK) }
    };
    Router::new()
        .route(paths::LIVE, get(async || StatusCode::OK))
        .route(paths::READY, get(ready))
        .route(paths::METRICS, get(async move || metrics.answer()))
}
