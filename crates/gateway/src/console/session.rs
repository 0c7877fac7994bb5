//! Signed-in spells of operators: a random cookie whose hash is stored, 12 hours at most, 30 idle minutes.

use crate::context::Ctx;
use axum::http::{HeaderMap, HeaderValue};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use httpkit::page::cookie;
use jiff::{SignedDuration, Timestamp};
use model::Hash;
use store::gateway::OperatorSession;

/// The cookie of a browser's session.
const COOKIE: &str = "baton_gateway_session";
/// A session ends after so long, whatever happens.
const LIFE: SignedDuration = SignedDuration::from_hours(12);
/// A session ends when it was not used for so long.
const IDLE: SignedDuration = SignedDuration::from_mins(30);
/// Its last use is noted no more often than this.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// The hash of the session token that the browser sent.
pub(super) fn hash(headers: &HeaderMap) -> Option<Hash> {
    cookie::read(headers, COOKIE)
        .filter(|token| !token.is_empty())
        .map(|token| Hash::of(token.as_bytes()))
}

/// Begins a session under a new token, whatever the browser brought; what it brought ends.
pub(super) async fn begin(
    ctx: &Ctx,
    headers: &HeaderMap,
    operator: &str,
) -> store::Result<Option<HeaderValue>> {
    let access = &ctx.store.access;
    if let Some(before) = hash(headers) {
        access.end_session(before).await?;
    }
    let token = BASE64_URL_SAFE_NO_PAD.encode(model::entropy::bytes::<32>(&*ctx.entropy));
    let now = ctx.now();
    let session = OperatorSession {
        hash: Hash::of(token.as_bytes()),
        operator: operator.to_owned(),
        made_at: now,
        ends_at: later(now, LIFE),
        used_at: now,
    };
    access.add_session(&session).await?;
    let seconds = u64::try_from(LIFE.as_secs()).ok();
    Ok(cookie::write(COOKIE, &token, seconds))
}

/// Over TLS a cookie is for TLS only.
pub(super) fn secured(ctx: &Ctx, cookie: Option<HeaderValue>) -> Option<HeaderValue> {
    if !ctx.config.base_url.starts_with("https:") {
        return cookie;
    }
    let text = format!("{}; Secure", cookie?.to_str().ok()?);
    HeaderValue::from_str(&text).ok()
}

/// Whose session the browser's is, if it has not ended.
pub(super) async fn operator(ctx: &Ctx, headers: &HeaderMap) -> store::Result<Option<String>> {
    let Some(hash) = hash(headers) else {
        return Ok(None);
    };
    let access = &ctx.store.access;
    let Some(found) = access.session(hash).await? else {
        return Ok(None);
    };
    let now = ctx.now();
    if found.ends_at <= now || later(found.used_at, IDLE) <= now {
        access.end_session(hash).await?;
        return Ok(None);
    }
    if later(found.used_at, NOTED_EVERY) <= now {
        access.use_session(hash, now).await?;
    }
    Ok(Some(found.operator))
}

/// Ends the browser's session; the cookie that takes it away.
pub(super) async fn end(ctx: &Ctx, headers: &HeaderMap) -> store::Result<Option<HeaderValue>> {
    if let Some(hash) = hash(headers) {
        ctx.store.access.end_session(hash).await?;
    }
    Ok(cookie::remove(COOKIE))
}

fn later(from: Timestamp, period: SignedDuration) -> Timestamp {
    from.saturating_add(period).unwrap_or(Timestamp::MAX)
}
