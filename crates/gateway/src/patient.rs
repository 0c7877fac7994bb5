//! The patient app: pages on which a patient makes an account, connects it to their Patients Know Best (PKB) record,
//! sees what was read from there, and disconnects (contract F).
//!
//! One thing a page, for telephones first; everything works without JavaScript. Nothing about a patient stands in an
//! address. [`callback`] is there for products with pages of their own as well.

mod account;
mod callback;
mod connect;
mod delete_account;
mod details;
mod disconnect;
mod door;
mod faults;
mod home;
mod sign_in;
mod sign_up;
mod signed_in;
mod words;

use crate::context::{Context, Ctx, storage};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use httpkit::csrf::refuse_cross_site;
use httpkit::page::PageError;
use httpkit::problem::Refusal;
use httpkit::security_headers;
use minijinja::{Value, context};
use model::AppUserId;
use signed_in::SignedIn;
use signin::crowd::Crowd;
use signin::desk::Desk;
use signin::form::{Forms, private};
use std::net::IpAddr;
use std::sync::Arc;
use store::StoreError;
use tracing::error;

/// Where pages stand.
mod paths {
    pub(super) const HOME: &str = wire::paths::gateway::PATIENT_APP;
    pub(super) const CALLBACK: &str = wire::paths::gateway::PKB_CALLBACK;
    pub(super) const SIGN_UP: &str = "/patient/sign-up";
    pub(super) const SIGN_IN: &str = "/patient/sign-in";
    pub(super) const SIGN_OUT: &str = "/patient/sign-out";
    pub(super) const CONNECT: &str = "/patient/connect";
    pub(super) const CONNECTED: &str = "/patient/connected";
    pub(super) const NOT_CONNECTED: &str = "/patient/not-connected";
    pub(super) const DETAILS: &str = "/patient/details";
    pub(super) const DISCONNECT: &str = "/patient/disconnect";
    pub(super) const ACCOUNT: &str = "/patient/account";
    pub(super) const PASSWORD: &str = "/patient/change-password";
    pub(super) const DELETE: &str = "/patient/delete-account";
    /// Every other address below.
    pub(super) const REST: &str = "/patient/{*rest}";
}

/// A patient is no operator, and this is their app, not our gateway.
const STRAPLINE: &str = "This is not an NHS service.";
/// The forms of these pages.
const FORMS: Forms = Forms::new("baton_patient_csrf", "__Host-baton_patient_csrf");
/// Forms are small.
const MAX_FORM: usize = 16 * 1024;
/// Patients are many: with one password looked at in about 30 ms, the last waits for about two seconds.
const WAITING: usize = 64;
/// So many accounts are made from one address in a minute. A proxy in front of us is one address, so it is not too few.
const ARRIVALS: u32 = 30;
/// So often in a minute one patient may begin to connect, or have the details read: others are told of it or asked.
const CALLS: u32 = 10;
/// Accounts made in a minute, by the address they are made from.
type Arrivals = Crowd<IpAddr>;
/// What others hear of, by patient.
type Calls = Crowd<AppUserId>;
/// Who does what is done here, as [`store::gateway::Happened`] names it.
const BY: &str = "patient";

