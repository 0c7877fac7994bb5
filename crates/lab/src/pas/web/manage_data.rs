//! Manage Data: loading a file of subjects.

use super::{Failure, SignedIn, paths};
use crate::pas::{
    Context,
    patient_file::{self, Faults},
    times,
};
use axum::{
    body::Bytes,
    extract::{Multipart, Query, State, multipart::MultipartRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Outcome {
    added: Option<u64>,
    updated: Option<u64>,
}

/// `GET /manage-data`.
pub(super) async fn show(
    State(context): State<Arc<Context>>,
    user: SignedIn,
    Query(outcome): Query<Outcome>,
) -> Result<Response, Failure> {
    let subjects = context.store.patient_count().await?;
    let Outcome { added, updated } = outcome;
    user.page(
        "pas/manage_data.html",
        "manage-data",
        minijinja::context! { subjects, added, updated },
    )
}

/// `GET /manage-data/load`.
pub(super) async fn form(user: SignedIn) -> Result<Response, Failure> {
    user.page("pas/load.html", "manage-data", minijinja::context! {})
}

/// `POST /manage-data/load`.
pub(super) async fn load(
    State(context): State<Arc<Context>>,
    user: SignedIn,
    headers: HeaderMap,
    upload: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failure> {
    let file = match chosen(&context, &headers, upload).await {
        Ok(file) => file,
        Err(fault) => return again(&user, minijinja::context! { fault }),
    };
    let today = times::local_date(context.clock.now());
    let bytes = file.clone();
    let read = tokio::task::spawn_blocking(move || patient_file::read(&bytes, today)).await;
    let patients = match read {
        Ok(Ok(patients)) => patients,
        Ok(Err(Faults::File(fault))) => return again(&user, minijinja::context! { fault }),
        Ok(Err(Faults::Entries { first, more })) => {
            let total = first.len() + more;
            let entries = minijinja::value::Serde(first);
            return again(&user, minijinja::context! { entries, total, more });
        }
        Err(_) => return Err(Failure::Store(crate::pas::store::StoreError::Stopped)),
    };
    let loaded = context.load(patients).await?;
    tracing::info!(
        added = loaded.added,
        updated = loaded.updated,
        "subject data loaded"
    );
    let to = format!(
        "{}?added={}&updated={}",
        paths::MANAGE_DATA,
        loaded.added,
        loaded.updated
    );
    Ok(Redirect::to(&to).into_response())
}

fn again(user: &SignedIn, page: minijinja::Value) -> Result<Response, Failure> {
    let page = user.page("pas/load.html", "manage-data", page)?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// The file that was chosen, or what to say.
async fn chosen(
    context: &Context,
    headers: &HeaderMap,
    upload: Result<Multipart, MultipartRejection>,
) -> Result<Bytes, &'static str> {
    const BROKEN: &str = "The file did not arrive whole. Please try again";
    const TOO_LARGE: &str = "The file is larger than 32 MB";
    let mut upload = upload.map_err(|_| BROKEN)?;
    let (mut token, mut file) = (String::new(), None);
    loop {
        let field = upload.next_field().await;
        let field = field.map_err(|e| {
            if e.status() == StatusCode::PAYLOAD_TOO_LARGE {
                TOO_LARGE
            } else {
                BROKEN
            }
        })?;
        let Some(field) = field else { break };
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await;
        let bytes = bytes.map_err(|e| {
            if e.status() == StatusCode::PAYLOAD_TOO_LARGE {
                TOO_LARGE
            } else {
                BROKEN
            }
        })?;
        match name.as_str() {
            "csrf" => token = String::from_utf8_lossy(&bytes).into_owned(),
            "file" => file = Some(bytes),
            _ => {}
        }
    }
    if !context.csrf.holds(headers, &token) {
        return Err("The page was open too long. Please choose the file again");
    }
    match file {
        Some(bytes) if bytes.len() > patient_file::MAX_BYTES => Err(TOO_LARGE),
        Some(bytes) if !bytes.is_empty() => Ok(bytes),
        _ => Err("Choose a JSON file that is not empty"),
    }
}
