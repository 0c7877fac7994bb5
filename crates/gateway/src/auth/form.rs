//! Forms of people's pages: a token in cookie and form, and pages that nobody else keeps.

use super::session::{over_tls, secured};
use crate::context::Context;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use httpkit::csrf::{Csrf, FormToken};

/// The guard of one site's forms.
pub(crate) struct Forms {
    plain: Csrf,
    over_tls: Csrf,
}

impl Forms {
    /// A guard with the names of its cookie: without TLS, and with it (`__Host-` and the same).
    pub(crate) const fn new(plain: &'static str, over_tls: &'static str) -> Self {
        Self {
            plain: Csrf::new(plain),
            over_tls: Csrf::new(over_tls),
        }
    }

    /// The browser's token, or a new one.
    pub(crate) fn token(&self, ctx: &Context, headers: &HeaderMap) -> FormToken {
        let mut token = self.guard(ctx).token(headers, &*ctx.entropy);
        token.set_cookie = secured(ctx, token.set_cookie);
        token
    }

    /// Whether the form's token is the browser's.
    pub(crate) fn holds(&self, ctx: &Context, headers: &HeaderMap, field: &str) -> bool {
        self.guard(ctx).holds(headers, field)
    }

    fn guard(&self, ctx: &Context) -> &Csrf {
        if over_tls(ctx) {
            &self.over_tls
        } else {
            &self.plain
        }
    }
}

/// An answer that is nobody else's business, nor the next user's of this browser.
pub(crate) fn private(
    status: StatusCode,
    page: Html<String>,
    set_cookie: Option<HeaderValue>,
) -> Response {
    let mut response = (status, page).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(cookie) = set_cookie {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}
