//! What a driver's error means to a caller.

use rusqlite::ErrorCode;
use std::error::Error;
use std::sync::Arc;
use store::StoreError;

/// Wraps a driver's error for the transaction named.
pub(crate) fn during(transaction: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
    move |error| wrap(transaction, &error, boxed(&error))
}

/// Wraps an error that several transactions share.
pub(crate) fn shared(transaction: &'static str, error: &Arc<rusqlite::Error>) -> StoreError {
    wrap(transaction, error, boxed(error))
}

/// The writer is no longer there, or gave up a batch.
pub(crate) fn gone(transaction: &'static str) -> StoreError {
    StoreError::Unavailable {
        transaction,
        source: None,
    }
}

fn wrap(
    transaction: &'static str,
    error: &rusqlite::Error,
    source: Option<Box<dyn Error + Send + Sync>>,
) -> StoreError {
    if passes(error) {
        StoreError::Unavailable {
            transaction,
            source,
        }
    } else {
        StoreError::Fault {
            transaction,
            source,
        }
    }
}

/// Whether the cause may go away by itself, or by an operator's hand.
fn passes(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::OutOfMemory
                | ErrorCode::OperationInterrupted
        )
    )
}

/// A cause that can be logged: SQLite's own texts name tables and columns; the driver's texts about
/// values could quote them, and are left out.
#[derive(Debug)]
struct Cause(String);

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Cause {}

fn boxed(error: &rusqlite::Error) -> Option<Box<dyn Error + Send + Sync>> {
    let text = match error {
        rusqlite::Error::SqliteFailure(code, text) => match text {
            Some(text) => format!("{text} (SQLite code {})", code.extended_code),
            None => format!("SQLite code {}", code.extended_code),
        },
        rusqlite::Error::SqlInputError { error, msg, .. } => {
            format!("{msg} (SQLite code {})", error.extended_code)
        }
        rusqlite::Error::InvalidParameterCount(given, wanted) => {
            format!("{given} parameters for {wanted} places")
        }
        _ => return None,
    };
    Some(Box::new(Cause(text)))
}
