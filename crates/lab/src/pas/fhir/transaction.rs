//! `POST /fhir`: an import, all of it or nothing, once however often it is sent.

use super::{Context, json, outcome::Refusal, plan};
use crate::pas::store::import::{Done, ImportError, Why};
use axum::{
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use std::sync::Arc;
use wire::fhir_r4::{Bundle, BundleEntry, BundleKind, EntryResponse, Issue};

/// Takes a transaction bundle.
pub(super) async fn run(
    State(context): State<Arc<Context>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    if !is_json(&headers) {
        let issue = Issue::error("not-supported", "A transaction is application/fhir+json.");
        return Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            vec![issue],
        ));
    }
    let body = body.map_err(|rejection| {
        let issue = Issue::error(
            "too-long",
            "The transaction is larger than 120 MiB, or it broke off.",
        );
        Refusal::new(rejection.status(), vec![issue])
    })?;
    if let Some(reason) = context.faults.take_import_failure() {
        let issue = Issue::error("processing", reason);
        return Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, vec![issue]));
    }
    let worker = Arc::clone(&context);
    // Reading it means decoding megabytes of Base64.
    let plan = tokio::task::spawn_blocking(move || plan::read(&body, || worker.new_id()));
    let plan = plan
        .await
        .map_err(|_| Refusal::from(crate::pas::store::StoreError::Stopped))??;
    let now = context.clock.now();
    match context.store.import(plan, now).await {
        Ok(done) => {
            tracing::info!(
                created = done.iter().filter(|d| d.created).count(),
                entries = done.len(),
                "import filed"
            );
            Ok(answer(done, &json::instant(now)))
        }
        Err(ImportError::Store(error)) => Err(error.into()),
        Err(ImportError::Refused(refused)) => Err(refusal(&refused)),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    ["application/fhir+json", "application/json"]
        .iter()
        .any(|known| essence.eq_ignore_ascii_case(known))
}

fn answer(done: Vec<Done>, now: &str) -> Response {
    let entry = done.into_iter().map(|done| {
        let status = if done.created {
            "201 Created"
        } else {
            "200 OK"
        };
        let response = EntryResponse {
            status: status.to_owned(),
            location: Some(format!("{}/{}", done.resource_type, done.id)),
            etag: Some("W/\"1\"".to_owned()),
            last_modified: done.created.then(|| now.to_owned()),
        };
        BundleEntry {
            response: Some(response),
            ..BundleEntry::default()
        }
    });
    json::answer(
        StatusCode::OK,
        &Bundle::new(BundleKind::TransactionResponse, entry.collect()),
    )
}

fn refusal(refused: &[(usize, Why)]) -> Refusal {
    let several = refused.iter().any(|(_, why)| *why == Why::SeveralMatch);
    let status = if several {
        StatusCode::PRECONDITION_FAILED
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let issues = refused.iter().map(|(place, why)| {
        let (code, text, member) = match why {
            Why::UnknownSubject => ("not-found", "There is no such patient here.", ".subject"),
            Why::SeveralMatch => (
                "multiple-matches",
                "ifNoneExist matches more than one resource.",
                "",
            ),
            Why::UnknownBinary => (
                "not-found",
                "The address is of no Binary, neither in this bundle nor here.",
                ".content[0].attachment.url",
            ),
            Why::UnusedBinary => (
                "business-rule",
                "No DocumentReference of this bundle points at this Binary.",
                "",
            ),
            Why::SizeDiffers => (
                "value",
                "The Binary has another size.",
                ".content[0].attachment.size",
            ),
            Why::HashDiffers => (
                "value",
                "The Binary has another SHA-1.",
                ".content[0].attachment.hash",
            ),
        };
        Issue::error(code, text).at(format!("Bundle.entry[{place}].resource{member}"))
    });
    Refusal::new(status, issues.collect())
}
