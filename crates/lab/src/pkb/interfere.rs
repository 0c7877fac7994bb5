//! Failures and slowness that were asked for, around the calls they are meant for.

use super::Context;
use super::controls::{PkbAnswers, PkbCalls};
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use std::io;
use std::sync::Arc;
use wire::pkb::paths;

/// Answers in the sandbox's stead, or later than it would.
pub(super) async fn interfere(
    State(context): State<Arc<Context>>,
    request: Request,
    next: Next,
) -> Response {
    let call = match request.uri().path() {
        paths::TOKEN | paths::SYSTEM_TOKEN => PkbCalls::Token,
        // The page is hit only by what hits everything.
        paths::AUTHORIZE => PkbCalls::All,
        _ => PkbCalls::Data,
    };
    if let Some(asked) = context.controls.take_answer(call) {
        return instead(asked);
    }
    let response = next.run(request).await;
    // Whatever there was to do has been done: whoever goes away now has missed it.
    if call != PkbCalls::All {
        tokio::time::sleep(context.controls.slowness()).await;
    }
    response
}

fn instead(asked: PkbAnswers) -> Response {
    let status = StatusCode::from_u16(asked.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, "The sandbox was told to answer so.\n").into_response();
    if let Some(seconds) = asked.retry_after {
        let seconds = HeaderValue::from(seconds);
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

/// An answer that never comes: the connection breaks before its first byte.
pub(super) fn lost() -> Response {
    let broken = io::Error::from(io::ErrorKind::ConnectionAborted);
    let body = stream::once(async { Err::<Bytes, _>(broken) });
    Response::new(Body::from_stream(body))
}
