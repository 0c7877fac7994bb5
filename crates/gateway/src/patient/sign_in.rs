//! Signing in with e-mail address and password, and out.
//!
//! An address that nobody has, a wrong password and a locked account get one answer, and take the same time as far as
//! we can see to it.

use super::door::Patients;
use super::faults::{FULL, Faults, STALE};
use super::{FORMS, Failure, open_page, paths};
use crate::context::Ctx;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use minijinja::context;
use model::Secret;
use model::patient::Email;
use serde::Deserialize;
use signin::desk::{Desk, Entry};
use signin::session::{self, moved};
use signin::{known, next};
use std::sync::Arc;

const WRONG: &str = "The email address or the password is not right. After 5 wrong passwords you have to wait for a minute, and longer after more";

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    next: String,
    /// What was done a moment ago: see [`told`].
    done: String,
    /// Why the browser was sent here: see [`next::ENDED`].
    why: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    email: String,
    password: String,
    next: String,
    csrf: String,
}

/// A form that holds nothing but its guard.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Pressed {
    pub(super) csrf: String,
}

/// `GET /patient/sign-in`.
pub(super) async fn form(
    State(ctx): State<Ctx>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let page = context! {
        next => inside(&wanted.next),
        done => told(&wanted.done),
        ended => wanted.why == next::ENDED,
    };
    open_page(&ctx, &headers, StatusCode::OK, "patient/sign_in.html", page)
}

/// `POST /patient/sign-in`.
pub(super) async fn sign_in(
    State(ctx): State<Ctx>,
    Extension(desk): Extension<Arc<Desk>>,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let password = Secret::new(typed.password);
    let again = |status, faults: &Faults| {
        let page = context! {
            next => inside(&typed.next),
            email => typed.email.as_str(),
            faults => faults.context(),
        };
        open_page(&ctx, &headers, status, "patient/sign_in.html", page)
    };
    if !FORMS.holds(&ctx, &headers, &typed.csrf) {
        let faults = Faults::one("password", STALE);
        return again(StatusCode::UNPROCESSABLE_ENTITY, &faults);
    }
    let mut faults = Faults::default();
    // Some browsers and people leave spaces; what is no address belongs to nobody.
    let email = Email::parse(&typed.email);
    if email.is_err() {
        faults.add("email", NOT_AN_EMAIL);
    }
    if password.reveal().is_empty() {
        faults.add("password", "Enter your password");
    }
    let Some(email) = email.ok().filter(|_| faults.is_empty()) else {
        return again(StatusCode::UNPROCESSABLE_ENTITY, &faults);
    };
    let known = known::read::<Patients>(&ctx, &headers, email.as_str()).await?;
    let entry = desk
        .look::<Patients>(&ctx, email.as_str(), password, known)
        .await?;
    let began = match entry {
        Entry::In(whose) => begin(&ctx, &headers, &whose, &email).await?,
        Entry::No => None,
        Entry::Full => {
            let page = again(
                StatusCode::TOO_MANY_REQUESTS,
                &Faults::one("password", FULL),
            );
            return Ok(after_a_second(page?));
        }
    };
    match began {
        Some(cookies) => Ok(moved(inside(&typed.next), cookies)),
        None => again(
            StatusCode::UNPROCESSABLE_ENTITY,
            &Faults::one("password", WRONG),
        ),
    }
}

/// What an address must look like.
pub(super) const NOT_AN_EMAIL: &str =
    "Enter an email address in the right format, like name@example.com";

/// Begins a session for somebody who has just shown the password: cookies of the session and of a browser that is
/// known from now on. `None` when the account is gone.
pub(super) async fn begin(
    ctx: &Ctx,
    headers: &HeaderMap,
    whose: &str,
    email: &Email,
) -> Result<Option<[Option<HeaderValue>; 2]>, Failure> {
    let Some(session) = session::begin::<Patients>(ctx, headers, whose).await? else {
        return Ok(None);
    };
    let known = known::cookie::<Patients>(ctx, email.as_str()).await?;
    Ok(Some([Some(session), known]))
}

/// Says when to come again.
pub(super) fn after_a_second(mut page: Response) -> Response {
    let second = HeaderValue::from_static("1");
    page.headers_mut().insert(header::RETRY_AFTER, second);
    page
}

/// `POST /patient/sign-out`.
pub(super) async fn sign_out(
    State(ctx): State<Ctx>,
    headers: HeaderMap,
    Form(sent): Form<Pressed>,
) -> Result<Response, Failure> {
    if !FORMS.holds(&ctx, &headers, &sent.csrf) {
        return Ok(Redirect::to(paths::HOME).into_response());
    }
    let cookie = session::end::<Patients>(&ctx, &headers).await?;
    let to = format!("{}?done=signed-out", paths::SIGN_IN);
    Ok(moved(&to, [cookie]))
}

/// What the page says of what was done a moment ago.
fn told(done: &str) -> Option<&'static str> {
    match done {
        "signed-out" => Some("You are signed out."),
        "deleted" => Some("Your account is deleted, and everything we held with it."),
        _ => None,
    }
}

/// A page of this app that is for a patient who is signed in, or its first one.
fn inside(next: &str) -> &str {
    let next = next::inside(next, paths::HOME, paths::HOME);
    // Where nobody arrives by signing in.
    if [paths::SIGN_IN, paths::SIGN_OUT, paths::SIGN_UP]
        .iter()
        .any(|page| next.starts_with(page))
    {
        paths::HOME
    } else {
        next
    }
}
