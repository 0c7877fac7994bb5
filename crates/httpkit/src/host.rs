//! Servers of one's own machine answer to its own names only.
//!
//! A web site can give its name this machine's address and so talk to a local server as if it were its
//! own (DNS rebinding); the `Host` header still says whose name was used.

use crate::problem::Refusal;
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use wire::problem::ProblemType;

/// Middleware: refuses requests that do not call this machine by its own name.
pub async fn require_loopback(request: Request, next: Next) -> Response {
    let authority = request
        .uri()
        .authority()
        .map(axum::http::uri::Authority::as_str);
    let host = host(request.headers()).or(authority);
    if host.is_some_and(is_loopback) {
        return next.run(request).await;
    }
    let words = "Only for callers on this machine, by the name localhost or 127.0.0.1.";
    Refusal::new(ProblemType::Forbidden)
        .detail(words)
        .into_response()
}

fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST)?.to_str().ok()
}

/// Whether a `Host` header names this machine, with or without a port.
pub fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_pass() {
        for host in [
            "127.0.0.1",
            "127.0.0.1:8080",
            "localhost:1",
            "[::1]:9",
            "[::1]",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost:x",
            "127.0.0.1:80:80",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
