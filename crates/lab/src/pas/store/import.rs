//! Writing a transaction into the record: all of it or nothing, and nothing twice.

mod writer;

use super::{Store, StoreError};
use faultpoint::Point;
use jiff::Timestamp;
use rusqlite::TransactionBehavior;
use wire::fhir_r4::{NHS_NUMBER, search::Token};
use writer::Import;

/// One entry, read and checked as far as that goes without the database.
pub(in super::super) struct Planned {
    /// The id that it gets if it is created.
    pub(in super::super) id: String,
    pub(in super::super) full_url: Option<String>,
    pub(in super::super) what: What,
}

/// What an entry is.
pub(in super::super) enum What {
    Binary {
        content_type: String,
        bytes: Vec<u8>,
        sha1: String,
    },
    Clinical(Box<Clinical>),
}

/// A document or a coded entry.
pub(in super::super) struct Clinical {
    pub(in super::super) subject: Subject,
    /// Create only if nothing carries one of these identifiers.
    pub(in super::super) only_if_none: Option<Vec<Token>>,
    pub(in super::super) identifiers: Vec<(String, String)>,
    pub(in super::super) dated: String,
    /// The resource as sent.
    pub(in super::super) resource: String,
    pub(in super::super) columns: Columns,
}

/// What the pages show of it.
pub(in super::super) enum Columns {
    Document {
        kind: String,
        title: String,
        topic: String,
        author: String,
        content_type: Option<String>,
        url: String,
        size: Option<u64>,
        hash: Option<String>,
    },
    Observation {
        code: String,
        words: String,
        value: String,
        unit: String,
    },
}

/// Whose record it is for.
pub(in super::super) enum Subject {
    Id(String),
    NhsNumber(String),
}

/// What became of an entry.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Done {
    pub(in super::super) created: bool,
    pub(in super::super) resource_type: &'static str,
    pub(in super::super) id: String,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub(in super::super) enum ImportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Entries that can't be written, by their place.
    #[error("entries were refused")]
    Refused(Vec<(usize, Why)>),
}

/// Why an entry can't be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Why {
    UnknownSubject,
    SeveralMatch,
    UnknownBinary,
    UnusedBinary,
    SizeDiffers,
    HashDiffers,
}

impl From<rusqlite::Error> for ImportError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Clinical {
    /// FHIR's name of what this is.
    fn resource_type(&self) -> &'static str {
        match self.columns {
            Columns::Document { .. } => "DocumentReference",
            Columns::Observation { .. } => "Observation",
        }
    }
}

impl Store {
    /// Writes the entries in one transaction.
    pub(in super::super) async fn import(
        &self,
        entries: Vec<Planned>,
        now: Timestamp,
    ) -> Result<Vec<Done>, ImportError> {
        self.run(move |connection| {
            // Taken at once, so that two imports can't both find that nothing is there yet.
            let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = Import::new(&change, &entries, now).run()?;
            faultpoint::pass(Point::RecordCommit);
            change.commit()?;
            faultpoint::pass(Point::RecordCommitted);
            Ok(done)
        })
        .await
    }
}

/// The patient that a conditional reference such as `Patient?identifier=system|number` means.
pub(in super::super) fn conditional_subject(token: &Token) -> Option<Subject> {
    let number = token.value.clone()?;
    token
        .system
        .as_deref()
        .is_none_or(|s| s == NHS_NUMBER)
        .then_some(Subject::NhsNumber(number))
}
