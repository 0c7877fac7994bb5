//! Signed-in spells: a random cookie whose hash is stored, 12 hours at most, 30 idle minutes.

use crate::door::{Door, Result, Spell};
use crate::house::House;
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
///
/// # Errors
/// What the door says when its store fails.
pub async fn begin<D: Door>(
    house: &D::House,
    headers: &HeaderMap,
    whose: &str,
) -> Result<Option<HeaderValue>> {
    let ends_at = later(house.now(), LIFE);
    begin_until::<D>(house, headers, whose, ends_at).await
}

/// Puts a new token in the place of a session's. It ends when it would have ended.
///
/// # Errors
/// What the door says when its store fails.
pub async fn renew<D: Door>(
    house: &D::House,
    headers: &HeaderMap,
    spell: &Spell,
) -> Result<Option<HeaderValue>> {
    begin_until::<D>(house, headers, &spell.whose, spell.ends_at).await
}

async fn begin_until<D: Door>(
    house: &D::House,
    headers: &HeaderMap,
    whose: &str,
    ends_at: Timestamp,
) -> Result<Option<HeaderValue>> {
    let token = BASE64_URL_SAFE_NO_PAD.encode(model::entropy::bytes::<32>(&**house.entropy()));
    let now = house.now();
    let spell = Spell {
        hash: Hash::of(token.as_bytes()),
        whose: whose.to_owned(),
        made_at: now,
        ends_at,
        used_at: now,
    };
    if !D::begin(house, &spell, hash::<D>(house, headers)).await? {
        return Ok(None);
    }
    let seconds = u64::try_from(ends_at.duration_since(now).as_secs()).ok();
    let cookie = cookie::write(&name(house, D::SESSION), &token, seconds);
    Ok(secured(house, cookie))
}

/// The browser's session, if it has not ended. Counts as a use.
///
/// # Errors
/// What the door says when its store fails.
pub async fn read<D: Door>(house: &D::House, headers: &HeaderMap) -> Result<Option<Spell>> {
    let Some(hash) = hash::<D>(house, headers) else {
        return Ok(None);
    };
    let Some(found) = D::spell(house, hash).await? else {
        return Ok(None);
    };
    let now = house.now();
    if found.ends_at <= now || later(found.used_at, IDLE) <= now {
        D::end(house, hash).await?;
        return Ok(None);
    }
    if later(found.used_at, NOTED_EVERY) <= now {
        D::used(house, hash, now).await?;
    }
    Ok(Some(found))
}

/// Whether the browser brought a session's cookie, be it of one that has ended.
#[must_use]
pub fn came<D: Door>(house: &D::House, headers: &HeaderMap) -> bool {
    hash::<D>(house, headers).is_some()
}

/// Ends the browser's session; the cookie that takes it away.
///
/// # Errors
/// What the door says when its store fails.
pub async fn end<D: Door>(house: &D::House, headers: &HeaderMap) -> Result<Option<HeaderValue>> {
    if let Some(hash) = hash::<D>(house, headers) {
        D::end(house, hash).await?;
    }
    Ok(removal::<D>(house))
}

/// The cookie that takes a session's away.
#[must_use]
pub fn removal<D: Door>(house: &D::House) -> Option<HeaderValue> {
    secured(house, cookie::remove(&name(house, D::SESSION)))
}

/// A cookie's name. Over TLS no other host of the domain can set it (RFC 6265bis, section 4.1.3.2).
pub(crate) fn name(house: &impl House, name: &str) -> String {
    let prefix = if over_tls(house) { "__Host-" } else { "" };
    format!("{prefix}{name}")
}

/// Over TLS a cookie is for TLS only.
pub(crate) fn secured(house: &impl House, cookie: Option<HeaderValue>) -> Option<HeaderValue> {
    if !over_tls(house) {
        return cookie;
    }
    let text = format!("{}; Secure", cookie?.to_str().ok()?);
    HeaderValue::from_str(&text).ok()
}

/// Whether browsers reach us over TLS.
pub(crate) fn over_tls(house: &impl House) -> bool {
    house.base_url().starts_with("https:")
}

/// Sends the browser to another page of ours, with cookies.
pub fn moved(to: &str, cookies: impl IntoIterator<Item = Option<HeaderValue>>) -> Response {
    let mut response = Redirect::to(to).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for cookie in cookies.into_iter().flatten() {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

/// The hash of the session token that the browser sent.
fn hash<D: Door>(house: &D::House, headers: &HeaderMap) -> Option<Hash> {
    cookie::read(headers, &name(house, D::SESSION))
        .filter(|token| !token.is_empty())
        .map(|token| Hash::of(token.as_bytes()))
}

fn later(from: Timestamp, period: SignedDuration) -> Timestamp {
    from.saturating_add(period).unwrap_or(Timestamp::MAX)
}
