//! What a bucket did instead of what it was asked, in words for a person: no key, signature or body in it.

use crate::http::{Seen, Whom};
use object_store::client::{HttpError, HttpErrorKind};
use std::error::Error;
use std::io;

/// Why the bucket did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is not there.
    #[error("there is no such bucket, or it belongs to somebody else")]
    NoBucket,
    /// The keys are good, and not for this.
    #[error("the bucket denies it ({0}); the keys need to get, put, delete and list objects")]
    Denied(String),
    /// The keys are not good.
    #[error("the access key is not accepted ({0})")]
    Keys(String),
    /// No keys were to be had.
    #[error("no keys were to be had from the role of this machine, container or web identity")]
    Role,
    /// Another region, or an endpoint that sends us on.
    #[error("the bucket is in another region, or at another endpoint")]
    Elsewhere,
    /// Signatures hold for a quarter of an hour.
    #[error("the clocks of this machine and of the object store differ too much")]
    Clock,
    /// Anything else it answered, as its status and S3's word for it.
    #[error("the object store answered {0}{space}{1}", space = if .1.is_empty() { "" } else { " " })]
    Answer(u16, String),
    /// No connection.
    #[error("the object store cannot be reached")]
    Unreachable,
    /// Its certificate was not issued by whom this machine trusts, or for another name or time.
    #[error("this machine does not trust the object store's certificate")]
    Untrusted,
    /// No whole answer in time.
    #[error("the object store took too long")]
    Late,
    /// The connection was cut.
    #[error("the connection to the object store broke")]
    Broken,
    /// Not what S3 answers.
    #[error("the object store answered something that is not understood")]
    Odd,
    /// All PUTs took so long that this one never began.
    #[error("too many other attachments were on their way to the object store")]
    Crowded,
}

impl Fault {
    /// What went wrong, from what the library says and what went over the line last.
    pub(crate) fn of(error: &object_store::Error, seen: Option<&Seen>) -> Self {
        match seen {
            Some(seen) if seen.whom == Whom::Keys => Self::Role,
            Some(Seen {
                status: Some(status),
                code,
                ..
            }) if *status >= 300 => Self::answer(*status, code),
            _ => match kind(error) {
                _ if is_untrusted(error) => Self::Untrusted,
                Some(HttpErrorKind::Connect) => Self::Unreachable,
                Some(HttpErrorKind::Timeout) => Self::Late,
                Some(HttpErrorKind::Request | HttpErrorKind::Interrupted) => Self::Broken,
                // The library asked nobody: it had no keys to sign with.
                None if seen.is_none() => Self::Role,
                _ => Self::Odd,
            },
        }
    }

    /// What it is when time is over.
    pub(crate) fn late(seen: Option<&Seen>) -> Self {
        match seen {
            Some(seen) if seen.whom == Whom::Keys => Self::Role,
            _ => Self::Late,
        }
    }

    fn answer(status: u16, code: &str) -> Self {
        match code {
            "NoSuchBucket" => return Self::NoBucket,
            "RequestTimeTooSkewed" => return Self::Clock,
            "PermanentRedirect"
            | "TemporaryRedirect"
            | "AuthorizationHeaderMalformed"
            | "IllegalLocationConstraintException" => return Self::Elsewhere,
            "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "ExpiredToken"
            | "InvalidToken"
            | "InvalidSecurity" => return Self::Keys(code.to_owned()),
            _ => {}
        }
        match status {
            300..=399 => Self::Elsewhere,
            401 => Self::Keys(code.to_owned()),
            403 if code.is_empty() => Self::Denied("403".to_owned()),
            403 => Self::Denied(code.to_owned()),
            _ => Self::Answer(status, code.to_owned()),
        }
    }
}

/// The library's own error types are private, but what went wrong with HTTP is in their chain.
fn kind(error: &object_store::Error) -> Option<HttpErrorKind> {
    let http = |error: &(dyn Error + 'static)| Some(error.downcast_ref::<HttpError>()?.kind());
    causes(error).find_map(http)
}

fn is_untrusted(error: &object_store::Error) -> bool {
    causes(error).any(|cause| {
        let tls = cause.downcast_ref::<rustls::Error>();
        matches!(tls, Some(rustls::Error::InvalidCertificate(_)))
    })
}

/// An error and what it comes from, also what an `io::Error` wraps and does not call its source.
fn causes(error: &object_store::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let first: &(dyn Error + 'static) = error;
    std::iter::successors(Some(first), |&error| {
        match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        }
    })
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        let kind = match fault {
            Fault::NoBucket => io::ErrorKind::NotFound,
            Fault::Denied(_) | Fault::Keys(_) | Fault::Role => io::ErrorKind::PermissionDenied,
            Fault::Unreachable => io::ErrorKind::NotConnected,
            Fault::Late | Fault::Crowded => io::ErrorKind::TimedOut,
            Fault::Broken => io::ErrorKind::ConnectionAborted,
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, fault)
    }
}
