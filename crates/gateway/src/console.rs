//! Pages for operators: what became of each message, and what needs a person's eye (contract E).
//!
//! Everything works without JavaScript. Nothing about a patient stands in an address.

mod door;
mod message;
mod messages;
mod patient;
mod patients;
mod refused;
mod sign_in;
mod signed_in;
mod times;
mod unfiled;
mod users;
mod webhooks;
mod who;

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
use signed_in::SignedIn;
use signin::desk::Desk;
use signin::form::Forms;
use std::sync::Arc;
use store::StoreError;
use wire::problem::ProblemType;

/// Where pages stand.
mod paths {
    pub(super) const HOME: &str = wire::paths::gateway::CONSOLE;
    pub(super) const SIGN_IN: &str = "/console/sign-in";
    pub(super) const SIGN_OUT: &str = "/console/sign-out";
    pub(super) const MESSAGES: &str = "/console/messages";
    pub(super) const MESSAGE: &str = "/console/messages/{id}";
    pub(super) const RELEASE: &str = "/console/messages/{id}/release";
    pub(super) const STOP: &str = "/console/messages/{id}/stop";
    pub(super) const LOOK: &str = "/console/messages/{id}/look";
    pub(super) const REFUSED: &str = "/console/refused";
    pub(super) const RELEASE_MANY: &str = "/console/refused/release";
    pub(super) const USERS: &str = "/console/users";
    pub(super) const VERIFY: &str = "/console/users/verify";
    pub(super) const FORGET: &str = "/console/users/forget";
    pub(super) const LINK: &str = "/console/users/link";
    pub(super) const PATIENTS: &str = "/console/patients";
    pub(super) const PATIENT: &str = "/console/patient";
    pub(super) const UNLINK: &str = "/console/patient/unlink";
    pub(super) const WEBHOOKS: &str = "/console/webhooks";
    pub(super) const WEBHOOK: &str = "/console/webhooks/{id}";
    pub(super) const WEBHOOK_TEST: &str = "/console/webhooks/{id}/test";
    pub(super) const WEBHOOK_ENABLE: &str = "/console/webhooks/{id}/enable";
    pub(super) const UNFILED: &str = "/console/unfiled";
    /// Every other address below the console.
    pub(super) const REST: &str = "/console/{*rest}";
}

/// The forms of the console.
const FORMS: Forms = Forms::new(
    "baton_gateway_console_csrf",
    "__Host-baton_gateway_console_csrf",
);
/// Operators are few.
const WAITING: usize = 8;
/// Forms are small.
const MAX_FORM: usize = 64 * 1024;

/// The routes.
pub(crate) fn routes() -> Router<Ctx> {
    Router::new()
        .route(paths::HOME, get(home))
        .route(paths::SIGN_IN, get(sign_in::form).post(sign_in::sign_in))
        .route(paths::SIGN_OUT, post(sign_in::sign_out))
        .route(paths::MESSAGES, get(messages::list))
        .route(paths::MESSAGE, get(message::show))
        .route(paths::RELEASE, post(message::release))
        .route(paths::STOP, post(message::stop))
        .route(paths::LOOK, post(message::look))
        .route(paths::REFUSED, get(refused::list))
        .route(paths::RELEASE_MANY, post(refused::release))
        .route(paths::USERS, get(users::list))
        .route(paths::VERIFY, post(users::verify))
        .route(paths::FORGET, post(users::forget))
        .route(paths::LINK, post(users::link))
        .route(paths::PATIENTS, get(patients::list))
        .route(paths::PATIENT, get(patient::show))
        .route(paths::UNLINK, post(patient::unlink))
        .route(paths::WEBHOOKS, get(webhooks::list))
        .route(paths::WEBHOOK, get(webhooks::show))
        .route(paths::WEBHOOK_TEST, post(webhooks::test))
        .route(paths::WEBHOOK_ENABLE, post(webhooks::enable))
        .route(paths::UNFILED, get(unfiled::show))
        .route(paths::REST, get(nowhere))
        .layer(Extension(Arc::new(Desk::new(WAITING))))
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(from_fn(refuse_cross_site))
        .layer(from_fn(security_headers::add))
}

async fn home() -> Redirect {
    Redirect::to(paths::MESSAGES)
}

/// Any address that isn't one of ours.
async fn nowhere(user: SignedIn) -> Failure {
    Failure::NotFound(Box::new(user))
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
        let page = user.page(
            "console/notice.html",
            "",
            minijinja::context! { title, text },
        );
        let page = page.unwrap_or_else(IntoResponse::into_response);
        (status, page).into_response()
    }
}

/// The front door logs the cause; the reader gets a sentence.
fn refused_page(refusal: Refusal) -> Response {
    let html = match refusal.kind() {
        ProblemType::NotFound => "There is no such thing.",
        ProblemType::Unavailable => {
            "The gateway cannot show this at the moment. Please try again shortly."
        }
        _ => "Something went wrong. It has been logged.",
    };
    let status = StatusCode::from_u16(refusal.kind().status());
    if refusal.kind() == ProblemType::InternalError {
        // Told, logged and counted at the front door.
        return refusal.into_response();
    }
    let mut response = (status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), html).into_response();
    let no_store = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    response
}
