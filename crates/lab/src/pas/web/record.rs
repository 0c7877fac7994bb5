//! A subject's record: who it is, documents, consultation notes, coded data.

use super::{Failure, SignedIn};
use crate::pas::{
    Context,
    highlight::{self, Piece},
    patient::View,
    store::{
        StoreError,
        record::{Coded, Document},
    },
    times,
};
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use wire::fhir_r4::KIND_NOTES;

/// Notes longer than this scroll in a box of their own.
const LONG_NOTE: usize = 2_500;
/// Bytes of a note that the page shows; the rest is behind its link.
const SHOWN: usize = 64 * 1024;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    q: String,
}

/// What a page shows of a document.
#[derive(Serialize)]
pub(super) struct Listed {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) topic: String,
    pub(super) author: String,
    pub(super) dated: String,
    pub(super) kind: &'static str,
    pub(super) size: String,
}

#[derive(Serialize)]
struct Note {
    #[serde(flatten)]
    listed: Listed,
    #[serde(flatten)]
    found: Found,
}

/// What is shown of a note.
#[derive(Serialize)]
struct Found {
    pieces: Vec<Piece>,
    long: bool,
    goes_on: bool,
}

#[derive(Serialize)]
struct CodedRow {
    dated: String,
    code: String,
    words: String,
    value: String,
    unit: String,
}

impl Listed {
    pub(super) fn new(document: &Document) -> Self {
        let title = if document.title.is_empty() {
            "Document without a name"
        } else {
            &document.title
        };
        Self {
            id: document.id.clone(),
            title: title.to_owned(),
            topic: document.topic.clone(),
            author: document.author.clone(),
            dated: times::fhir_moment(&document.dated),
            kind: kind(&document.content_type),
            size: size(document.size),
        }
    }
}

/// `GET /subjects/{id}`.
pub(super) async fn show(
    State(context): State<Arc<Context>>,
    user: SignedIn,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let Some(patient) = context.store.patient(&id).await? else {
        return Err(Failure::NotFound(user));
    };
    let all = context.store.documents_of(&id).await?;
    let (notes, documents): (Vec<_>, Vec<_>) = all.into_iter().partition(|d| d.kind == KIND_NOTES);
    let coded = context.store.coded_of(&id).await?;

    let query = wanted.q.trim();
    let terms = Arc::new(highlight::terms(query));
    let mut found = Vec::new();
    for note in &notes {
        if let Some(text) = search(&context, note, &terms).await? {
            found.push(Note {
                listed: Listed::new(note),
                found: text,
            });
        }
    }
    let today = times::local_date(context.clock.now());
    let page = minijinja::context! {
        subject => minijinja::value::Serde(View::new(&patient, today)),
        documents => minijinja::value::Serde(documents.iter().map(Listed::new).collect::<Vec<_>>()),
        notes_total => notes.len(),
        notes => minijinja::value::Serde(found),
        coded => minijinja::value::Serde(coded.into_iter().map(row).collect::<Vec<_>>()),
        query,
    };
    user.page("pas/record.html", "subjects", page)
}

/// Looks for the words in one whole note, where that may take its time.
async fn search(
    context: &Context,
    note: &Document,
    terms: &Arc<Vec<String>>,
) -> Result<Option<Found>, StoreError> {
    let binary = context.store.binary(&note.binary_id).await?;
    let bytes = binary.map(|found| found.bytes).unwrap_or_default();
    let terms = Arc::clone(terms);
    let task = tokio::task::spawn_blocking(move || {
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        let pieces = highlight::search(&text, SHOWN, &terms)?;
        Some(Found {
            pieces,
            long: text.len() > LONG_NOTE,
            goes_on: text.len() > SHOWN,
        })
    });
    task.await.map_err(|_| StoreError::Stopped)
}

fn row(coded: Coded) -> CodedRow {
    let Coded {
        code,
        words,
        value,
        unit,
        dated,
    } = coded;
    CodedRow {
        dated: times::fhir_moment(&dated),
        code,
        words,
        value,
        unit,
    }
}

/// A media type as people call it.
fn kind(content_type: &str) -> &'static str {
    match content_type.split(';').next().unwrap_or_default().trim() {
        "application/pdf" => "PDF",
        "image/jpeg" => "Picture",
        "text/plain" => "Text",
        _ => "File",
    }
}

fn size(bytes: i64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} KB", (bytes + 500) / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_short() {
        assert_eq!(size(12), "12 bytes");
        assert_eq!(size(1_600), "2 KB");
        assert_eq!(size(5_242_880), "5.2 MB");
    }
}
