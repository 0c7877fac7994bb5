//! PKB's response codes, which say why a data call was refused.

use serde::{Deserialize, Serialize};

/// The code system they belong to.
pub const CODE_SYSTEM: &str = "http://fhir.patientsknowbest.com/codesystem/response-code";

/// Why a data call was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResponseCode {
    /// The access token has run out: refresh once, then again.
    AccTokenExpired,
    /// The calling patient's access is frozen.
    AccessFrozenOutward,
    /// Access to the patient is frozen (older list).
    AccessFrozenInward,
    /// The session is over; neither token can be used.
    ApiSessionExpired,
    /// The session was ended, for instance because a refresh token was used twice.
    ApiSessionInvalid,
    /// No valid token was sent.
    BadAuthentication,
    /// Not for this type of user.
    UserTypeNotPerm,
    /// Nothing ties the caller to the patient (older list).
    NoAssociation,
    /// The patient has not agreed (older list).
    NoConsent,
    /// The record can't be opened for the caller (older list).
    NoDecryptKey,
    /// The patient shares with nobody (older list).
    SharingDisabled,
}

impl ResponseCode {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::AccTokenExpired,
        Self::AccessFrozenOutward,
        Self::AccessFrozenInward,
        Self::ApiSessionExpired,
        Self::ApiSessionInvalid,
        Self::BadAuthentication,
        Self::UserTypeNotPerm,
        Self::NoAssociation,
        Self::NoConsent,
        Self::NoDecryptKey,
        Self::SharingDisabled,
    ];

    /// The code as it is sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccTokenExpired => "ACC_TOKEN_EXPIRED",
            Self::AccessFrozenOutward => "ACCESS_FROZEN_OUTWARD",
            Self::AccessFrozenInward => "ACCESS_FROZEN_INWARD",
            Self::ApiSessionExpired => "API_SESSION_EXPIRED",
            Self::ApiSessionInvalid => "API_SESSION_INVALID",
            Self::BadAuthentication => "BAD_AUTHENTICATION",
            Self::UserTypeNotPerm => "USER_TYPE_NOT_PERM",
            Self::NoAssociation => "NO_ASSOCIATION",
            Self::NoConsent => "NO_CONSENT",
            Self::NoDecryptKey => "NO_DECRYPT_KEY",
            Self::SharingDisabled => "SHARING_DISABLED",
        }
    }

    /// Reads a code; `None` for one that isn't documented.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }
}

impl std::fmt::Display for ResponseCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A refusal of the REST API. PKB doesn't document its shape; this is the sandbox's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestError {
    /// One of [`ResponseCode`], or another word in capitals.
    pub code: String,
    /// The same for developers.
    #[serde(default)]
    pub message: String,
}
