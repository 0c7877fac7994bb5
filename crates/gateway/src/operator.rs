//! Health and metrics, for operators and what they run.

use crate::context::Ctx;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use httpkit::metrics::Metrics;
use httpkit::problem::Refusal;
use wire::paths::operator as paths;

/// The operator routes.
pub(crate) fn routes(metrics: Metrics) -> Router<Ctx> {
    Router::new()
        .route(paths::LIVE, get(live))
        .route(paths::READY, get(ready))
        .route(paths::METRICS, get(async move || metrics.answer()))
}

/// The process answers.
async fn live() -> StatusCode {
    StatusCode::OK
}

/// It can take messages: storage reads and writes, and the end has not begun.
async fn ready(State(ctx): State<Ctx>) -> Result<StatusCode, Refusal> {
    if ctx.shutdown.has_begun() {
        return Err(Refusal::new(wire::problem::ProblemType::Unavailable).retry_after(5));
    }
    ctx.store
        .health
        .check()
        .await
        .map_err(|error| Refusal::unavailable(&error))?;
    Ok(StatusCode::OK)
}
