//! `GET` and `POST /api/v1/test`: can I reach you, and is my key good?

use crate::auth::api_key::Caller;
use axum::http::StatusCode;

/// 200 without a body; the key was checked on the way in.
pub(crate) async fn test(_: Caller) -> StatusCode {
    StatusCode::OK
}
