//! Answers that the platform was told to give instead of its own.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use httpkit::problem::Refusal;
use std::sync::{Arc, Mutex, PoisonError};
use wire::problem::ProblemType;

/// Paths that are affected: the partner API, not the toolbar's nor the controls themselves.
const PARTNER: &str = "/api/";

/// What the platform is to answer, and how often.
#[derive(Debug, Default)]
pub struct Answers(Mutex<Option<(ProblemType, u32)>>);

impl Answers {
    /// The next `times` partner calls get this problem; `None` for none.
    pub fn set(&self, kind: Option<ProblemType>, times: u32) {
        *self.lock() = kind
            .map(|kind| (kind, times))
            .filter(|(_, times)| *times > 0);
    }

    /// Nothing any more.
    pub fn clear(&self) {
        self.set(None, 0);
    }

    /// The status in force.
    pub fn status(&self) -> Option<u16> {
        self.lock().map(|(kind, _)| kind.status())
    }

    fn take(&self) -> Option<ProblemType> {
        let mut asked = self.lock();
        let (kind, times) = (*asked)?;
        *asked = (times > 1).then(|| (kind, times - 1));
        Some(kind)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(ProblemType, u32)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers in the platform's stead while it was told to.
pub async fn interfere(
    State(answers): State<Arc<Answers>>,
    request: Request,
    next: Next,
) -> Response {
    let partner = request.uri().path().starts_with(PARTNER);
    match partner.then(|| answers.take()).flatten() {
        Some(kind) => Refusal::new(kind)
            .detail("The sandbox was told to answer so.")
            .retry_after(1)
            .into_response(),
        None => next.run(request).await,
    }
}
