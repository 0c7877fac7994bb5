//! The page on which a user signs in and lets an app in, or not (`/apiAuthorize.action`).

mod decide;
mod page;

pub(super) use decide::{Decided, Decision};

use super::Context;
use super::parameters::Parameters;
use super::request::{PARAMETERS, Request};
use super::sign_in::NotSignedIn;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use httpkit::problem::Refusal;
use page::Fault;
use std::sync::Arc;
use wire::pkb::paths;

/// What the form sends besides the request's own parameters.
mod field {
    pub(super) const CSRF: &str = "csrf";
    pub(super) const EMAIL: &str = "email";
    pub(super) const PASSWORD: &str = "password";
    pub(super) const DECISION: &str = "decision";
}

const FORM: [&str; 4] = [field::CSRF, field::EMAIL, field::PASSWORD, field::DECISION];

/// The route.
pub(super) fn router() -> Router<Arc<Context>> {
    Router::new().route(paths::AUTHORIZE, get(ask).post(answer))
}

async fn ask(
    State(context): State<Arc<Context>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    match context.request(query.as_bytes()) {
        Ok(request) => context.ask(&headers, &request, query.as_bytes(), "", None),
        Err(bad) => context.bad_request(&bad),
    }
}

async fn answer(
    State(context): State<Arc<Context>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    // A page whose request was tampered with is a bad request like any other.
    let request = match context.request(&body) {
        Ok(request) => request,
        Err(bad) => return Ok(context.bad_request(&bad)),
    };
    // A form that says things twice is none of ours; without its token it is shown again.
    let form = Parameters::read(&body, &FORM).unwrap_or_default();
    let typed = form.get(field::EMAIL).unwrap_or_default();
    let again = |fault: Fault| Ok(context.ask(&headers, &request, &body, typed, Some(fault)));
    let csrf = form.get(field::CSRF).unwrap_or_default();
    if !context.csrf.holds(&headers, csrf) {
        return again(Fault::OpenTooLong);
    }
    let decision = match form.get(field::DECISION) {
        Some("deny") => Decision::Deny(None),
        Some("approve") => {
            let password = form.get(field::PASSWORD).unwrap_or_default();
            match context.sign_in(typed, password) {
                Ok(person) => Decision::Approve(person),
                Err(fault) => return again(fault),
            }
        }
        _ => return again(Fault::Undecided),
    };
    match context.decide(&request, decision).await? {
        Decided::Back(location) => Ok(back(&location)),
        Decided::WrongKind => Ok(context.wrong_kind(&request, &body)),
    }
}

/// 303, for what follows is a GET whatever came before (RFC 9700 §4.12).
fn back(location: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(location) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

impl Context {
    fn sign_in(
        &self,
        email: &str,
        password: &str,
    ) -> Result<&'static super::people::Person, Fault> {
        if email.trim().is_empty() || password.is_empty() {
            return Err(Fault::Missing {
                email: email.trim().is_empty(),
                password: password.is_empty(),
            });
        }
        self.sign_ins
            .sign_in(email, password, self.clock.now())
            .map_err(|not| match not {
                NotSignedIn::Unknown => Fault::Unknown,
                NotSignedIn::Resting => Fault::Resting,
            })
    }
}

/// The request's own parameters, for the page's hidden fields and for a link back to it.
fn repeated(encoded: &[u8]) -> Vec<(&'static str, String)> {
    let sent = Parameters::read(encoded, &PARAMETERS).unwrap_or_default();
    PARAMETERS
        .into_iter()
        .filter_map(|name| Some((name, sent.owned(name)?)))
        .collect()
}

/// The address of the page for the same request.
fn address(encoded: &[u8]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(repeated(encoded))
        .finish();
    format!("{}?{query}", paths::AUTHORIZE)
}

/// Whether this kind of user may sign in for the request.
fn is_right_kind(request: &Request<'_>, kind: super::UserType) -> bool {
    match request.scope {
        Some(scope) => scope == kind,
        None => request.client.user_types.contains(&kind),
    }
}
