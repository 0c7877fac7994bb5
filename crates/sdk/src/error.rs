//! The three ways a call can fail, and what its caller may learn from each.

use jiff::Timestamp;
use std::time::Duration;
use wire::problem::{Problem, ProblemType};

/// Why a call has no result. Neither `Display` nor `Debug` shows what was sent or answered.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server answered, and said no.
    #[error("refused with {0}")]
    Refused(Box<Refusal>),
    /// No whole answer came. The call may have had its effect all the same.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// An answer came that the contract does not know.
    #[error("unintelligible answer: {0}")]
    Unintelligible(String),
}

/// What a server said when it said no.
#[derive(Clone)]
pub struct Refusal {
    /// The HTTP status, 400 to 599.
    pub status: u16,
    /// The problem document, where one was sent.
    pub problem: Option<Problem>,
    /// The server's own words for people; may speak of a patient, so not for logs. Empty if it gave none.
    pub words: String,
    /// How long the server asks to be left alone.
    pub retry_after: Option<Duration>,
    /// What time it is there, to the second.
    pub date: Option<Timestamp>,
}

impl Refusal {
    /// The kind of problem, where the document names one that the contract knows.
    pub fn kind(&self) -> Option<ProblemType> {
        self.problem.as_ref().and_then(Problem::problem_type)
    }

    /// Whether the same call may succeed later (408, 429 and every 5xx).
    pub fn is_temporary(&self) -> bool {
        matches!(self.status, 408 | 429 | 500..)
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "status {}", self.status)?;
        if let Some(kind) = self.kind() {
            write!(f, " ({})", kind.name())?;
        }
        match &self.problem {
            // The instance finds the server's log line; anything longer is not an instance.
            Some(problem) if problem.instance.len() <= 64 => write!(f, " {}", problem.instance),
            _ => Ok(()),
        }
    }
}

impl std::fmt::Debug for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Refusal({self})")
    }
}

/// As the standard library says it, too.
const TIMED_OUT: &str = "timed out";

impl Error {
    /// The refusal, if this is one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::Unreachable(_) | Self::Unintelligible(_) => None,
        }
    }

    /// The HTTP status of a refusal.
    pub fn status(&self) -> Option<u16> {
        self.refusal().map(|refusal| refusal.status)
    }

    /// The kind of problem of a refusal.
    pub fn kind(&self) -> Option<ProblemType> {
        self.refusal().and_then(Refusal::kind)
    }

    /// Whether the same call may succeed later.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Refused(refusal) => refusal.is_temporary(),
            Self::Unreachable(_) => true,
            Self::Unintelligible(_) => false,
        }
    }

    /// How long the server asks to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        self.refusal().and_then(|refusal| refusal.retry_after)
    }

    /// Whether no answer came because the time for it was over.
    pub fn is_time_out(&self) -> bool {
        matches!(self, Self::Unreachable(why) if why == TIMED_OUT)
    }

    /// Made from reqwest's error without its address, which may name a patient.
    pub(crate) fn transport(error: &reqwest::Error) -> Self {
        let mut cause: Option<&(dyn std::error::Error + 'static)> =
            std::error::Error::source(error);
        while let Some(inner) = cause {
            if let Some(io) = inner.downcast_ref::<std::io::Error>()
                && io.kind() != std::io::ErrorKind::Other
            {
                return Self::Unreachable(io.kind().to_string());
            }
            cause = inner.source();
        }
        let what = if error.is_timeout() {
            TIMED_OUT
        } else if error.is_connect() {
            "no connection"
        } else if error.is_body() || error.is_decode() {
            "the answer broke off"
        } else if error.is_builder() {
            return Self::Unintelligible("the request could not be made".to_owned());
        } else {
            "the connection failed"
        };
        Self::Unreachable(what.to_owned())
    }

    /// Made from serde_json's error without its text, which may quote content.
    pub(crate) fn json(error: &serde_json::Error) -> Self {
        Self::Unintelligible(format!(
            "not the JSON expected (line {}, column {})",
            error.line(),
            error.column()
        ))
    }
}
