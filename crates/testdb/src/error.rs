//! What can go wrong, above all that a server is not installed.

use std::time::Duration;

/// What this crate's functions answer.
pub type Result<T> = std::result::Result<T, Error>;

/// Why there is no server, or why it does not do as it was told.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program is not installed: the test is skipped rather than failed.
    #[error("{program} is not here; {mend}")]
    Missing {
        /// What was looked for.
        program: String,
        /// How it comes here.
        mend: &'static str,
    },
    /// A program ended with an error.
    #[error("{program} failed: {said}")]
    Failed {
        /// Which.
        program: String,
        /// The end of what it printed.
        said: String,
    },
    /// Something did not happen in time.
    #[error("not within {limit:?}: {what}")]
    Late {
        /// What was waited for.
        what: String,
        /// How long.
        limit: Duration,
    },
    /// A name that could not stand in a statement as it is.
    #[error("{0:?} is not a name of small letters, digits and underscores")]
    Name(String),
    /// A file or a process.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Error {
    /// Whether a program is missing, and nothing is wrong.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing { .. })
    }
}
