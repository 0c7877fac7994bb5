//! The ways in which storage fails. None of them quotes a value.

/// Why a transaction did not happen, or is not known to have happened.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Try again later: busy, out of space, not reachable. Nothing was written, or it is not known whether all
    /// of it was: a COMMIT whose answer was lost.
    #[error("storage is not available during `{transaction}`")]
    Unavailable {
        /// The transaction's name.
        transaction: &'static str,
        /// The driver's error, for the log of an operator.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// What is stored makes no sense; `place` names table and column, never content.
    #[error("stored data is not as it should be at {place}")]
    Inconsistent {
        /// Table and column.
        place: &'static str,
    },
    /// The schema is newer than this binary, or not one of its own.
    #[error("the database has schema version {found}, this binary knows up to {known}")]
    UnknownSchema {
        /// What the database says.
        found: i64,
        /// What this binary knows.
        known: i64,
    },
    /// The schema is older than this binary needs, and is not brought up to date by serving.
    #[error(
        "the database has schema version {found}, this binary needs {known}: run `baton db migrate`"
    )]
    OldSchema {
        /// What the database says.
        found: i64,
        /// What this binary needs.
        known: i64,
    },
    /// A fault of the back end itself.
    #[error("transaction `{transaction}` failed")]
    Fault {
        /// The transaction's name.
        transaction: &'static str,
        /// The driver's error, for the log of an operator.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
}
