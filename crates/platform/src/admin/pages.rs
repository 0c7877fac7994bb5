//! Pages for operators: where messages stand, who takes part, and what needs a person's eye.
//!
//! Everything works without JavaScript. Nothing of a message's content or of its patient is on any of them, and every
//! act is in the audit log under its operator's name.

mod audit;
mod client;
mod clients;
mod dead;
mod door;
mod message;
mod messages;
mod overview;
mod practice;
mod practices;
mod sign_in;
mod signed_in;
mod toolbars;
mod topics;
mod widgets;
mod words;

use super::AdminError;
use crate::context::{Ctx, storage};
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use httpkit::csrf::refuse_cross_site;
use httpkit::page::PageError;
use httpkit::problem::Refusal;
use httpkit::security_headers;
use serde::Deserialize;
use signed_in::SignedIn;
use signin::desk::Desk;
use signin::form::Forms;
use std::sync::Arc;
use store::StoreError;
use wire::problem::ProblemType;

/// Where pages stand.
pub(crate) mod paths {
    /// The first page.
    pub(crate) const HOME: &str = "/admin";
    pub(super) const SIGN_IN: &str = "/admin/sign-in";
    pub(super) const SIGN_OUT: &str = "/admin/sign-out";
    pub(super) const MESSAGES: &str = "/admin/messages";
    pub(super) const MESSAGE: &str = "/admin/messages/{reference}";
    pub(super) const DEAD: &str = "/admin/dead";
    pub(super) const PRACTICES: &str = "/admin/practices";
    pub(super) const PRACTICE: &str = "/admin/practices/{code}";
    pub(super) const CLIENTS: &str = "/admin/clients";
    pub(super) const CLIENT: &str = "/admin/clients/{id}";
    pub(super) const CLIENT_MAY: &str = "/admin/clients/{id}/may";
    pub(super) const KEY_ISSUE: &str = "/admin/clients/{id}/keys";
    pub(super) const KEY_ROTATE: &str = "/admin/clients/{id}/keys/rotate";
    pub(super) const KEY_REVOKE: &str = "/admin/clients/{id}/keys/revoke";
    pub(super) const TOOLBARS: &str = "/admin/toolbars";
    pub(super) const BLOCK: &str = "/admin/toolbars/block";
    pub(super) const UNBLOCK: &str = "/admin/toolbars/unblock";
    pub(super) const REGISTRATION_KEYS: &str = "/admin/toolbars/keys";
    pub(super) const REGISTRATION_END: &str = "/admin/toolbars/keys/end";
    pub(super) const TOPICS: &str = "/admin/topics";
    pub(super) const WIDGETS: &str = "/admin/widgets";
    pub(super) const WIDGET: &str = "/admin/widgets/{id}";
    pub(super) const WIDGET_APPROVE: &str = "/admin/widgets/{id}/approve";
    pub(super) const WIDGET_REFUSE: &str = "/admin/widgets/{id}/refuse";
    pub(super) const AUDIT: &str = "/admin/audit";
    /// Every other address below the pages.
    pub(super) const REST: &str = "/admin/{*rest}";
}

/// The forms of the pages.
const FORMS: Forms = Forms::new(
    "baton_platform_admin_csrf",
    "__Host-baton_platform_admin_csrf",
);
/// Operators are few.
const WAITING: usize = 8;
/// Forms are small.
const MAX_FORM: usize = 64 * 1024;

