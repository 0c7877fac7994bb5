//! The extractor that every page for one patient starts with: a patient is signed in, or the browser is sent to the
//! sign-in page and comes back afterwards.

use super::door::Patients;
use super::{Calls, FORMS, Failure, paths, with_site};
use crate::context::Ctx;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use httpkit::csrf::FormToken;
use httpkit::problem::Refusal;
use minijinja::{Value, context};
use model::{AppUserId, Hash};
use signin::door::Spell;
use signin::form::private;
use signin::{next, session};
use std::sync::Arc;
use store::gateway::{Account, Patient};
use wire::problem::ProblemType;

/// A patient is signed in.
pub(super) struct SignedIn {
    /// Who.
    pub(super) id: AppUserId,
    /// What the browser sent.
    pub(super) headers: HeaderMap,
    ctx: Ctx,
    spell: Spell,
    form: FormToken,
}

impl SignedIn {
    /// Goes on only if the form is one that this browser was given.
    pub(super) fn checked(self, csrf: &str) -> Result<Self, Failure> {
        if FORMS.holds(&self.ctx, &self.headers, csrf) {
            Ok(self)
        } else {
            Err(Failure::Stale(Box::new(self)))
        }
    }

    /// Goes on only if the patient has not done this too often in the last minute.
    pub(super) fn seldom(self, calls: &Calls) -> Result<Self, Failure> {
        if calls.admits(Some(self.id.clone()), self.ctx.now()) {
            Ok(self)
        } else {
            Err(Failure::Often(Box::new(self)))
        }
    }

    /// The session's name, as an attempt to link notes it.
    pub(super) fn session(&self) -> Hash {
        self.spell.hash
    }

    /// Where the patient's link stands.
    pub(super) async fn patient(&self) -> Result<Patient, Failure> {
        let found = self.ctx.store.patients.get(&self.id).await?;
        found.ok_or_else(gone)
    }

    /// The account.
    pub(super) async fn account(&self) -> Result<Account, Failure> {
        let found = self.ctx.store.accounts.of_patient(&self.id).await?;
        found.ok_or_else(gone)
    }

    /// A new session cookie in the place of the present one's; the session ends when it would have ended.
    pub(super) async fn renewed(&self) -> Result<Option<HeaderValue>, Refusal> {
        session::renew::<Patients>(&self.ctx, &self.headers, &self.spell).await
    }

    /// Renders one of our pages.
    pub(super) fn page(&self, template: &str, page: Value) -> Result<Response, Failure> {
        self.page_with(StatusCode::OK, template, page)
    }

    /// Renders one of our pages with a status of its own.
    pub(super) fn page_with(
        &self,
        status: StatusCode,
        template: &str,
        page: Value,
    ) -> Result<Response, Failure> {
        let base = context! {
            signed_in => true,
            csrf => self.form.value.as_str(),
            ..with_site(&self.ctx, page)
        };
        let html = self.ctx.pages.render_value(template, base)?;
        Ok(private(status, html, self.form.set_cookie.clone()))
    }

    /// A page with a heading and a sentence or two.
    pub(super) fn notice(
        &self,
        status: StatusCode,
        title: &str,
        text: &str,
    ) -> Result<Response, Failure> {
        self.page_with(status, "patient/notice.html", context! { title, text })
    }

    /// The browser's session, if there is one that has not ended.
    pub(super) async fn read(ctx: &Ctx, headers: &HeaderMap) -> Result<Option<Self>, Refusal> {
        let Some(spell) = session::read::<Patients>(ctx, headers).await? else {
            return Ok(None);
        };
        let Ok(id) = AppUserId::parse(&spell.whose) else {
            return Ok(None);
        };
        Ok(Some(Self {
            id,
            headers: headers.clone(),
            spell,
            form: FORMS.token(ctx, headers),
            ctx: Arc::clone(ctx),
        }))
    }
}

/// The account was deleted a moment ago, in another window.
fn gone() -> Failure {
    Failure::Refused(Refusal::new(ProblemType::NotFound))
}

impl FromRequestParts<Ctx> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self, Response> {
        let found = Self::read(ctx, &parts.headers).await;
        let found = found.map_err(|error| Failure::from(error).into_response())?;
        found.ok_or_else(|| {
            let ended = session::came::<Patients>(ctx, &parts.headers);
            next::to_sign_in(parts, paths::SIGN_IN, paths::HOME, ended)
        })
    }
}
