//! Problems: what every refusal looks like (RFC 9457; contract A.6 and A.7).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// The kinds of problem. Each has a page at `/problems/{name}` on the server that told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProblemType {
    /// The body is not JSON.
    MalformedJson,
    /// Parts of the request break rules.
    ValidationError,
    /// Content that must not be sent again as it is.
    UnsafeContent,
    /// No key, or an unknown one.
    Unauthorized,
    /// The key is known, but this is not allowed.
    Forbidden,
    /// The access token gives no permission for this.
    AccessTokenRefused,
    /// Nothing is here for this caller.
    NotFound,
    /// Not with this method.
    MethodNotAllowed,
    /// The message id was used for other content.
    MessageIdConflict,
    /// Somebody else holds the message.
    MessageHeld,
    /// The caller's lease is gone.
    LeaseLost,
    /// Not in the state that the thing is in.
    WrongState,
    /// A person took the message out of the queue.
    Stopped,
    /// The patient's PKB record is not linked, or not any more.
    LinkNeeded,
    /// The patient's PKB record must not be linked to this account.
    LinkRefused,
    /// The token is no longer good.
    TokenGone,
    /// The body is over its limit.
    TooLarge,
    /// Not this content type.
    UnsupportedMediaType,
    /// Too many calls.
    TooManyRequests,
    /// A fault of the server.
    InternalError,
    /// Not now.
    Unavailable,
}

impl ProblemType {
    /// Every kind that a platform tells, to client systems and toolbars: all but the gateway's own.
    pub fn of_platform() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|kind| {
            !matches!(
                kind,
                Self::WrongState | Self::Stopped | Self::LinkNeeded | Self::LinkRefused
            )
        })
    }

    /// Every kind.
    pub const ALL: [Self; 21] = [
        Self::MalformedJson,
        Self::ValidationError,
        Self::UnsafeContent,
        Self::Unauthorized,
        Self::Forbidden,
        Self::AccessTokenRefused,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::MessageIdConflict,
        Self::MessageHeld,
        Self::LeaseLost,
        Self::WrongState,
        Self::Stopped,
        Self::LinkNeeded,
        Self::LinkRefused,
        Self::TokenGone,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::TooManyRequests,
        Self::InternalError,
        Self::Unavailable,
    ];

    /// Its name: the last part of the `type` URL.
    pub fn name(self) -> &'static str {
        match self {
            Self::MalformedJson => "malformed-json",
            Self::ValidationError => "validation-error",
            Self::UnsafeContent => "unsafe-content",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::AccessTokenRefused => "access-token-refused",
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::MessageIdConflict => "message-id-conflict",
            Self::MessageHeld => "message-held",
            Self::LeaseLost => "lease-lost",
            Self::WrongState => "wrong-state",
            Self::Stopped => "stopped",
            Self::LinkNeeded => "link-needed",
            Self::LinkRefused => "link-refused",
            Self::TokenGone => "token-gone",
            Self::TooLarge => "too-large",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::TooManyRequests => "too-many-requests",
            Self::InternalError => "internal-error",
            Self::Unavailable => "unavailable",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Its HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::MalformedJson | Self::ValidationError | Self::UnsafeContent => 400,
            Self::Unauthorized => 401,
            Self::Forbidden | Self::AccessTokenRefused => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::MessageIdConflict
            | Self::MessageHeld
            | Self::LeaseLost
            | Self::WrongState
            | Self::Stopped
            | Self::LinkNeeded
            | Self::LinkRefused => 409,
            Self::TokenGone => 410,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::TooManyRequests => 429,
            Self::InternalError => 500,
            Self::Unavailable => 503,
        }
    }

    /// Its title, the same for every occurrence.
    pub fn title(self) -> &'static str {
        match self {
            Self::MalformedJson => "Malformed JSON",
            Self::ValidationError => "Request Validation Error",
            Self::UnsafeContent => "Unsafe Content",
            Self::Unauthorized => "Missing or Unknown API Key",
            Self::Forbidden => "Not Allowed",
            Self::AccessTokenRefused => "Access Token Refused",
            Self::NotFound => "Not Found",
            Self::MethodNotAllowed => "Method Not Allowed",
            Self::MessageIdConflict => "Message Id Used for Other Content",
            Self::MessageHeld => "Message Held by Somebody Else",
            Self::LeaseLost => "Lease Lost",
            Self::WrongState => "Not in This State",
            Self::Stopped => "Stopped by a Person",
            Self::LinkNeeded => "Patient Record Not Linked",
            Self::LinkRefused => "Link Refused",
            Self::TokenGone => "Access Token No Longer Valid",
            Self::TooLarge => "Request Too Large",
            Self::UnsupportedMediaType => "Unsupported Media Type",
            Self::TooManyRequests => "Too Many Requests",
            Self::InternalError => "Internal Server Error",
            Self::Unavailable => "Service Unavailable",
        }
    }
}

/// One fault of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvalidParameter {
    /// Dotted path with array places in brackets, or a header's name.
    pub name: String,
    /// What is wrong, in words.
    pub reason: String,
    /// What was sent, where it is short and cannot be about a patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// A problem document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Absolute URL of the page that explains this kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind's title.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is particular to this occurrence, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Why, in one word of a list, for kinds that have several reasons (link-refused).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The practitioner whose toolbar holds the message, by name (message-held, told to toolbars of the same
    /// practice only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_by: Option<String>,
    /// `urn:uuid:` of this occurrence; the server's log line carries it too.
    pub instance: String,
    /// Every fault of the request, in document order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invalid_parameters: Vec<InvalidParameter>,
    /// Line of the first malformed byte, from 1 (malformed-json).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Column of the first malformed byte, from 1, in bytes (malformed-json).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
}

impl Problem {
    /// A bare problem of `kind`, told by the server at `base` (no slash at its end).
    pub fn new(kind: ProblemType, base: &str, instance: Uuid) -> Self {
        Self {
            kind: format!("{base}/problems/{}", kind.name()),
            title: kind.title().to_owned(),
            status: kind.status(),
            detail: None,
            reason: None,
            held_by: None,
            instance: format!("urn:uuid:{instance}"),
            invalid_parameters: Vec::new(),
            line: None,
            column: None,
        }
    }

    /// The kind, read back from the `type` URL's last part.
    pub fn problem_type(&self) -> Option<ProblemType> {
        ProblemType::from_name(self.kind.rsplit('/').next()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_lead_back() {
        for kind in ProblemType::ALL {
            assert_eq!(ProblemType::from_name(kind.name()), Some(kind));
            let problem = Problem::new(kind, "http://localhost:8080", Uuid::nil());
            assert_eq!(problem.problem_type(), Some(kind));
        }
    }
}
