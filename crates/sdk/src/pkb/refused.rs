//! How a refused answer is read, whichever of PKB's APIs it comes from.

use super::ReadFailure;
use crate::http::read;
use bytes::Bytes;
use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use wire::pkb::stu3::OperationOutcome;
use wire::pkb::{ResponseCode, RestError};

/// The largest refusal that is read: 64 KiB. The rest of a longer one is dropped, body and all.
pub const MAX_REFUSED: usize = 64 * 1024;

/// An answer outside 2xx, whole.
pub struct Refused {
    /// The HTTP status.
    pub status: u16,
    /// The documented code in it.
    pub code: Option<ResponseCode>,
    /// The body's media type.
    pub content_type: Option<HeaderValue>,
    /// How the body is packed; one that is packed has no code.
    pub content_encoding: Option<HeaderValue>,
    /// The body, to be passed on; may speak of the patient. Empty if it was too long or broke off.
    pub body: Bytes,
    /// Whether that is the whole body.
    pub is_whole: bool,
}

/// Reads a refusal to its end. One whose body breaks off is still a refusal.
pub async fn refused(response: Response) -> Refused {
    let status = response.status().as_u16();
    let content_type = response.headers().get(CONTENT_TYPE).cloned();
    let content_encoding = response.headers().get(CONTENT_ENCODING).cloned();
    let body = read(response, MAX_REFUSED).await;
    let is_whole = body.is_ok();
    let body = body.unwrap_or_default();
    Refused {
        status,
        code: response_code(&body),
        content_type,
        content_encoding,
        body,
        is_whole,
    }
}

/// The documented code in a refusal's body: of an `OperationOutcome`, or of the REST API's JSON.
pub fn response_code(body: &[u8]) -> Option<ResponseCode> {
    if let Ok(outcome) = serde_json::from_slice::<OperationOutcome>(body) {
        return outcome.response_code();
    }
    let rest: RestError = serde_json::from_slice(body).ok()?;
    ResponseCode::parse(&rest.code)
}

impl From<Refused> for ReadFailure {
    fn from(refused: Refused) -> Self {
        match refused.code {
            Some(code) => Self::Code(code),
            None => Self::Answered {
                status: refused.status,
            },
        }
    }
}

impl std::fmt::Debug for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Refused")
            .field("status", &self.status)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}