/// The routes: the app's pages where they are served, and the way back from PKB where patients link their record.
pub(crate) fn routes(ctx: &Ctx) -> Router<Ctx> {
    let mut router = Router::new();
    if ctx.config.patient_app {
        router = router
            .route(paths::HOME, get(home::show))
            .route(paths::SIGN_UP, get(sign_up::form).post(sign_up::sign_up))
            .route(paths::SIGN_IN, get(sign_in::form).post(sign_in::sign_in))
            .route(paths::SIGN_OUT, post(sign_in::sign_out))
            .route(paths::CONNECT, get(connect::show).post(connect::begin))
            .route(paths::CONNECTED, get(connect::connected))
            .route(paths::NOT_CONNECTED, get(connect::not_connected))
            .route(paths::DETAILS, get(details::show).post(details::read_anew))
            .route(
                paths::DISCONNECT,
                get(disconnect::ask).post(disconnect::disconnect),
            )
            .route(paths::ACCOUNT, get(account::show))
            .route(
                paths::PASSWORD,
                get(account::form).post(account::change_password),
            )
            .route(
                paths::DELETE,
                get(delete_account::ask).post(delete_account::delete),
            )
            .route(paths::REST, get(nowhere));
    }
    if ctx.config.pkb.is_some() {
        router = router.route(paths::CALLBACK, get(callback::come_back));
    }
    router
        .layer(Extension(Arc::new(Desk::new(WAITING))))
        .layer(Extension(Arc::new(Arrivals::new(ARRIVALS))))
        .layer(Extension(Arc::new(Calls::new(CALLS))))
        .layer(from_fn_with_state(Arc::clone(ctx), say_sorry))
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(from_fn(refuse_cross_site))
        .layer(from_fn(security_headers::add))
}

/// Any address that isn't one of ours.
async fn nowhere(user: SignedIn) -> Failure {
    Failure::NotFound(Box::new(user))
}

/// Renders a page for somebody who need not be signed in.
fn open_page(
    ctx: &Context,
    headers: &HeaderMap,
    status: StatusCode,
    template: &str,
    page: Value,
) -> Result<Response, Failure> {
    let form = FORMS.token(ctx, headers);
    let html = ctx.pages.render_value(
        template,
        context! { csrf => form.value, ..with_site(ctx, page) },
    )?;
    Ok(private(status, html, form.set_cookie))
}

/// A page's context with what every page of ours says about the site.
fn with_site(ctx: &Context, page: Value) -> Value {
    // Without the app, patients only come through here on their way to a product, whose name we do not know.
    let (name, home) = if ctx.config.patient_app {
        (ctx.config.patient_app_name.as_str(), paths::HOME)
    } else {
        ("", "")
    };
    let site = context! { name, home, strapline => STRAPLINE };
    context! { site, ..page }
}

/// A page that can't be shown.
enum Failure {
    /// There is no such page.
    NotFound(Box<SignedIn>),
    /// A form that was open too long, or is none of ours.
    Stale(Box<SignedIn>),
    /// The patient did the same too often in a minute.
    Often(Box<SignedIn>),
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
                "If you typed the address, check that it is right.",
            ),
            Self::Stale(user) => (
                user,
                StatusCode::FORBIDDEN,
                "Please try again",
                "This page was open for a long time, so we have not changed anything. Go back, load the page again and repeat what you did.",
            ),
            Self::Often(user) => (
                user,
                StatusCode::TOO_MANY_REQUESTS,
                "Please wait for a minute",
                "You have done this many times in the last minute. Wait for a minute, then try again.",
            ),
            Self::Refused(refusal) => return sorry(&refusal),
            Self::Page(error) => return error.into_response(),
        };
        user.notice(status, title, text)
            .unwrap_or_else(IntoResponse::into_response)
    }
}

/// Marks an answer that [`say_sorry`] turns into a page.
#[derive(Clone, Copy)]
struct Sorry;

/// The log gets the cause, the reader a page.
fn sorry(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.kind().status());
    let mut response = status
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
        .into_response();
    if response.status().is_server_error() {
        error!(cause = ?refusal, "a patient's page can't be shown");
    }
    response.extensions_mut().insert(Sorry);
    response
}

/// Middleware: what can't be shown, in words.
async fn say_sorry(State(ctx): State<Ctx>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let response = next.run(request).await;
    if response.extensions().get::<Sorry>().is_none() {
        return response;
    }
    let page = context! {
        title => "Sorry, there is a problem with this page",
        text => "Try again in a few minutes. If it does not get better, tell the people who run this app.",
    };
    open_page(
        &ctx,
        &headers,
        response.status(),
        "patient/notice.html",
        page,
    )
    .unwrap_or_else(IntoResponse::into_response)
}
