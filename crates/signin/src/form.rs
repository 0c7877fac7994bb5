//! Forms of people's pages: a token in cookie and form, and pages that nobody else keeps.

use crate::house::House;
use crate::session::{over_tls, secured};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use httpkit::csrf::{Csrf, FormToken};

/// The guard of one site's forms.
pub struct Forms {
    plain: Csrf,
    over_tls: Csrf,
}

impl Forms {
    /// A guard with the names of its cookie: without TLS, and with it (`__Host-` and the same).
    #[must_use]
    pub const fn new(plain: &'static str, over_tls: &'static str) -> Self {
        Self {
            plain: Csrf::new(plain),
            over_tls: Csrf::new(over_tls),
        }
    }

    /// The browser's token, or a new one.
    pub fn token(&self, house: &impl House, headers: &HeaderMap) -> FormToken {
        let mut token = self.guard(house).token(headers, &**house.entropy());
        token.set_cookie = secured(house, token.set_cookie);
        token
    }

    /// Whether the form's token is the browser's.
    pub fn holds(&self, house: &impl House, headers: &HeaderMap, field: &str) -> bool {
        self.guard(house).holds(headers, field)
    }

    fn guard(&self, house: &impl House) -> &Csrf {
        if over_tls(house) {
            &self.over_tls
        } else {
            &self.plain
        }
    }
}

/// An answer that is nobody else's business, nor the next user's of this browser.
pub fn private(
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
