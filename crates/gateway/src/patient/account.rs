//! The account itself: its e-mail address, and another password.

use super::door::Patients;
use super::faults::{FULL, Faults};
use super::sign_in::{after_a_second, begin};
use super::{Failure, SignedIn, paths};
use crate::context::Ctx;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Form};
use httpkit::uk_time;
use minijinja::context;
use model::Secret;
use model::patient::Email;
use serde::Deserialize;
use signin::desk::{Desk, Entry};
use signin::known;
use signin::session::moved;
use std::sync::Arc;

const WRONG: &str = "Your password is not right. After 5 wrong passwords you have to wait for a minute, and longer after more";

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    password: String,
    new: String,
    csrf: String,
}

/// `GET /patient/account`.
pub(super) async fn show(user: SignedIn) -> Result<Response, Failure> {
    let account = user.account().await?;
    let page = context! {
        email => account.email.as_str(),
        made => uk_time::day_of(account.made_at),
    };
    user.page("patient/account.html", page)
}

/// `GET /patient/change-password`.
pub(super) async fn form(user: SignedIn) -> Result<Response, Failure> {
    let account = user.account().await?;
    again(&user, &account.email, StatusCode::OK, &Faults::default())
}

/// `POST /patient/change-password`: every session ends, and this browser gets a new one.
pub(super) async fn change_password(
    State(ctx): State<Ctx>,
    Extension(desk): Extension<Arc<Desk>>,
    user: SignedIn,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let user = user.checked(&typed.csrf)?;
    let email = user.account().await?.email;
    let (password, new) = (Secret::new(typed.password), Secret::new(typed.new));
    let mut faults = Faults::default();
    if password.reveal().is_empty() {
        faults.add("password", "Enter the password you have now");
    }
    faults.of_password("new", &new, email.as_str());
    if !faults.is_empty() {
        return again(&user, &email, StatusCode::UNPROCESSABLE_ENTITY, &faults);
    }
    if let Some((status, fault)) = ask(&ctx, &desk, &user, &email, password).await? {
        return again(&user, &email, status, &Faults::one("password", fault));
    }
    let Some(hash) = desk.hash(&ctx, new).await? else {
        let status = StatusCode::TOO_MANY_REQUESTS;
        let page = again(&user, &email, status, &Faults::one("new", FULL));
        return Ok(after_a_second(page?));
    };
    ctx.store.accounts.set_password(&user.id, &hash).await?;
    let cookies = begin(&ctx, &user.headers, user.id.as_str(), &email).await?;
    let to = format!("{}?done=password", paths::HOME);
    Ok(moved(&to, cookies.into_iter().flatten()))
}

/// Asks for the password of somebody who is signed in, before something that can't be undone. What is wrong with it,
/// if anything. Wrong ones count as they do at the sign-in page.
pub(super) async fn ask(
    ctx: &Ctx,
    desk: &Arc<Desk>,
    user: &SignedIn,
    email: &Email,
    password: Secret,
) -> Result<Option<(StatusCode, &'static str)>, Failure> {
    let known = known::read::<Patients>(ctx, &user.headers, email.as_str()).await?;
    let entry = desk
        .look::<Patients>(ctx, email.as_str(), password, known)
        .await?;
    Ok(match entry {
        Entry::In(whose) if whose == user.id.as_str() => None,
        Entry::In(_) | Entry::No => Some((StatusCode::UNPROCESSABLE_ENTITY, WRONG)),
        Entry::Full => Some((StatusCode::TOO_MANY_REQUESTS, FULL)),
    })
}

fn again(
    user: &SignedIn,
    email: &Email,
    status: StatusCode,
    faults: &Faults,
) -> Result<Response, Failure> {
    let page = context! { email => email.as_str(), faults => faults.context() };
    user.page_with(status, "patient/change_password.html", page)
}
