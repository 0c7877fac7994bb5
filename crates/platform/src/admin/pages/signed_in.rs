//! The extractor that every page but sign-in starts with: an operator is signed in, or the browser is sent to the
//! sign-in page and comes back afterwards.

use super::door::Operators;
use super::{FORMS, Failure, paths};
use crate::admin::Admin;
use crate::context::Ctx;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use httpkit::csrf::FormToken;
use minijinja::Value;
use model::Actor;
use signin::form::private;
use signin::{next, session};
use std::sync::Arc;

/// An operator is signed in.
pub(super) struct SignedIn {
    name: String,
    ctx: Ctx,
    form: FormToken,
    headers: HeaderMap,
}

impl SignedIn {
    /// As the audit log names them.
    pub(super) fn by(&self) -> Actor {
        Actor::Operator(self.name.clone())
    }

    /// At work.
    pub(super) fn admin(&self) -> Admin<'_> {
        Admin {
            store: &self.ctx.store,
            by: self.by(),
            now: self.ctx.now(),
            entropy: &*self.ctx.entropy,
        }
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
        self.page_with(StatusCode::OK, template, section, page)
    }

    /// Renders one of our pages with a status of its own.
    pub(super) fn page_with(
        &self,
        status: StatusCode,
        template: &str,
        section: &str,
        page: Value,
    ) -> Result<Response, Failure> {
        let base = minijinja::context! {
            operator => self.name.as_str(),
            csrf => self.form.value.as_str(),
            section,
            ..page
        };
        let html = self.ctx.pages.render_value(template, base)?;
        Ok(private(status, html, self.form.set_cookie.clone()))
    }

    /// A page, or the same with what is wrong with a form on it.
    pub(super) fn form(
        &self,
        template: &str,
        section: &str,
        fault: Option<&str>,
        page: Value,
    ) -> Result<Response, Failure> {
        let status = match fault {
            Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
            None => StatusCode::OK,
        };
        let page = minijinja::context! { fault => fault.map(super::words::sentence), ..page };
        self.page_with(status, template, section, page)
    }
}

impl FromRequestParts<Ctx> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self, Response> {
        let spell = session::read::<Operators>(ctx, &parts.headers).await;
        let spell = spell.map_err(|error| Failure::from(error).into_response())?;
        let Some(spell) = spell else {
            let ended = session::came::<Operators>(ctx, &parts.headers);
            return Err(next::to_sign_in(parts, paths::SIGN_IN, paths::HOME, ended));
        };
        Ok(Self {
            name: spell.whose,
            ctx: Arc::clone(ctx),
            form: FORMS.token(ctx, &parts.headers),
            headers: parts.headers.clone(),
        })
    }
}
