//! Why a call of PKB has no result. Nothing here holds a token, a code or anything of a patient.

use crate::http::BadAddress;
use std::time::Duration;
use wire::pkb::ResponseCode;

/// Why a client can't be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// The address is no absolute http or https address, or has a query.
    #[error("PKB's address must be an absolute http or https address without a query")]
    Address,
    /// TLS can't be set up on this machine.
    #[error("TLS can't be set up")]
    Tls,
}

impl From<BadAddress> for Unusable {
    fn from(_: BadAddress) -> Self {
        Self::Address
    }
}

/// Why there are no tokens, and what that says of the code or refresh token that was handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFailure {
    /// No connection came about (address, network, TLS): not a byte was sent, so nothing is spent.
    #[error("PKB could not be reached; nothing was sent")]
    NotSent,
    /// It was sent, and no whole, readable answer came, or a go-between (502, 504) lost it: it may be spent.
    /// Sending it again could end the patient's session.
    #[error("PKB's answer was lost")]
    Lost,
    /// PKB said no.
    #[error("PKB answered {status}{}", error.map(|code| format!(" ({code})")).unwrap_or_default())]
    Answered {
        /// The HTTP status: never 2xx, 502 or 504.
        status: u16,
        /// One of [`wire::pkb::token::errors`], if it said so. An answer that says in PKB's own codes that
        /// the session is over counts as `invalid_grant`.
        error: Option<&'static str>,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
    },
}

/// Why something can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadFailure {
    /// No whole answer came.
    #[error("PKB could not be reached")]
    NotReached,
    /// PKB said why not.
    #[error("PKB refused: {0}")]
    Code(ResponseCode),
    /// It answered something that can't be used: a refusal without a documented code or, with a 2xx, an
    /// answer that isn't what was asked for.
    #[error("PKB answered {status}, which can't be used")]
    Answered {
        /// The HTTP status.
        status: u16,
    },
    /// The path asked for would leave its place, or the token can't stand in a header: nothing was sent.
    #[error("the request can't be sent")]
    Unsendable,
}
