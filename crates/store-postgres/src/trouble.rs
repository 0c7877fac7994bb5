//! What a driver's error means: whether to try again, and what may be said of it.
//!
//! A server's message and detail can quote values, which may be patient data. Only its code, its severity
//! and the names of tables, columns and constraints are ever told.

use deadpool::managed::{PoolError, TimeoutType};
use std::error::Error as StdError;
use std::fmt;
use store::StoreError;
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, Severity, SqlState};

#[cfg(test)]
mod tests;

/// What can be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Another transaction was in the way: the same again may succeed, on the same connection.
    Again,
    /// The connection is of no use any more, or was never there: the same again on another one.
    Gone,
    /// It may pass, but not by trying again at once.
    Unavailable,
    /// Our fault.
    Fault,
}

/// Something that went wrong on the way to the database or in it.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    pub(crate) class: Class,
    /// The server answered that the statement failed: it did not end by silence.
    pub(crate) answered: bool,
    cause: Cause,
}

impl Trouble {
    /// As a port's caller hears of it.
    pub(crate) fn during(self, transaction: &'static str) -> StoreError {
        let source: Option<Box<dyn StdError + Send + Sync>> = Some(Box::new(self.cause));
        match self.class {
            Class::Fault => StoreError::Fault {
                transaction,
                source,
            },
            _ => StoreError::Unavailable {
                transaction,
                source,
            },
        }
    }

    /// The server said nothing in time.
    pub(crate) fn silence() -> Self {
        Self::gone("no answer in time")
    }

    /// It is not known whether a COMMIT happened.
    pub(crate) fn doubt(why: &'static str) -> Self {
        Self::gone(why)
    }

    pub(crate) fn gone(why: &'static str) -> Self {
        Self {
            class: Class::Gone,
            answered: false,
            cause: Cause(why.to_owned()),
        }
    }

    /// A test's fault point refused.
    pub(crate) fn disk(error: &std::io::Error) -> Self {
        Self {
            class: Class::Unavailable,
            answered: false,
            cause: Cause(error.kind().to_string()),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        if let Some(refusal) = error.as_db_error() {
            return Self::from(refusal);
        }
        let io = error
            .source()
            .and_then(|source| source.downcast_ref::<std::io::Error>());
        let kind = error.to_string();
        // The driver does not say in another way what kind of error it is.
        let is = |beginning: &str| kind.starts_with(beginning);
        let refused_tls = is("error performing TLS")
            && io.is_none_or(|io| io.kind() == std::io::ErrorKind::InvalidData);
        let class = if refused_tls || is("authentication") || is("invalid configuration") {
            Class::Unavailable
        } else if io.is_some() || error.is_closed() || is("timeout") {
            Class::Gone
        } else {
            Class::Fault
        };
        let text = match error.source() {
            // Of a socket, of TLS or of a password's way: it names no value.
            Some(source) if io.is_some() || class == Class::Unavailable => {
                format!("{kind}: {source}")
            }
            _ => kind,
        };
        Self {
            class,
            answered: false,
            cause: Cause(text),
        }
    }
}

impl From<&DbError> for Trouble {
    fn from(error: &DbError) -> Self {
        let ended = matches!(
            error.parsed_severity(),
            Some(Severity::Fatal | Severity::Panic)
        );
        // A row came to the default part while its own was being made, and finds that the next time. Checks of
        // ours have names.
        let moved = error.code() == &SqlState::CHECK_VIOLATION && error.constraint().is_none();
        Self {
            class: if moved {
                Class::Again
            } else {
                class_of(error.code().code(), ended)
            },
            answered: !ended,
            cause: Cause::of(error),
        }
    }
}

impl From<PoolError<Self>> for Trouble {
    fn from(error: PoolError<Self>) -> Self {
        match error {
            PoolError::Backend(trouble) => trouble,
            PoolError::Timeout(TimeoutType::Wait) => Self::gone("every connection is in use"),
            _ => Self::gone("no connection"),
        }
    }
}

/// What a code of the server means; `ended` when it ended the connection with it.
fn class_of(code: &str, ended: bool) -> Class {
    match code {
        // Serialisation, deadlock, a lock that was not to be had in time.
        "40001" | "40P01" | "55P03" => Class::Again,
        // It shuts down, has crashed, starts up, only reads; it has too many connections; a transaction was
        // left alone too long; a statement's prepared form does not fit the tables any more.
        "57P01" | "57P02" | "57P03" | "25006" | "53300" | "25P03" | "0A000" | "26000" => {
            Class::Gone
        }
        // A password or a database that is not there is no better a moment later.
        _ if code.starts_with("28") || code.starts_with("3D") => Class::Unavailable,
        _ if code.starts_with("08") => Class::Gone,
        // Cancelled; out of space or memory; the disk; limits of an operator.
        _ if code == "57014"
            || code.starts_with("53")
            || code.starts_with("54")
            || code.starts_with("58") =>
        {
            if ended {
                Class::Gone
            } else {
                Class::Unavailable
            }
        }
        _ if ended => Class::Gone,
        _ => Class::Fault,
    }
}

/// A cause that can be logged.
#[derive(Clone, Debug)]
struct Cause(String);

impl Cause {
    fn of(error: &DbError) -> Self {
        let mut text = format!("SQLSTATE {}", error.code().code());
        if let Some(severity) = error.parsed_severity() {
            text.push_str(" (");
            text.push_str(&severity.to_string());
            text.push(')');
        }
        let names = [
            ("table", error.table()),
            ("column", error.column()),
            ("constraint", error.constraint()),
        ];
        for (what, name) in names {
            if let Some(name) = name {
                for piece in [", ", what, " ", name] {
                    text.push_str(piece);
                }
            }
        }
        Self(text)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Cause {}
