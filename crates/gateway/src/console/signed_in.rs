//! The extractor that every page but sign-in starts with: an operator is signed in, or the browser is sent to the
//! sign-in page and comes back afterwards.

use super::door::Operators;
use super::{FORMS, Failure, paths, who};
use crate::context::Ctx;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use httpkit::csrf::FormToken;
use minijinja::Value;
use signin::form::private;
use signin::{next, session};
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
        if FORMS.holds(&self.ctx, &self.headers, csrf) {
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
        Ok(private(StatusCode::OK, html, self.form.set_cookie.clone()))
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
            None => session::read::<Operators>(ctx, &parts.headers)
                .await
                .map_err(|error| Failure::from(error).into_response())?
                .map(|spell| spell.whose),
        };
        let Some(name) = name else {
            let ended = session::came::<Operators>(ctx, &parts.headers);
            return Err(next::to_sign_in(
                parts,
                paths::SIGN_IN,
                paths::MESSAGES,
                ended,
            ));
        };
        Ok(Self {
            name,
            by_proxy,
            ctx: Arc::clone(ctx),
            form: FORMS.token(ctx, &parts.headers),
            headers: parts.headers.clone(),
        })
    }
}
