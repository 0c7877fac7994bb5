//! Signing in with name and password, and out.
//!
//! A wrong name, a wrong password and a locked account get one answer, and take the same time as far as we can see
//! to it.

use super::desk::{Desk, Entry};
use super::{CSRF, Failure, known, paths, session};
use crate::context::Ctx;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use httpkit::problem::Refusal;
use model::Secret;
use serde::Deserialize;
use std::sync::Arc;

const WRONG: &str = "The name or the password is not right. After 5 wrong passwords in a row an account is locked for a minute, and longer after more";
const FULL: &str = "Many are trying to sign in at this moment. Please try again shortly";
const STALE: &str = "The page was open too long. Please try again";

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    next: String,
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

/// `GET /console/sign-in`.
pub(super) async fn form(
    State(ctx): State<Ctx>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    show(&ctx, &headers, "", &wanted.next, None)
}

/// `POST /console/sign-in`.
pub(super) async fn sign_in(
    State(ctx): State<Ctx>,
    Extension(desk): Extension<Arc<Desk>>,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> Result<Response, Failure> {
    let password = Secret::new(typed.password);
    let name = typed.name.trim();
    let again = |status: StatusCode, fault| {
        let page = show(&ctx, &headers, name, &typed.next, Some(fault))?;
        Ok((status, page).into_response())
    };
    if !CSRF.holds(&headers, &typed.csrf) {
        return again(StatusCode::UNPROCESSABLE_ENTITY, STALE);
    }
    let known = known::read(&ctx, &headers, name).await;
    let known = known.map_err(Refusal::from)?;
    match desk.look(&ctx, name, password, known).await? {
        Entry::In => {}
        Entry::No => return again(StatusCode::UNPROCESSABLE_ENTITY, WRONG),
        Entry::Full => {
            let mut page = again(StatusCode::TOO_MANY_REQUESTS, FULL)?;
            let second = HeaderValue::from_static("1");
            page.headers_mut().insert(header::RETRY_AFTER, second);
            return Ok(page);
        }
    }
    let cookies = [
        session::begin(&ctx, &headers, name).await?,
        known::cookie(&ctx, name).await.map_err(Refusal::from)?,
    ];
    let cookies = cookies
        .into_iter()
        .map(|cookie| session::secured(&ctx, cookie));
    Ok(moved(inside(&typed.next), cookies))
}

/// `POST /console/sign-out`.
pub(super) async fn sign_out(
    State(ctx): State<Ctx>,
    headers: HeaderMap,
    Form(sent): Form<SignOut>,
) -> Result<Response, Failure> {
    if !CSRF.holds(&headers, &sent.csrf) {
        return Ok(Redirect::to(paths::MESSAGES).into_response());
    }
    let cookie = session::end(&ctx, &headers).await?;
    Ok(moved(paths::SIGN_IN, [cookie]))
}

fn moved(to: &str, cookies: impl IntoIterator<Item = Option<HeaderValue>>) -> Response {
    let mut response = Redirect::to(to).into_response();
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn show(
    ctx: &Ctx,
    headers: &HeaderMap,
    typed: &str,
    next: &str,
    fault: Option<&str>,
) -> Result<Response, Failure> {
    let form = CSRF.token(headers, &*ctx.entropy);
    let page = minijinja::context! { csrf => form.value, next => inside(next), typed, fault };
    let page = ctx.pages.render_value("console/sign_in.html", page)?;
    let mut response = page.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(cookie) = form.set_cookie {
        headers.append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// A page of this console, or its first one: nobody is sent elsewhere after signing in.
fn inside(next: &str) -> &str {
    let ours = next
        .strip_prefix(paths::HOME)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    // What it holds must fit into a header.
    if ours && !next.contains('\\') && next.bytes().all(|byte| byte.is_ascii_graphic()) {
        next
    } else {
        paths::MESSAGES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        assert_eq!(inside("/console/unfiled?days=7"), "/console/unfiled?days=7");
        for next in [
            "",
            "//evil.example",
            "https://evil.example",
            "/consolex",
            "/console/\t/evil",
            "/console/\u{7f}",
            "/console/\0",
            "/console/é",
            "/v1/messages",
        ] {
            assert_eq!(inside(next), "/console/messages", "{next}");
        }
    }
}
