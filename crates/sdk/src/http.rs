//! What every client does alike: addresses, sending, reading an answer up to a limit, reading a refusal.

use crate::{Error, error::Refusal, retry_after};
use bytes::{Bytes, BytesMut};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{RequestBuilder, Response};
use serde::de::DeserializeOwned;
use std::time::Duration;
use wire::problem::Problem;

/// An ordinary call is given up after this, whatever the client handed in allows: a peer that went away
/// without a word must not stop its caller for ever.
pub(crate) const CALL_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest JSON answer that is read: 8 MiB.
pub(crate) const MAX_ANSWER: usize = 8 * 1024 * 1024;
/// The largest refusal that is read: 256 KiB.
const MAX_REFUSAL: usize = 256 * 1024;
/// The most of a server's words that is kept, in characters.
const MAX_WORDS: usize = 1000;

/// The address of a server could not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be an absolute http or https address without a query, and keys must be printable ASCII"
)]
pub struct BadAddress;

/// A server's base address, without a slash at its end.
#[derive(Clone, Debug)]
pub(crate) struct Base(String);

impl Base {
    pub(crate) fn parse(text: &str) -> Result<Self, BadAddress> {
        let url = url::Url::parse(text).map_err(|_| BadAddress)?;
        let fits = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.query().is_none()
            && url.fragment().is_none();
        if fits {
            Ok(Self(text.trim_end_matches('/').to_owned()))
        } else {
            Err(BadAddress)
        }
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// One part of a path: letters, digits and `-._~` stay, all else is escaped.
pub(crate) fn path_part(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut out, byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                out.push(char::from(byte));
            } else {
                // Writing to a String does not fail.
                let _ = write!(out, "%{byte:02X}");
            }
            out
        })
}

/// `template` with `{name}` replaced by `value`, escaped.
pub(crate) fn fill(template: &str, name: &str, value: &str) -> String {
    template.replace(&format!("{{{name}}}"), &path_part(value))
}

/// Whether an address that ends so leads where it seems to: an address is tidied when it is read, so `..` and its
/// spellings, backslashes and fragments would change it.
pub(crate) fn stays_below(path_and_query: &str) -> bool {
    let path = path_and_query.split('?').next().unwrap_or_default();
    let dots = path.split('/').any(|part| {
        let part = part.to_ascii_lowercase().replace("%2e", ".");
        part == "." || part == ".."
    });
    let odd = |letter: char| matches!(letter, '\\' | '#') || letter.is_control();
    !dots && path.starts_with('/') && !path_and_query.contains(odd)
}

/// A header value that is never printed.
pub(crate) fn secret_header(text: &str) -> Result<HeaderValue, BadAddress> {
    let mut value = HeaderValue::from_str(text).map_err(|_| BadAddress)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Sends, and turns every answer outside 2xx into a refusal.
pub(crate) async fn send(request: RequestBuilder) -> Result<Response, Error> {
    let response = request
        .send()
        .await
        .map_err(|error| Error::transport(&error))?;
    if response.status().is_success() {
        Ok(response)
    } else {
        Err(refusal(response).await)
    }
}

/// Sends a conditional request; `None` when nothing has changed (304).
pub(crate) async fn send_if_changed(request: RequestBuilder) -> Result<Option<Response>, Error> {
    let response = request
        .send()
        .await
        .map_err(|error| Error::transport(&error))?;
    match response.status() {
        reqwest::StatusCode::NOT_MODIFIED => Ok(None),
        status if status.is_success() => Ok(Some(response)),
        _ => Err(refusal(response).await),
    }
}

/// Sends and reads a JSON answer of at most 8 MiB.
///
/// # Errors
/// [`Error`].
pub async fn send_for<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Error> {
    let body = read(send(request).await?, MAX_ANSWER).await?;
    serde_json::from_slice(&body).map_err(|error| Error::json(&error))
}

/// Sends and ignores what a good answer holds.
///
/// # Errors
/// [`Error`].
pub async fn send_only(request: RequestBuilder) -> Result<(), Error> {
    // Reading to the end lets the connection be used again.
    read(send(request).await?, MAX_ANSWER).await.map(|_| ())
}

/// Reads a whole answer of at most `limit` bytes.
pub(crate) async fn read(mut response: Response, limit: usize) -> Result<Bytes, Error> {
    let too_long = || Error::Unintelligible(format!("longer than {limit} bytes"));
    let mut whole = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(None) => return Ok(whole.freeze()),
            Ok(Some(piece)) if whole.len() + piece.len() > limit => {
                drop(piece);
                return Err(too_long());
            }
            Ok(Some(piece)) => whole.extend_from_slice(&piece),
            Err(error) => return Err(Error::transport(&error)),
        }
    }
}

/// What a server said when it said no.
pub(crate) async fn refusal(response: Response) -> Error {
    let status = response.status().as_u16();
    if !(400..=599).contains(&status) {
        return Error::Unintelligible(format!("status {status}"));
    }
    let retry_after = retry_after::of(response.headers());
    let date = retry_after::clock(response.headers());
    let json = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.contains("json"));
    // A refusal whose body breaks off is still a refusal.
    let body = if json {
        read(response, MAX_REFUSAL).await.unwrap_or_default()
    } else {
        Bytes::new()
    };
    let problem: Option<Problem> = serde_json::from_slice(&body).ok();
    let words = match &problem {
        Some(problem) => problem_words(problem),
        None => outcome_words(&body),
    };
    Error::Refused(Box::new(Refusal {
        status,
        problem,
        words: words.chars().take(MAX_WORDS).collect(),
        retry_after,
        date,
    }))
}

fn problem_words(problem: &Problem) -> String {
    problem
        .detail
        .clone()
        .unwrap_or_else(|| problem.title.clone())
}

/// The words of an OperationOutcome: each issue's text or diagnostics, joined.
fn outcome_words(body: &[u8]) -> String {
    let Ok(outcome) = serde_json::from_slice::<serde_json::Value>(body) else {
        return String::new();
    };
    let text = |issue: &serde_json::Value| {
        issue
            .pointer("/details/text")
            .or_else(|| issue.get("diagnostics"))
            .and_then(|text| text.as_str().map(str::to_owned))
    };
    let issues = outcome.get("issue").and_then(|issues| issues.as_array());
    issues
        .map(|issues| {
            issues
                .iter()
                .filter_map(text)
                .collect::<Vec<_>>()
                .join("; ")
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_needs_scheme_and_host_and_loses_its_last_slash() {
        assert_eq!(
            Base::parse("http://127.0.0.1:8080/").unwrap().at("/x"),
            "http://127.0.0.1:8080/x"
        );
        for bad in [
            "",
            "localhost:8080",
            "ftp://x",
            "http://x?y=1",
            "mailto:a@b",
        ] {
            assert!(Base::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_path_part_cannot_leave_its_place() {
        assert_eq!(fill("/m/{id}/x", "id", "../a b?"), "/m/..%2Fa%20b%3F/x");
    }

    #[test]
    fn the_words_of_an_outcome_are_joined() {
        let body = br#"{"resourceType":"OperationOutcome","issue":[
            {"details":{"text":"one"},"diagnostics":"no"},{"diagnostics":"two"},{}]}"#;
        assert_eq!(outcome_words(body), "one; two");
        assert_eq!(outcome_words(b"<html>"), "");
    }

    #[test]
    fn a_secret_header_prints_nothing() {
        let value = secret_header("hunter2").unwrap();
        assert!(!format!("{value:?}").contains("hunter2"));
    }
}
