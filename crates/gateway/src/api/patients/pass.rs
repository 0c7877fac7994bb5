//! `GET /v1/patients/{appUserId}/pkb/{path}`: a reading passed on to PKB, and its answer passed back, piece by piece.
//!
//! Only `Accept` goes there, and only what describes the body comes back: no cookies, no redirects. In a browser the
//! answer could do nothing: it is in a sandbox, and nobody keeps it.

use crate::auth::product;
use crate::context::Ctx;
use crate::pkb;
use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt as _, stream};
use httpkit::problem::Refusal;
use httpkit::segment::Segment;
use model::AppUserId;
use tracing::warn;
use wire::problem::ProblemType;

/// The most that is passed back: 32 MiB.
const MAX_BODY: u64 = 32 * 1024 * 1024;
/// The longest path with its query, in bytes.
const LONGEST: usize = 4000;
/// Only what is below these is a patient's to read.
const BELOW: [&str; 3] = ["fhir/", "json/", "rest/"];
/// What comes back of PKB's headers.
const BACK: [HeaderName; 6] = [
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_ENCODING,
    header::ETAG,
    header::LAST_MODIFIED,
    header::RETRY_AFTER,
];
/// It is somebody else's: a browser shows it, if at all, without letting it do or load anything.
const ALONE: &str =
    "sandbox; default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Which reading, as it goes to PKB: path and query.
pub(super) struct Wanted(String);

impl FromRequestParts<Ctx> for Wanted {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self, Refusal> {
        // Whose query it is only PKB knows, so `Product` does not look at it here.
        product::identify(ctx, &parts.headers).await?;
        // As it was sent: decoded and encoded again it could be another one.
        let raw = parts.uri.path().splitn(6, '/').nth(5).unwrap_or_default();
        let query = parts.uri.query();
        checked(raw, query)
            .map(Self)
            .map_err(|reason| Refusal::fault("path", reason))
    }
}

/// The path and query at PKB.
fn checked(path: &str, query: Option<&str>) -> Result<String, &'static str> {
    let below = BELOW.iter().find_map(|front| path.strip_prefix(front));
    let Some(rest) = below.filter(|rest| !rest.is_empty()) else {
        return Err("Must begin with fhir/, json/ or rest/");
    };
    let whole = match query {
        Some(query) => format!("/{path}?{query}"),
        None => format!("/{path}"),
    };
    if whole.len() > LONGEST {
        return Err("Must have at most 4000 bytes with its query");
    }
    if !rest.split('/').all(is_plain) {
        return Err(
            "Must not have empty or dotted parts, nor escaped slashes, backslashes or control characters",
        );
    }
    Ok(whole)
}

/// Whether a part of a path means the same to everybody who reads it, whether they decode it once or twice.
fn is_plain(part: &str) -> bool {
    let mut decoded = String::with_capacity(part.len());
    let mut bytes = part.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(char::from(byte));
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        let (Some(high), Some(low)) = (digit(), digit()) else {
            return false;
        };
        match char::from_u32(high * 16 + low) {
            // An escaped per cent sign would be decoded twice by the careless.
            Some('/' | '\\' | '%') | None => return false,
            Some(letter) => decoded.push(letter),
        }
    }
    // What stands behind a semicolon is nothing to some servers.
    let name = decoded.split(';').next().unwrap_or_default();
    !matches!(name.trim_matches(' '), "" | "." | "..")
        && !decoded.contains(|letter: char| letter.is_ascii_control() || letter == '\\')
}

/// The reading.
pub(super) async fn read(
    State(ctx): State<Ctx>,
    wanted: Wanted,
    Segment((id, _)): Segment<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let id = super::patient_in(&id)?;
    let answer = ask(&ctx, &id, &wanted, &headers).await?;
    if answer
        .content_length()
        .is_some_and(|length| length > MAX_BODY)
    {
        return Err(Refusal::fault(
            "path",
            "PKB's answer is over 32 MiB: ask for less at once",
        ));
    }
    Ok(back(answer))
}

async fn ask(
    ctx: &Ctx,
    id: &AppUserId,
    wanted: &Wanted,
    headers: &HeaderMap,
) -> Result<reqwest::Response, Refusal> {
    let answer = pkb::read(ctx, id, &wanted.0, headers.get(header::ACCEPT)).await?;
    let status = answer.status();
    if status.is_success() || status.is_client_error() || status.is_server_error() {
        return Ok(answer);
    }
    warn!(
        status = status.as_u16(),
        "PKB answered what can't be passed on"
    );
    Err(Refusal::new(ProblemType::Unavailable)
        .detail("PKB sent the caller elsewhere instead of answering. The gateway does not follow.")
        .retry_after(60))
}

fn back(answer: reqwest::Response) -> Response {
    let status = answer.status();
    let mut headers = HeaderMap::new();
    for name in BACK {
        if let Some(value) = answer.headers().get(&name) {
            headers.insert(name, value.clone());
        }
    }
    headers
        .entry(header::CONTENT_TYPE)
        .or_insert(HeaderValue::from_static("application/octet-stream"));
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, ALONE),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    (status, headers, limited(answer)).into_response()
}

/// The body, which breaks off where it is longer than it may be: half of it must not look like all of it.
fn limited(answer: reqwest::Response) -> Body {
    let pieces = stream::unfold(Some((answer, MAX_BODY)), async |rest| {
        let (mut answer, left) = rest?;
        let broken = |words: &'static str| Some((Err(std::io::Error::other(words)), None));
        match answer.chunk().await {
            Ok(None) => None,
            Err(_) => broken("PKB's answer broke off"),
            Ok(Some(piece)) => match left.checked_sub(piece.len() as u64) {
                None => broken("PKB's answer is over 32 MiB"),
                Some(left) => Some((Ok(piece), Some((answer, left)))),
            },
        }
    });
    Body::from_stream(pieces.fuse())
}

#[cfg(test)]
mod tests;
