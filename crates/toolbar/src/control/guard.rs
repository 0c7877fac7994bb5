//! Who may give orders: processes that know the secret and call this machine by its own name.

use super::answer;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, HOST};
use axum::middleware::Next;
use axum::response::Response;
use httpkit::host::is_loopback;
use model::Secret;
use subtle::ConstantTimeEq as _;
use wire::problem::ProblemType;

/// Lets a request pass, or refuses it.
pub(super) async fn guard(State(secret): State<Secret>, request: Request, next: Next) -> Response {
    match objection(request.headers(), &secret) {
        Some((kind, detail)) => answer::problem(kind, detail),
        None => next.run(request).await,
    }
}

fn objection(headers: &HeaderMap, secret: &Secret) -> Option<(ProblemType, &'static str)> {
    let header = |name| headers.get(name)?.to_str().ok();
    if !header(HOST).is_some_and(is_loopback) {
        return Some((ProblemType::Forbidden, "Only for callers on this machine."));
    }
    let given = header(AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    let same = |given: &str| bool::from(given.as_bytes().ct_eq(secret.reveal().as_bytes()));
    if given.is_some_and(same) {
        None
    } else {
        Some((ProblemType::Unauthorized, "The secret is missing or wrong."))
    }
}
