//! Signing in with name and password, and out.
//!
//! A wrong name, a wrong password and a locked account get one answer, and take the same time as far as we can see
//! to it.

use super::door::Operators;
use super::{FORMS, Failure, paths};
use crate::context::Ctx;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use model::Secret;
use serde::Deserialize;
use signin::desk::{Desk, Entry};
use signin::form::private;
use signin::session::{self, moved};
use signin::{known, next};
use std::sync::Arc;

const WRONG: &str = "The name or the password is not right. After 5 wrong passwords in a row an account is locked for a minute, and longer after more";
const FULL: &str = "Many are trying to sign in at this moment. Please try again shortly";
const STALE: &str = "The page was open too long. Please try again";

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    next: String,
    /// Why the browser was sent here: see [`next::ENDED`].
    why: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    name: String,
    password: String,
    next: String,
    csrf: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct SignOut {
    csrf: String,
}

/// `GET /admin/sign-in`.
pub(super) async fn form(
    State(ctx): State<Ctx>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let ended = wanted.why == next::ENDED;
    show(
        &ctx,
        &headers,
        minijinja::context! { next => inside(&wanted.next), ended },
        StatusCode::OK,
    )
}

/// `POST /admin/sign-in`.
pub(super) async fn sign_in(
    State(ctx): State<Ctx>,
    Extension(desk): Extension<Arc<Desk>>,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let password = Secret::new(typed.password);
    let name = typed.name.trim();
    let again = |status, fault| {
        let next = inside(&typed.next);
        let page = minijinja::context! { typed => name, next, fault };
        show(&ctx, &headers, page, status)
    };
    if !FORMS.holds(&ctx, &headers, &typed.csrf) {
        return again(StatusCode::UNPROCESSABLE_ENTITY, STALE);
    }
    let known = known::read::<Operators>(&ctx, &headers, name).await?;
    let entry = desk.look::<Operators>(&ctx, name, password, known).await?;
    match entry {
        Entry::In(_) => {}
        Entry::No => return again(StatusCode::UNPROCESSABLE_ENTITY, WRONG),
        Entry::Full => {
            let mut page = again(StatusCode::TOO_MANY_REQUESTS, FULL)?;
            let second = HeaderValue::from_static("1");
            page.headers_mut().insert(header::RETRY_AFTER, second);
            return Ok(page);
        }
    }
    let cookies = [
        session::begin::<Operators>(&ctx, &headers, name).await?,
        known::cookie::<Operators>(&ctx, name).await?,
    ];
    Ok(moved(inside(&typed.next), cookies))
}

/// `POST /admin/sign-out`.
pub(super) async fn sign_out(
    State(ctx): State<Ctx>,
    headers: HeaderMap,
    Form(sent): Form<SignOut>,
) -> Result<Response, Failure> {
    if !FORMS.holds(&ctx, &headers, &sent.csrf) {
        return Ok(Redirect::to(paths::HOME).into_response());
    }
    let cookie = session::end::<Operators>(&ctx, &headers).await?;
    Ok(moved(paths::SIGN_IN, [cookie]))
}

fn show(
    ctx: &Ctx,
    headers: &HeaderMap,
    page: minijinja::Value,
    status: StatusCode,
) -> Result<Response, Failure> {
    let form = FORMS.token(ctx, headers);
    let page = minijinja::context! { csrf => form.value, ..page };
    let page = ctx.pages.render_value("admin/sign_in.html", page)?;
    Ok(private(status, page, form.set_cookie))
}

/// One of these pages, or its first one.
fn inside(next: &str) -> &str {
    next::inside(next, paths::HOME, paths::HOME)
}
