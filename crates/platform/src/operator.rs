//! Health and metrics, for operators and what they run.

use crate::context::Ctx;
use axum::Router;
use httpkit::metrics::Metrics;
use httpkit::problem::Refusal;
use wire::problem::ProblemType;

/// The operator routes.
pub(crate) fn routes(metrics: Metrics) -> Router<Ctx> {
    httpkit::operator::routes(metrics, ready)
}

/// It can take messages: storage reads and writes, and the end has not begun.
async fn ready(ctx: Ctx) -> Result<(), Refusal> {
    if ctx.shutdown.has_begun() {
        return Err(Refusal::new(ProblemType::Unavailable).retry_after(5));
    }
    let healthy = ctx.store.health.check().await;
    healthy.map_err(|error| Refusal::unavailable(&error))
}
