//! `/launch`: a practitioner comes in from the toolbar, is known by that, and goes on to the page for access codes.
//!
//! The token in the query works once. It is used up in the same transaction that finds or makes the user, and nothing
//! is done before; no page and no log says anything of it.

mod keys;
#[cfg(test)]
mod tests;
mod token;
mod view;

pub(crate) use keys::ToolbarKeys;

use super::link;
use crate::context::Ctx;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use httpkit::problem::chain;
use jiff::Timestamp;
use store::gateway::{Launch, Launched, Seat};
use tracing::{error, info};
use uuid::Uuid;

/// Who did it, as events name them.
const BY: &str = "practitioner";
/// So many seconds longer than it is good is a token remembered: nodes' clocks may differ.
const REMEMBERED: i64 = 600;

/// Why nobody is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// No token, or something that is not one.
    NoToken,
    /// A page of somebody else's sent the browser here.
    FromElsewhere,
    /// This gateway has no widget.
    NoWidget,
    /// Encrypted for somebody else, or for another address than ours.
    NotForUs,
    /// No toolbar that the platform knows signed it, or one that is blocked.
    UnknownSigner,
    /// Its time is over.
    Over,
    /// Its time has not come: a clock is wrong.
    Early,
    /// It was used before.
    Again,
    /// The platform does not say whose key it is.
    PlatformSilent,
    /// The platform does not let this gateway in.
    NotLetIn,
    /// A fault of ours, logged already.
    Ours,
}

/// `GET`.
pub(super) async fn open(
    State(ctx): State<Ctx>,
    method: Method,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    // Looking ahead must not use the token up.
    if method != Method::GET || is_ahead(&headers) {
        return StatusCode::NO_CONTENT.into_response();
    }
    let came = match read(&headers, query.as_deref()) {
        Ok(token) => come(&ctx, &token).await,
        Err(why) => Err(why),
    };
    let mut response = match came {
        Ok(url) => Redirect::to(&url).into_response(),
        Err(why) => {
            info!(?why, "a launch was refused");
            view::page(&ctx, why)
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let none = HeaderValue::from_static("no-referrer");
    headers.insert(header::REFERRER_POLICY, none);
    response
}

/// Whether a browser only guesses that somebody will come.
fn is_ahead(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose"]
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok())
        .any(|purpose| purpose.contains("prefetch") || purpose.contains("prerender"))
}

/// The token in the query. The toolbar opens a browser by itself: who is sent here by another site did not ask for it,
/// and might give a code to somebody else's account.
fn read(headers: &HeaderMap, query: Option<&str>) -> Result<String, Refused> {
    let from = headers.get("sec-fetch-site");
    if from.is_some_and(|site| site == "cross-site" || site == "same-site") {
        return Err(Refused::FromElsewhere);
    }
    let query = query.unwrap_or_default();
    let mut tokens = url::form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == model::widget::launch::USER)
        .map(|(_, token)| token.into_owned());
    match (tokens.next(), tokens.next()) {
        (Some(token), None) if !token.is_empty() => Ok(token),
        _ => Err(Refused::NoToken),
    }
}

/// Where a token leads.
async fn come(ctx: &Ctx, token: &str) -> Result<String, Refused> {
    let checked = token::check(ctx, token).await?;
    let until = checked.ends_at.saturating_add(REMEMBERED);
    let launch = Launch {
        device: checked.device,
        jti: checked.jti,
        attempt: Uuid::from_bytes(model::entropy::bytes(&*ctx.entropy)),
        until: Timestamp::from_second(until).map_err(|_| Refused::NoToken)?,
        seat: Seat {
            spine_user_id: checked.spine_user_id,
            ods_code: checked.ods_code,
        },
        name: checked.name,
    };
    let came = ctx.store.launches.launch(BY, &launch, ctx.now()).await;
    match came.map_err(|error| ours(&error))? {
        Launched::Again => Err(Refused::Again),
        Launched::By(user) => {
            let made = link::make(ctx, &user).await;
            made.map(|(url, _)| url).map_err(|error| ours(&error))
        }
    }
}

/// Logs what the page does not say.
fn ours(error: &(dyn std::error::Error + 'static)) -> Refused {
    error!(cause = chain(error), "a launch can't be taken");
    Refused::Ours
}
