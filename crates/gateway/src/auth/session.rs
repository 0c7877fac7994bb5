//! Signed-in spells: a random cookie whose hash is stored, 12 hours at most, 30 idle minutes.

use super::door::{Door, Spell};
use crate::context::Context;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use httpkit::page::cookie;
use jiff::{SignedDuration, Timestamp};
use model::Hash;

/// A session ends after so long, whatever happens.
const LIFE: SignedDuration = SignedDuration::from_hours(12);
/// A session ends when it was not used for so long.
const IDLE: SignedDuration = SignedDuration::from_mins(30);
/// Its last use is noted no more often than this.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// Begins a session under a new token, whatever the browser brought; what it brought ends. The cookie for the browser;
/// `None` when the account is gone.
pub(crate) async fn begin<D: Door>(
    ctx: &Context,
    headers: &HeaderMap,
    whose: &str,
) -> store::Result<Option<HeaderValue>> {
    let ends_at = later(ctx.now(), LIFE);
    begin_until::<D>(ctx, headers, whose, ends_at).await
}

/// Puts a new token in the place of a session's. It ends when it would have ended.
pub(crate) async fn renew<D: Door>(
    ctx: &Context,
    headers: &HeaderMap,
    spell: &Spell,
) -> store::Result<Option<HeaderValue>> {
    begin_until::<D>(ctx, headers, &spell.whose, spell.ends_at).await
}

async fn begin_until<D: Door>(
    ctx: &Context,
    headers: &HeaderMap,
    whose: &str,
    ends_at: Timestamp,
) -> store::Result<Option<HeaderValue>> {
    let token = BASE64_URL_SAFE_NO_PAD.encode(model::entropy::bytes::<32>(&*ctx.entropy));
    let now = ctx.now();
    let spell = Spell {
        hash: Hash::of(token.as_bytes()),
        whose: whose.to_owned(),
        made_at: now,
        ends_at,
        used_at: now,
    };
    if !D::begin(ctx, &spell, hash::<D>(ctx, headers)).await? {
        return Ok(None);
    }
    let seconds = u64::try_from(ends_at.duration_since(now).as_secs()).ok();
    let cookie = cookie::write(&name(ctx, D::SESSION), &token, seconds);
    Ok(secured(ctx, cookie))
}

/// The browser's session, if it has not ended. Counts as a use.
pub(crate) async fn read<D: Door>(
    ctx: &Context,
    headers: &HeaderMap,
) -> store::Result<Option<Spell>> {
    let Some(hash) = hash::<D>(ctx, headers) else {
        return Ok(None);
    };
    let Some(found) = D::spell(ctx, hash).await? else {
        return Ok(None);
    };
    let now = ctx.now();
    if found.ends_at <= now || later(found.used_at, IDLE) <= now {
        D::end(ctx, hash).await?;
        return Ok(None);
    }
    if later(found.used_at, NOTED_EVERY) <= now {
        D::used(ctx, hash, now).await?;
    }
    Ok(Some(found))
}

/// Whether the browser brought a session's cookie, be it of one that has ended.
pub(crate) fn came<D: Door>(ctx: &Context, headers: &HeaderMap) -> bool {
    hash::<D>(ctx, headers).is_some()
}

/// Ends the browser's session; the cookie that takes it away.
pub(crate) async fn end<D: Door>(
    ctx: &Context,
    headers: &HeaderMap,
) -> store::Result<Option<HeaderValue>> {
    if let Some(hash) = hash::<D>(ctx, headers) {
        D::end(ctx, hash).await?;
    }
    Ok(removal::<D>(ctx))
}

/// The cookie that takes a session's away.
pub(crate) fn removal<D: Door>(ctx: &Context) -> Option<HeaderValue> {
    secured(ctx, cookie::remove(&name(ctx, D::SESSION)))
}

/// A cookie's name. Over TLS no other host of the domain can set it (RFC 6265bis, section 4.1.3.2).
pub(super) fn name(ctx: &Context, name: &str) -> String {
    let prefix = if over_tls(ctx) { "__Host-" } else { "" };
    format!("{prefix}{name}")
}

/// Over TLS a cookie is for TLS only.
pub(super) fn secured(ctx: &Context, cookie: Option<HeaderValue>) -> Option<HeaderValue> {
    if !over_tls(ctx) {
        return cookie;
    }
    let text = format!("{}; Secure", cookie?.to_str().ok()?);
    HeaderValue::from_str(&text).ok()
}

/// Whether browsers reach us over TLS.
pub(super) fn over_tls(ctx: &Context) -> bool {
    ctx.config.base_url.starts_with("https:")
}

/// Sends the browser to another page of ours, with cookies.
pub(crate) fn moved(to: &str, cookies: impl IntoIterator<Item = Option<HeaderValue>>) -> Response {
    let mut response = Redirect::to(to).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for cookie in cookies.into_iter().flatten() {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

/// The hash of the session token that the browser sent.
fn hash<D: Door>(ctx: &Context, headers: &HeaderMap) -> Option<Hash> {
    cookie::read(headers, &name(ctx, D::SESSION))
        .filter(|token| !token.is_empty())
        .map(|token| Hash::of(token.as_bytes()))
}

fn later(from: Timestamp, period: SignedDuration) -> Timestamp {
    from.saturating_add(period).unwrap_or(Timestamp::MAX)
}
