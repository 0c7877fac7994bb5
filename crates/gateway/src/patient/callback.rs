//! `/pkb/callback`: the browser comes back from PKB.
//!
//! The address holds a code and a `state`: both are used up here, no page's address repeats them, and no other server
//! is told them as a referrer.

use super::{Failure, SignedIn, open_page, paths};
use crate::context::Ctx;
use crate::pkb::{self, CallbackQuery, CameBack};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::context;
use model::Secret;
use model::pkb_link::State as Stands;
use signin::session::moved;
use wire::pkb::fields;

/// `GET /pkb/callback`.
pub(super) async fn come_back(
    State(ctx): State<Ctx>,
    method: Method,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    // Who only asks for headers must not use anything up.
    let mut response = if method == Method::GET {
        let taken = take(&ctx, &headers, query.as_deref().unwrap_or_default()).await;
        taken.unwrap_or_else(IntoResponse::into_response)
    } else {
        (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET")]).into_response()
    };
    let kept = response.headers_mut();
    kept.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    kept.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    response
}

async fn take(ctx: &Ctx, headers: &HeaderMap, query: &str) -> Result<Response, Failure> {
    // Signed out, or idle for too long, is another browser.
    let user = if ctx.config.patient_app {
        SignedIn::read(ctx, headers).await?
    } else {
        None
    };
    let session = user.as_ref().map(SignedIn::session);
    let page = |user: Option<SignedIn>, why: NotTaken| {
        let (status, template) = (StatusCode::BAD_REQUEST, "patient/came_back.html");
        let page =
            context! { title => why.title(), why => why.name(), app => ctx.config.patient_app };
        match user {
            Some(user) => user.page_with(status, template, page),
            None => open_page(ctx, headers, status, template, page),
        }
    };
    match pkb::come_back(ctx, read(query), session).await? {
        CameBack::ToApp { patient, outcome } => match outcome {
            Ok(()) => {
                // From now on the session opens a record: a new cookie, so that one that was seen before is worth
                // nothing.
                let cookie = match user.filter(|user| user.id == patient) {
                    Some(user) => user.renewed().await?,
                    None => None,
                };
                Ok(moved(paths::CONNECTED, [cookie]))
            }
            Err(why) => {
                let to = format!("{}?why={}", paths::NOT_CONNECTED, why.as_str());
                Ok(moved(&to, []))
            }
        },
        CameBack::ToProduct { url } => Ok(moved(&url, [])),
        CameBack::WrongBrowser => page(user, NotTaken::WrongBrowser),
        CameBack::Unknown => {
            let why = match &user {
                None => NotTaken::Used,
                Some(user) if user.patient().await?.state(ctx.now()) == Stands::Linked => {
                    NotTaken::Linked
                }
                Some(_) => NotTaken::NotLinked,
            };
            page(user, why)
        }
    }
}

/// Why a browser that came back is not taken further.
#[derive(Clone, Copy)]
enum NotTaken {
    /// Another one began.
    WrongBrowser,
    /// It came before, or too late. Nobody is signed in.
    Used,
    /// The same, and the patient who is signed in has a link.
    Linked,
    /// The same, and they have none.
    NotLinked,
}

impl NotTaken {
    fn name(self) -> &'static str {
        match self {
            Self::WrongBrowser => "wrong-browser",
            Self::Used => "used",
            Self::Linked => "linked",
            Self::NotLinked => "not-linked",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::WrongBrowser => "Go back to where you started",
            Self::Used => "This page cannot be used again",
            Self::Linked => "You are already connected",
            Self::NotLinked => "You are not connected",
        }
    }
}

/// What came with the browser. A parameter that came twice is none.
fn read(query: &str) -> CallbackQuery {
    let one = |wanted: &str| {
        let mut found = url::form_urlencoded::parse(query.as_bytes())
            .filter(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned());
        let first = found.next().filter(|value| !value.is_empty());
        first.filter(|_| found.next().is_none())
    };
    CallbackQuery {
        code: one(fields::CODE).map(Secret::new),
        error: one(fields::ERROR),
        state: one(fields::STATE).map(Secret::new),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_that_came_twice_is_none() {
        let read = read("code=c%2F1&state=s&state=t&error=");
        assert_eq!(read.code.unwrap().reveal(), "c/1");
        assert!(read.state.is_none() && read.error.is_none());
    }
}
