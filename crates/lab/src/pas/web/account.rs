//! Logging in with a Spine User ID, and out.

use super::{
    Failure, paths,
    signed_in::{COOKIE, SignedIn, session_hash},
};
use crate::pas::Context;
use axum::{
    Form,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use httpkit::page::cookie;
use model::Hash;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    next: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct LogIn {
    spine_user_id: String,
    next: String,
    csrf: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct LogOut {
    csrf: String,
}

/// `GET /login`.
pub(super) async fn form(
    State(context): State<Arc<Context>>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    show(&context, &headers, "", &wanted.next, None)
}

/// `POST /login`.
pub(super) async fn log_in(
    State(context): State<Arc<Context>>,
    headers: HeaderMap,
    Form(sent): Form<LogIn>,
) -> Result<Response, Failure> {
    let id = sent.spine_user_id.replace(' ', "");
    let fault = if !context.csrf.holds(&headers, &sent.csrf) {
        Some("The page was open too long. Please try again")
    } else if id.is_empty() {
        Some("Enter your Spine User ID")
    } else if context.user(&id).is_none() {
        Some("We don\u{2019}t know this Spine User ID. Check it and try again")
    } else {
        None
    };
    if let Some(fault) = fault {
        let page = show(
            &context,
            &headers,
            &sent.spine_user_id,
            &sent.next,
            Some(fault),
        )?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let token = BASE64_URL_SAFE_NO_PAD.encode(model::entropy::bytes::<32>(&*context.entropy));
    context
        .store
        .log_in(Hash::of(token.as_bytes()), id, context.clock.now())
        .await?;
    let mut response = Redirect::to(inside(&sent.next)).into_response();
    if let Some(cookie) = cookie::write(COOKIE, &token, Some(30 * 24 * 3600)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// `GET /logout`: asks, for a link must not change anything.
pub(super) async fn ask(user: SignedIn) -> Result<Response, Failure> {
    user.page("pas/log_out.html", "", minijinja::context! {})
}

/// `POST /logout`.
pub(super) async fn log_out(
    State(context): State<Arc<Context>>,
    headers: HeaderMap,
    Form(sent): Form<LogOut>,
) -> Result<Response, Failure> {
    if !context.csrf.holds(&headers, &sent.csrf) {
        return Ok(Redirect::to(paths::LOG_OUT).into_response());
    }
    context.store.log_out(session_hash(&headers)).await?;
    let mut response = Redirect::to(paths::LOG_IN).into_response();
    if let Some(cookie) = cookie::remove(COOKIE) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

fn show(
    context: &Context,
    headers: &HeaderMap,
    typed: &str,
    next: &str,
    fault: Option<&str>,
) -> Result<Response, Failure> {
    let form = context.csrf.token(headers, &*context.entropy);
    let known: Vec<_> = context
        .users
        .iter()
        .map(|user| minijinja::context! { id => user.spine_user_id.as_str(), name => user.name.as_str() })
        .collect();
    let organisation = &context.organisation.name;
    let page = minijinja::context! { csrf => form.value, next => inside(next), typed, fault, known, organisation };
    let mut response = context
        .pages
        .render_value("pas/log_in.html", page)?
        .into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(cookie) = form.set_cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// An address of this server, or home: nobody is sent elsewhere after logging in.
fn inside(next: &str) -> &str {
    let local = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(['\\', '\r', '\n', '\t']);
    if local { next } else { paths::HOME }
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn nobody_is_sent_elsewhere() {
        assert_eq!(inside("/subjects?q=a"), "/subjects?q=a");
        for next in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "subjects",
        ] {
            assert_eq!(inside(next), "/", "{next}");
        }
    }
}
