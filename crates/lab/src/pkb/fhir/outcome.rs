//! Answers in FHIR's media type, refusals among them.

use crate::pkb::rest;
use crate::pkb::sessions::Denied;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use wire::pkb::ResponseCode;
use wire::pkb::stu3::OperationOutcome;

/// A request that isn't answered, and why.
pub(super) struct Refusal {
    status: StatusCode,
    outcome: OperationOutcome,
}

impl Refusal {
    /// Without one of PKB's codes; `code` is FHIR's issue type.
    pub(super) fn new(status: StatusCode, code: &str, words: &str) -> Self {
        Self {
            status,
            outcome: OperationOutcome::error(code, None, words),
        }
    }

    /// 400: the request can't be understood.
    pub(super) fn invalid(words: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid", words)
    }

    /// 404.
    pub(super) fn not_found(words: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", words)
    }

    /// With one of PKB's codes.
    pub(super) fn code(code: ResponseCode) -> Self {
        let issue = match code {
            ResponseCode::AccTokenExpired | ResponseCode::ApiSessionExpired => "expired",
            ResponseCode::ApiSessionInvalid | ResponseCode::BadAuthentication => "login",
            _ => "forbidden",
        };
        Self {
            status: rest::status(code),
            outcome: OperationOutcome::error(issue, Some(code), rest::words(code)),
        }
    }
}

impl From<Denied> for Refusal {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Code(code) => Self::code(code),
            Denied::Store(error) => {
                rest::broken(&error);
                let words = "The sandbox can\u{2019}t read its data.";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "exception", words)
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = answer(self.status, &self.outcome);
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            let bearer = HeaderValue::from_static("Bearer");
            headers.insert(header::WWW_AUTHENTICATE, bearer);
        }
        response
    }
}

/// An answer, which nobody is to keep.
pub(super) fn answer(status: StatusCode, body: &impl Serialize) -> Response {
    let Ok(text) = serde_json::to_string(body) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let media_type = HeaderValue::from_static("application/fhir+json; charset=utf-8");
    let no_store = HeaderValue::from_static("no-store");
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, no_store),
    ];
    (status, headers, text).into_response()
}
