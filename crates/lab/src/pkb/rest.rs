//! The REST API: the signed-in user's own details.

use super::Context;
use super::sessions::{Caller, Denied};
use crate::sqlite::StoreError;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use std::sync::Arc;
use wire::pkb::{ResponseCode, RestError, paths};

/// The routes.
pub(super) fn router() -> Router<Arc<Context>> {
    Router::new()
        .route(paths::USERS_SELF, get(users_self).fallback(not_allowed))
        .route(
            paths::USERS_SELF_REST,
            get(users_self).fallback(not_allowed),
        )
        .route("/json/{*path}", any(unknown))
        .route("/rest/{*path}", any(unknown))
}

async fn users_self(
    State(context): State<Arc<Context>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    match context.authenticate(&headers).await? {
        Caller::User(user) => Ok(answer(StatusCode::OK, Json(user.person.users_self()))),
        // Computer systems may not call this API.
        Caller::System { .. } => Err(Refusal::Code(ResponseCode::UserTypeNotPerm)),
    }
}

async fn not_allowed() -> Refusal {
    Refusal::Other(
        StatusCode::METHOD_NOT_ALLOWED,
        "METHOD_NOT_ALLOWED",
        "Only GET is known here.",
    )
}

async fn unknown() -> Refusal {
    Refusal::Other(
        StatusCode::NOT_FOUND,
        "NOT_FOUND",
        "This sandbox doesn\u{2019}t have this call.",
    )
}

/// A call that isn't answered.
enum Refusal {
    Code(ResponseCode),
    Other(StatusCode, &'static str, &'static str),
}

impl From<Denied> for Refusal {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Code(code) => Self::Code(code),
            Denied::Store(error) => {
                broken(&error);
                Self::Other(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "INTERNAL_ERROR",
                    "The sandbox can\u{2019}t read its data.",
                )
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Self::Code(code) => (status(code), code.as_str(), words(code)),
            Self::Other(status, code, message) => (status, code, message),
        };
        let error = RestError {
            code: code.to_owned(),
            message: message.to_owned(),
        };
        answer(status, Json(error))
    }
}

fn answer(status: StatusCode, body: impl IntoResponse) -> Response {
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::UNAUTHORIZED {
        let bearer = HeaderValue::from_static("Bearer");
        headers.insert(header::WWW_AUTHENTICATE, bearer);
    }
    response
}

/// Says in the log that the database fails.
pub(super) fn broken(error: &StoreError) {
    tracing::error!(error = %error, cause = ?std::error::Error::source(error).map(ToString::to_string), "PKB sandbox database");
}

/// The HTTP status that goes with a code.
pub(super) fn status(code: ResponseCode) -> StatusCode {
    match code {
        ResponseCode::AccTokenExpired
        | ResponseCode::ApiSessionExpired
        | ResponseCode::ApiSessionInvalid
        | ResponseCode::BadAuthentication => StatusCode::UNAUTHORIZED,
        _ => StatusCode::FORBIDDEN,
    }
}

/// A code in words, for developers.
pub(super) fn words(code: ResponseCode) -> &'static str {
    match code {
        ResponseCode::AccTokenExpired => "The access token has run out. Use the refresh token.",
        ResponseCode::ApiSessionExpired => "The session is over. The user must authorise again.",
        ResponseCode::ApiSessionInvalid => {
            "The session was ended, for instance because a refresh token was used twice. \
             The user must authorise again."
        }
        ResponseCode::BadAuthentication => "No valid access token was sent.",
        ResponseCode::AccessFrozenOutward => "The user\u{2019}s access is frozen.",
        ResponseCode::UserTypeNotPerm => "This call isn\u{2019}t for this type of user.",
        ResponseCode::NoAssociation => {
            "This organisation has not granted the client access to its patients."
        }
        _ => "The call isn\u{2019}t allowed.",
    }
}
