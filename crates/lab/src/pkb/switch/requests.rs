//! What the controls are asked, and what they answer.

use crate::control_body::{Control, Controls};
use httpkit::problem::Refusal;
use serde::{Deserialize, Serialize};
use url::Url;

/// So many events are told unless another number is asked for, and at most.
const EVENTS: u32 = 200;
const MOST_EVENTS: u32 = 10_000;

/// Decide in a user's stead.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Approval {
    /// The authorise address, as the browser would open it.
    url: String,
    /// Whose decision it is. No password is needed here.
    pub(super) email: String,
    pub(super) decision: Choice,
}

/// A decision.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Choice {
    Approve,
    Deny,
}

/// Where the browser would go.
#[derive(Serialize)]
pub(super) struct Approved {
    pub(super) location: String,
}

/// End a person's sessions.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct End {
    pub(super) public_id: String,
    pub(super) how: How,
}

/// How a session ends.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum How {
    /// As if its time had come: `API_SESSION_EXPIRED`.
    Expired,
    /// As if a refresh token had been used twice: `API_SESSION_INVALID`.
    Invalid,
}

impl Controls for Approval {
    const MEMBERS: &'static [Control] = &[
        Control::required::<String>("url", "Must be a string"),
        Control::required::<String>("email", "Must be a string"),
        Control::required::<Choice>("decision", "Must be approve or deny"),
    ];
}

impl Controls for End {
    const MEMBERS: &'static [Control] = &[
        Control::required::<String>("publicId", "Must be a string"),
        Control::required::<How>("how", "Must be expired or invalid"),
    ];
}

/// How many there were.
#[derive(Serialize)]
pub(super) struct Ended {
    pub(super) ended: u64,
}

/// Which part of the log.
#[derive(Deserialize)]
pub(super) struct Wanted {
    limit: Option<u32>,
}

impl Approval {
    /// The request's parameters.
    pub(super) fn query(&self) -> Result<String, Refusal> {
        let fault = || {
            Refusal::fault(
                "url",
                "Must be the whole address of the authorise page, as the browser opens it",
            )
        };
        let url = Url::parse(&self.url).map_err(|_| fault())?;
        if url.path() != wire::pkb::paths::AUTHORIZE {
            return Err(fault());
        }
        Ok(url.query().unwrap_or_default().to_owned())
    }
}

impl Wanted {
    /// How many events.
    pub(super) fn limit(&self) -> Result<u32, Refusal> {
        match self.limit.unwrap_or(EVENTS) {
            limit @ 1..=MOST_EVENTS => Ok(limit),
            _ => Err(Refusal::fault("limit", "Must be 1 to 10000")),
        }
    }
}
