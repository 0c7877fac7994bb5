//! What the two token endpoints answer (RFC 6749, sections 5.1 and 5.2).

use super::text;
use crate::fhir_r4::hidden::hidden_debug;
use serde::{Deserialize, Deserializer, Serialize};

/// Tokens of a signed-in user.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenAnswer {
    /// What calls are made with.
    pub access_token: String,
    /// `Bearer`, in any letter case; and where nothing is said.
    #[serde(default = "bearer")]
    pub token_type: String,
    /// How long the access token lives, in seconds; documented values are 600 and 1800. It need not be said (RFC 6749,
    /// section 5.1): then it is taken as [`TokenAnswer::UNSAID`].
    #[serde(default = "unsaid", deserialize_with = "seconds")]
    pub expires_in: u64,
    /// Good once, for the next pair. Left out when the access token would outlive the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// The scope that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

impl TokenAnswer {
    /// How long a token is used of which nobody has said how long it lives, or said what can't be read, in seconds.
    pub const UNSAID: u64 = 300;
}

fn bearer() -> String {
    "Bearer".to_owned()
}

fn unsaid() -> u64 {
    TokenAnswer::UNSAID
}

fn seconds<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    Ok(text::maybe_seconds(from)?.unwrap_or(TokenAnswer::UNSAID))
}

/// A token of a system client. Never comes with a refresh token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemToken {
    /// What calls are made with.
    pub access_token: String,
    /// `bearer`, in any letter case.
    pub token_type: String,
    /// How long it lives, in seconds.
    #[serde(deserialize_with = "text::seconds")]
    pub expires_in: u64,
    /// `none` for the Facade.
    #[serde(default)]
    pub scope: String,
    /// The token's own id, a UUID.
    #[serde(default)]
    pub jti: String,
    /// Whose token it is; newer servers say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
}

/// Why there are no tokens.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenError {
    /// One of [`errors`], if the server keeps to the rules.
    pub error: String,
    /// The same for developers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_description: Option<String>,
}

impl TokenError {
    /// An error with its words.
    pub fn new(error: &str, description: impl Into<String>) -> Self {
        Self {
            error: error.to_owned(),
            error_description: Some(description.into()),
        }
    }
}

/// Error codes of token and authorisation endpoints (RFC 6749, sections 4.1.2.1 and 5.2).
pub mod errors {
    /// A field is missing, twice there or malformed.
    pub const INVALID_REQUEST: &str = "invalid_request";
    /// The client isn't known.
    pub const INVALID_CLIENT: &str = "invalid_client";
    /// The code or refresh token is spent, over, or somebody else's.
    pub const INVALID_GRANT: &str = "invalid_grant";
    /// The client may not use this grant.
    pub const UNAUTHORIZED_CLIENT: &str = "unauthorized_client";
    /// There is no such grant here.
    pub const UNSUPPORTED_GRANT_TYPE: &str = "unsupported_grant_type";
    /// There is no such scope, or not for this session.
    pub const INVALID_SCOPE: &str = "invalid_scope";
    /// Of the authorise page: the patient said no.
    pub const ACCESS_DENIED: &str = "access_denied";
    /// Of the authorise page: only `code` can be had.
    pub const UNSUPPORTED_RESPONSE_TYPE: &str = "unsupported_response_type";
    /// Something broke over there.
    pub const SERVER_ERROR: &str = "server_error";
    /// Later, perhaps.
    pub const TEMPORARILY_UNAVAILABLE: &str = "temporarily_unavailable";
    /// Of the system clients' endpoint: no or wrong credentials.
    pub const UNAUTHORIZED: &str = "unauthorized";

    /// All of them: what a server says beyond these is never repeated.
    pub const ALL: [&str; 11] = [
        INVALID_REQUEST,
        INVALID_CLIENT,
        INVALID_GRANT,
        UNAUTHORIZED_CLIENT,
        UNSUPPORTED_GRANT_TYPE,
        INVALID_SCOPE,
        ACCESS_DENIED,
        UNSUPPORTED_RESPONSE_TYPE,
        SERVER_ERROR,
        TEMPORARILY_UNAVAILABLE,
        UNAUTHORIZED,
    ];

    /// The code as it stands in [`ALL`].
    pub fn known(code: &str) -> Option<&'static str> {
        ALL.into_iter().find(|known| *known == code)
    }
}

hidden_debug!(TokenAnswer, SystemToken, TokenError);
