//! The headers that keep a browser from doing more with our pages than we meant.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// Pages: everything from here, nothing inline, no plug-ins but our own PDF views, framed by nobody else.
pub const PAGE_POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'self'; frame-src 'self'; \
    frame-ancestors 'self'; base-uri 'none'; form-action 'self'";

/// Somebody else's file that we hand on: it may show itself and nothing more.
pub const FILE_POLICY: &str = "default-src 'none'; img-src 'self'; object-src 'self'; style-src 'unsafe-inline'; \
    frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

/// Middleware: adds the headers that an answer doesn't carry already.
pub async fn add(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let wanted: [(HeaderName, &'static str); 6] = [
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    for (name, value) in wanted {
        response
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}
