//! Refusals: handlers say what is wrong, [`crate::front`] turns it into a problem document.
//!
//! There is one place where an error becomes an HTTP answer, so that every problem carries the same
//! instance id as its log line, and nothing of a driver's words gets out.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::error::Error;
use uuid::Uuid;
use wire::problem::{InvalidParameter, MEDIA_TYPE, Problem, ProblemType};

/// Why a request was refused, before it is a problem document.
#[derive(Clone, Debug)]
pub struct Refusal {
    kind: ProblemType,
    detail: Option<Box<str>>,
    reason: Option<&'static str>,
    held_by: Option<Box<str>>,
    invalid_parameters: Vec<InvalidParameter>,
    place: Option<Box<(u64, u64)>>,
    retry_after: Option<u64>,
    cause: Option<Box<str>>,
    /// Whether a key is shown as `Authorization: Bearer`, not as `ApiKey`.
    bearer: bool,
}

impl Refusal {
    /// A refusal of `kind` that needs no further words.
    pub fn new(kind: ProblemType) -> Self {
        Self {
            kind,
            detail: None,
            reason: None,
            held_by: None,
            invalid_parameters: Vec::new(),
            place: None,
            retry_after: None,
            cause: None,
            bearer: false,
        }
    }

    /// Adds words for the caller. They must not quote what the caller sent.
    #[must_use]
    pub fn detail(mut self, text: impl Into<String>) -> Self {
        self.detail = Some(text.into().into_boxed_str());
        self
    }

    /// Adds the reason, in one word of a list.
    #[must_use]
    pub fn reason(mut self, word: &'static str) -> Self {
        self.reason = Some(word);
        self
    }

    /// Adds who holds the message.
    #[must_use]
    pub fn held_by(mut self, name: &str) -> Self {
        self.held_by = Some(name.into());
        self
    }

    /// Faults of the request, in document order.
    pub fn validation(faults: Vec<InvalidParameter>) -> Self {
        Self::faults(ProblemType::ValidationError, faults)
    }

    /// Faults of the request, in document order, as another kind of problem than the usual.
    pub fn faults(kind: ProblemType, faults: Vec<InvalidParameter>) -> Self {
        Self {
            invalid_parameters: faults,
            ..Self::new(kind)
        }
    }

    /// One fault of the request.
    pub fn fault(name: &str, reason: &str) -> Self {
        Self::validation(vec![InvalidParameter {
            name: name.to_owned(),
            reason: reason.to_owned(),
            value: None,
        }])
    }

    /// The body is not JSON; `line` and `column` count from 1.
    pub fn malformed(line: u64, column: u64, what: &str) -> Self {
        Self {
            place: Some(Box::new((line, column))),
            ..Self::new(ProblemType::MalformedJson).detail(what)
        }
    }

    /// For 401 of an API whose keys come as `Authorization: Bearer`.
    #[must_use]
    pub fn bearer(mut self) -> Self {
        self.bearer = true;
        self
    }

    /// The caller should come back after so many seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// A fault of ours. The chain of causes goes to the log, the caller only gets the instance id.
    pub fn internal(error: &(dyn Error + 'static)) -> Self {
        Self {
            cause: Some(chain(error).into_boxed_str()),
            ..Self::new(ProblemType::InternalError)
        }
    }

    /// Something we need does not answer now.
    pub fn unavailable(error: &(dyn Error + 'static)) -> Self {
        Self {
            cause: Some(chain(error).into_boxed_str()),
            retry_after: Some(2),
            ..Self::new(ProblemType::Unavailable)
        }
    }

    /// Its kind.
    pub fn kind(&self) -> ProblemType {
        self.kind
    }

    /// The faults of the request, for a page that shows them.
    pub fn invalid_parameters(&self) -> &[InvalidParameter] {
        &self.invalid_parameters
    }

    /// What goes to the log, if anything.
    pub(crate) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The answer, told by the server at `base`.
    pub(crate) fn answer(self, base: &str, instance: Uuid, headers: HeaderMap) -> Response {
        let mut problem = Problem::new(self.kind, base, instance);
        problem.detail = self.detail.map(String::from);
        problem.reason = self.reason.map(str::to_owned);
        problem.held_by = self.held_by.map(String::from);
        problem.invalid_parameters = self.invalid_parameters;
        (problem.line, problem.column) = self.place.map(|place| *place).unzip();
        let status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (status, headers, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.kind == ProblemType::Unauthorized && !headers.contains_key(header::WWW_AUTHENTICATE)
        {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static(if self.bearer { "Bearer" } else { "ApiKey" }),
            );
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// An error and its causes, joined by colons.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
