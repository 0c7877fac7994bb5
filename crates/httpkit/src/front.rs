//! The front door: every request gets an instance id, one log line, a measurement, and, when it is
//! refused, a problem document.

use crate::metrics::{self, HttpMetrics};
use crate::paced::{self, Reading};
use crate::problem::Refusal;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use model::{Clock, Entropy};
use std::any::Any;
use std::sync::Arc;
use std::time::Instant;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::{Instrument, error, info, info_span};
use uuid::Uuid;
use wire::problem::ProblemType;

/// What the front door needs to know.
#[derive(Clone)]
pub struct Front {
    /// Absolute URL of this server, without a slash at its end.
    pub base_url: Arc<str>,
    /// For instance ids.
    pub clock: Arc<dyn Clock>,
    /// For instance ids.
    pub entropy: Arc<dyn Entropy>,
    /// Where requests are counted.
    pub metrics: HttpMetrics,
}

/// The id of one request: the problem's `instance` and the log line's field.
#[derive(Clone, Copy, Debug)]
pub struct Instance(pub Uuid);

/// Puts the front door before all routes of `router`, its fallback included.
pub fn guard(router: Router, front: Front) -> Router {
    router
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(front, attend))
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    // The panic's own text may quote anything; the hook has printed where it was.
    Refusal::new(ProblemType::InternalError).into_response()
}

async fn attend(State(front): State<Front>, mut request: Request, next: Next) -> Response {
    let instance = model::entropy::uuid_v7(front.clock.now(), &*front.entropy);
    request.extensions_mut().insert(Instance(instance));
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route
        .as_ref()
        .map_or("(none)", MatchedPath::as_str)
        .to_owned();
    // One that nobody knows could be anything, of any length.
    let method = metrics::known(request.method());
    let reading = request.extensions().get::<Reading>().cloned();
    let span = info_span!("request", %instance);
    let started = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let response = if half_read(&response, reading.as_ref()) {
        paced::too_slow().into_response()
    } else {
        response
    };
    let refused = response
        .extensions()
        .get::<Refusal>()
        .cloned()
        .or_else(|| bare(&response));
    let status = response.status();
    let elapsed = started.elapsed();
    front.metrics.observe(method, &route, status, elapsed);
    let _in_span = span.enter();
    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    info!(method, route, status = status.as_u16(), millis, "answered");
    let Some(refusal) = refused else {
        return response;
    };
    if let Some(cause) = refusal.cause() {
        error!(
            cause,
            problem = refusal.kind().name(),
            "refused for a fault of ours"
        );
    }
    refusal.answer(&front.base_url, instance, kept(response.headers()))
}

/// Whether a request was refused only because its body came too slowly. The library's readers of
/// bodies take that for a broken or a long one. A refusal of ours knows better why: it may have been
/// certain before the rest of the body, which nobody wanted, came too slowly.
fn half_read(response: &Response, reading: Option<&Reading>) -> bool {
    let of_a_reader = [StatusCode::BAD_REQUEST, StatusCode::PAYLOAD_TOO_LARGE];
    of_a_reader.contains(&response.status())
        && response.extensions().get::<Refusal>().is_none()
        && reading.is_some_and(Reading::given_up)
}

/// Headers of a refused answer that still mean something.
fn kept(headers: &HeaderMap) -> HeaderMap {
    let names = [header::ALLOW, header::WWW_AUTHENTICATE, header::CONNECTION];
    names
        .iter()
        .filter_map(|name| Some((name.clone(), headers.get(name)?.clone())))
        .collect()
}

/// Refusals that the router itself made, without a body of ours.
fn bare(response: &Response) -> Option<Refusal> {
    if response.headers().contains_key(header::CONTENT_TYPE) {
        return None;
    }
    let kind = match response.status() {
        StatusCode::NOT_FOUND => ProblemType::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => ProblemType::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => ProblemType::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ProblemType::UnsupportedMediaType,
        StatusCode::INTERNAL_SERVER_ERROR => ProblemType::InternalError,
        _ => return None,
    };
    Some(Refusal::new(kind))
}
