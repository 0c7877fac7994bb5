//! Making an account: an e-mail address and a password.
//!
//! No mail is sent, so an address is not proved to be its owner's, and a taken one has to be told in some way: in words
//! that say no more than needed, after the same work, and only so often a minute.

use super::door::Patients;
use super::faults::{FULL, Faults, STALE};
use super::sign_in::{NOT_AN_EMAIL, after_a_second, begin};
use super::{Arrivals, FORMS, Failure, open_page, paths};
use crate::context::Ctx;
use axum::extract::State;
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use minijinja::context;
use model::patient::Email;
use model::{AppUserId, Secret};
use serde::Deserialize;
use signin::crowd;
use signin::desk::Desk;
use signin::session::{self, moved};
use std::sync::Arc;
use store::gateway::Account;

const TAKEN: &str = "We cannot make an account with this email address. If you have used this app before, sign in instead";
const CROWDED: &str = "Too many accounts were made from your network in the last minute. Wait for a minute, then try again";

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    email: String,
    password: String,
    csrf: String,
}

/// `GET /patient/sign-up`.
pub(super) async fn form(State(ctx): State<Ctx>, headers: HeaderMap) -> Result<Response, Failure> {
    if session::read::<Patients>(&ctx, &headers).await?.is_some() {
        return Ok(Redirect::to(paths::HOME).into_response());
    }
    show(&ctx, &headers, StatusCode::OK, "", &Faults::default())
}

/// `POST /patient/sign-up`.
pub(super) async fn sign_up(
    State(ctx): State<Ctx>,
    Extension(desk): Extension<Arc<Desk>>,
    Extension(arrivals): Extension<Arc<Arrivals>>,
    extensions: Extensions,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let password = Secret::new(typed.password);
    let again = |status, faults: &Faults| show(&ctx, &headers, status, &typed.email, faults);
    if !FORMS.holds(&ctx, &headers, &typed.csrf) {
        let faults = Faults::one("password", STALE);
        return again(StatusCode::UNPROCESSABLE_ENTITY, &faults);
    }
    let mut faults = Faults::default();
    let email = Email::parse(&typed.email);
    if email.is_err() {
        faults.add("email", NOT_AN_EMAIL);
    }
    let name = email.as_ref().map(Email::as_str).unwrap_or_default();
    faults.of_password("password", &password, name);
    let Some(email) = email.ok().filter(|_| faults.is_empty()) else {
        return again(StatusCode::UNPROCESSABLE_ENTITY, &faults);
    };
    let now = ctx.now();
    if !arrivals.admits(crowd::address(&extensions), now) {
        let faults = Faults::one("email", CROWDED);
        return again(StatusCode::TOO_MANY_REQUESTS, &faults);
    }
    // Before it is known whether the address is taken: the time taken says nothing.
    let Some(password_hash) = desk.hash(&ctx, password).await? else {
        let page = again(
            StatusCode::TOO_MANY_REQUESTS,
            &Faults::one("password", FULL),
        );
        return Ok(after_a_second(page?));
    };
    let id = model::entropy::uuid_v4(&*ctx.entropy).to_string();
    let mut made = false;
    if let Ok(patient) = AppUserId::parse(&id) {
        let account = Account {
            patient,
            email: email.clone(),
            password_hash,
            made_at: now,
            failures: 0,
            locked_until: None,
        };
        made = ctx.store.accounts.add(&account).await?;
    }
    let began = if made {
        begin(&ctx, &headers, &id, &email).await?
    } else {
        None
    };
    match began {
        Some(cookies) => Ok(moved(paths::HOME, cookies)),
        None => again(
            StatusCode::UNPROCESSABLE_ENTITY,
            &Faults::one("email", TAKEN),
        ),
    }
}

fn show(
    ctx: &Ctx,
    headers: &HeaderMap,
    status: StatusCode,
    email: &str,
    faults: &Faults,
) -> Result<Response, Failure> {
    let page = context! { email, faults => faults.context() };
    open_page(ctx, headers, status, "patient/sign_up.html", page)
}