/// The routes.
pub(crate) fn routes() -> Router<Ctx> {
    Router::new()
        .route(paths::HOME, get(overview::show))
        .route(paths::SIGN_IN, get(sign_in::form).post(sign_in::sign_in))
        .route(paths::SIGN_OUT, post(sign_in::sign_out))
        .route(paths::MESSAGES, get(messages::list))
        .route(paths::MESSAGE, get(message::show))
        .route(paths::DEAD, get(dead::show))
        .route(paths::PRACTICES, get(practices::list).post(practices::add))
        .route(paths::PRACTICE, get(practice::show).post(practice::rename))
        .route(paths::CLIENTS, get(clients::list).post(clients::add))
        .route(paths::CLIENT, get(client::show))
        .route(paths::CLIENT_MAY, post(client::may))
        .route(paths::KEY_ISSUE, post(client::issue))
        .route(paths::KEY_ROTATE, post(client::rotate))
        .route(paths::KEY_REVOKE, post(client::revoke))
        .route(paths::TOOLBARS, get(toolbars::list))
        .route(paths::BLOCK, post(toolbars::block))
        .route(paths::UNBLOCK, post(toolbars::unblock))
        .route(paths::REGISTRATION_KEYS, post(toolbars::issue))
        .route(paths::REGISTRATION_END, post(toolbars::end))
        .route(paths::TOPICS, get(topics::list).post(topics::add))
        .route(paths::WIDGETS, get(widgets::list))
        .route(paths::WIDGET, get(widgets::show))
        .route(paths::WIDGET_APPROVE, post(widgets::approve))
        .route(paths::WIDGET_REFUSE, post(widgets::refuse))
        .route(paths::AUDIT, get(audit::list).post(audit::verify))
        .route(paths::REST, get(nowhere))
        .layer(Extension(Arc::new(Desk::new(WAITING))))
        .layer(Extension(Arc::<audit::Verifying>::default()))
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(from_fn(refuse_cross_site))
        .layer(from_fn(security_headers::add))
}

/// Any address that isn't one of ours.
async fn nowhere(user: SignedIn) -> Failure {
    Failure::NotFound(Box::new(user))
}

/// A form that holds nothing but its guard, and what is said of a moment ago.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Pressed {
    csrf: String,
}

/// What a page is asked when something was done a moment ago.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Done {
    done: String,
}

/// Back to a page, which says what was done.
fn done(page: &str, what: &str) -> Response {
    let mark = if page.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{page}{mark}done={what}")).into_response()
}

/// A page that can't be shown.
enum Failure {
    /// There is no such thing; the page says so.
    NotFound(Box<SignedIn>),
    /// A form that was open too long, or is none of ours.
    Stale(Box<SignedIn>),
    /// Something we need does not answer, or a mistake of ours.
    Refused(Refusal),
    Page(PageError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Refused(storage(error))
    }
}

impl From<AdminError> for Failure {
    fn from(error: AdminError) -> Self {
        match error {
            AdminError::Store(error) => error.into(),
            AdminError::Unknown(_) | AdminError::Invalid(_) => {
                Self::Refused(Refusal::new(ProblemType::NotFound))
            }
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<PageError> for Failure {
    fn from(error: PageError) -> Self {
        Self::Page(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (user, status, title, text) = match self {
            Self::NotFound(user) => (
                user,
                StatusCode::NOT_FOUND,
                "Page not found",
                "It may have been removed, or the address may be mistyped.",
            ),
            Self::Stale(user) => (
                user,
                StatusCode::FORBIDDEN,
                "Please try again",
                "The page was open too long, so nothing was changed. Go back, load it again and repeat what you did.",
            ),
            Self::Refused(refusal) => return refused_page(refusal),
            Self::Page(error) => return error.into_response(),
        };
        let page = minijinja::context! { title, text };
        let page = user.page_with(status, "admin/notice.html", "", page);
        page.unwrap_or_else(IntoResponse::into_response)
    }
}

/// The front door logs the cause; the reader gets a sentence.
fn refused_page(refusal: Refusal) -> Response {
    let text = match refusal.kind() {
        ProblemType::NotFound => "There is no such thing.",
        ProblemType::Unavailable => {
            "The platform cannot show this at the moment. Please try again shortly."
        }
        // Told, logged and counted at the front door.
        _ => return refusal.into_response(),
    };
    let status = StatusCode::from_u16(refusal.kind().status());
    let mut response = (status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), text).into_response();
    let no_store = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    response
}
