//! One document, shown in the page: a PDF or a picture by the browser, a text as it is.

use super::{Failure, SignedIn, record::Listed};
use crate::pas::{Context, patient::View, store::record::Document, times};
use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use httpkit::security_headers::FILE_POLICY;
use std::sync::Arc;

/// How a document is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Pdf,
    Picture,
    Text,
    /// Only offered for download.
    No,
}

fn shown(content_type: &str) -> Shown {
    match content_type.split(';').next().unwrap_or_default().trim() {
        "application/pdf" => Shown::Pdf,
        "image/jpeg" => Shown::Picture,
        "text/plain" => Shown::Text,
        _ => Shown::No,
    }
}

/// `GET /subjects/{id}/documents/{document}`.
pub(super) async fn show(
    State(context): State<Arc<Context>>,
    user: SignedIn,
    Path((id, document)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let patient = context.store.patient(&id).await?;
    let Some((patient, document)) = patient.zip(find(&context, &id, &document).await?) else {
        return Err(Failure::NotFound(user));
    };
    let how = shown(&document.content_type);
    let text = match how {
        Shown::Text => {
            let found = context.store.binary(&document.binary_id).await?;
            Some(String::from_utf8_lossy(&found.map(|f| f.bytes).unwrap_or_default()).into_owned())
        }
        Shown::Pdf | Shown::Picture | Shown::No => None,
    };
    let today = times::local_date(context.clock.now());
    let page = minijinja::context! {
        subject => minijinja::value::Serde(View::new(&patient, today)),
        document => minijinja::value::Serde(Listed::new(&document)),
        file => format!("/subjects/{}/documents/{}/file", patient.id, document.id),
        pdf => how == Shown::Pdf,
        picture => how == Shown::Picture,
        text,
    };
    user.page("pas/document.html", "subjects", page)
}

/// `GET /subjects/{id}/documents/{document}/file`: the bytes.
pub(super) async fn file(
    State(context): State<Arc<Context>>,
    user: SignedIn,
    Path((id, document)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let Some(document) = find(&context, &id, &document).await? else {
        return Err(Failure::NotFound(user));
    };
    let Some(found) = context.store.binary(&document.binary_id).await? else {
        return Err(Failure::NotFound(user));
    };
    let how = shown(&document.content_type);
    // Only these three are shown; anything else, HTML above all, must not run in this site's name.
    let (media_type, disposition) = match how {
        Shown::Pdf => ("application/pdf", "inline"),
        Shown::Picture => ("image/jpeg", "inline"),
        Shown::Text => ("text/plain; charset=utf-8", "inline"),
        Shown::No => ("application/octet-stream", "attachment"),
    };
    let disposition = format!(
        "{disposition}; filename*=UTF-8''{}",
        encoded(&document.title)
    );
    let disposition =
        HeaderValue::from_str(&disposition).unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CONTENT_DISPOSITION, disposition),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(FILE_POLICY),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, found.bytes).into_response())
}

async fn find(
    context: &Context,
    patient: &str,
    document: &str,
) -> Result<Option<Document>, Failure> {
    let found = context.store.document(document).await?;
    Ok(found.filter(|document| document.patient_id == patient))
}

/// RFC 8187's spelling of a file name.
fn encoded(name: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
