//! Keeping other web sites from posting our forms: a token in cookie and form, and the browser's word.
//!
//! Two guards, each enough alone: [`refuse_cross_site`] believes what the browser says about where a
//! request comes from (`Sec-Fetch-Site`, else `Origin`); [`Csrf`] wants the same random token in a
//! cookie and in the form, which another site can neither read nor set.

use crate::page::cookie;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use model::Entropy;
use sha2::{Digest, Sha256};

/// The form guard of one site. Sites on one machine share cookies, so each needs its own cookie name.
#[derive(Clone, Copy, Debug)]
pub struct Csrf {
    cookie: &'static str,
}

/// A token to put in a form, and the cookie that goes with it when the browser has none yet.
#[derive(Debug)]
pub struct FormToken {
    /// For the hidden field.
    pub value: String,
    /// For `Set-Cookie`, if needed.
    pub set_cookie: Option<HeaderValue>,
}

impl Csrf {
    /// A guard that keeps its token in the cookie of this name.
    pub const fn new(cookie: &'static str) -> Self {
        Self { cookie }
    }

    /// The browser's token, or a new one.
    pub fn token(&self, headers: &HeaderMap, entropy: &dyn Entropy) -> FormToken {
        if let Some(value) = cookie::read(headers, self.cookie).filter(|v| well_formed(v)) {
            return FormToken {
                value: value.to_owned(),
                set_cookie: None,
            };
        }
        let value = BASE64_URL_SAFE_NO_PAD.encode(model::entropy::bytes::<24>(entropy));
        let set_cookie = cookie::write(self.cookie, &value, None);
        FormToken { value, set_cookie }
    }

    /// Whether the form's token is the browser's.
    pub fn holds(&self, headers: &HeaderMap, field: &str) -> bool {
        let expected = cookie::read(headers, self.cookie).filter(|v| well_formed(v));
        // Digests are compared, so that the time taken says nothing about the token.
        expected.is_some_and(|expected| Sha256::digest(expected) == Sha256::digest(field))
    }
}

fn well_formed(token: &str) -> bool {
    token.len() == 32
        && token
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Middleware: refuses a request that changes something and that the browser says comes from another
/// site. Requests of programs, which say neither, pass.
pub async fn refuse_cross_site(request: Request, next: Next) -> Response {
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if safe || same_site(request.headers()) {
        return next.run(request).await;
    }
    (
        StatusCode::FORBIDDEN,
        "This request came from another web site, so it was refused.",
    )
        .into_response()
}

fn same_site(headers: &HeaderMap) -> bool {
    let text = |name| {
        headers
            .get(name)
            .and_then(|v: &HeaderValue| v.to_str().ok())
    };
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    match (headers.get(header::ORIGIN), text(header::HOST)) {
        (None, _) => true,
        (Some(origin), Some(host)) => {
            let origin = origin.to_str().unwrap_or_default();
            origin
                .split_once("://")
                .is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(host))
        }
        (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests;
