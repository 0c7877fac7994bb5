//! The extractor that every page but sign-in starts with: an operator is signed in, or the browser is sent to the
//! sign-in page and comes back afterwards.

use super::{CSRF, Failure, paths, session, who};
use crate::context::Ctx;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Redirect, Response};
use httpkit::csrf::FormToken;
use minijinja::Value;
use std::sync::Arc;

/// An operator is signed in.
pub(super) struct SignedIn {
    name: String,
    /// Whether a proxy says so; then signing out is the proxy's business.
    by_proxy: bool,
    ctx: Ctx,
    form: FormToken,
    headers: HeaderMap,
}

impl SignedIn {
    /// As [`store::gateway::Happened`] names who did something.
    pub(super) fn by(&self) -> String {
        format!("operator:{}", self.name)
    }

    /// Goes on only if the form is one that this browser was given.
    pub(super) fn checked(self, csrf: &str) -> Result<Self, Failure> {
        if CSRF.holds(&self.headers, csrf) {
            Ok(self)
        } else {
            Err(Failure::Stale(Box::new(self)))
        }
    }

    /// Renders one of our pages; `section` is the menu entry it belongs to.
    pub(super) fn page(
        &self,
        template: &str,
        section: &str,
        page: Value,
    ) -> Result<Response, Failure> {
        let base = minijinja::context! {
            operator => self.name.as_str(),
            by_proxy => self.by_proxy,
            csrf => self.form.value.as_str(),
            section,
            ..page
        };
        let html = self.ctx.pages.render_value(template, base)?;
        let mut response = html.into_response();
        let headers = response.headers_mut();
        // Nobody else's business, nor the next user's of this browser.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(cookie) = &self.form.set_cookie {
            headers.append(header::SET_COOKIE, cookie.clone());
        }
        Ok(response)
    }
}

impl FromRequestParts<Ctx> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self, Response> {
        let trusted = ctx.config.operator_header.as_ref();
        let proxied = trusted.and_then(|trusted| who::named(parts, trusted));
        let by_proxy = proxied.is_some();
        let name = match proxied {
            Some(name) => Some(name),
            None => session::operator(ctx, &parts.headers)
                .await
                .map_err(|error| Failure::from(error).into_response())?,
        };
        let Some(name) = name else {
            return Err(to_sign_in(parts));
        };
        Ok(Self {
            name,
            by_proxy,
            ctx: Arc::clone(ctx),
            form: CSRF.token(&parts.headers, &*ctx.entropy),
            headers: parts.headers.clone(),
        })
    }
}

fn to_sign_in(parts: &Parts) -> Response {
    let wanted = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    if parts.method != Method::GET || wanted == paths::MESSAGES {
        return Redirect::to(paths::SIGN_IN).into_response();
    }
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("next", wanted)
        .finish();
    Redirect::to(&format!("{}?{query}", paths::SIGN_IN)).into_response()
}
