//! `/v1/patients`: patients by the app's own ids, and where the link to their PKB record stands.

mod link;
mod pass;
mod return_url;
mod shape;

use crate::app::patients;
use crate::auth::asked::Asked;
use crate::auth::product::Product;
use crate::context::{Ctx, storage};
use crate::pkb;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use httpkit::problem::Refusal;
use httpkit::segment::Segment;
use model::AppUserId;
use model::pkb_link::State as LinkState;
use std::collections::BTreeMap;
use store::gateway::{Patient, PatientFilter};
use wire::gateway::patients as shapes;
use wire::paths::gateway as paths;
use wire::problem::InvalidParameter;

/// Bodies are small.
const MAX_BODY: usize = 16 * 1024;
/// Patients on one page, unless the caller asks for fewer or more.
const PAGE: u32 = 100;
/// The most on one page.
const MAX_PAGE: u32 = 1000;

/// The routes of patients and their links.
pub(super) fn routes() -> Router<Ctx> {
    Router::new()
        .route(paths::PATIENTS, get(list))
        .route(paths::PATIENT, get(one).put(put).delete(delete))
        .route(paths::PATIENT_LINK, post(link::begin).delete(link::end))
        .route(paths::LINK_CONFIRM, post(link::confirm))
        .route(paths::LINK_DETAILS, post(link::refresh_details))
        .route(paths::PATIENT_PKB_ROUTE, get(pass::read))
        .layer(DefaultBodyLimit::max(MAX_BODY))
}

/// The patient whom a path names. A text that no patient can have names nobody.
fn patient_in(path: &str) -> Result<AppUserId, Refusal> {
    AppUserId::parse(path).map_err(|_| patients::unknown())
}

/// A patient as PKB describes them is for the caller alone.
fn private(status: StatusCode, told: impl serde::Serialize) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-store")];
    (status, headers, Json(told)).into_response()
}

/// A patient with demographics.
async fn whole(ctx: &Ctx, status: StatusCode, id: &AppUserId) -> Result<Response, Refusal> {
    let patient = patients::find(ctx, id).await?;
    let details = pkb::details(ctx, &patient).await?;
    let told = shapes::Patient {
        demographics: details.map(shape::demographics),
        ..shape::patient(&patient, ctx.now())
    };
    Ok(private(status, told))
}

/// `PUT /v1/patients/{appUserId}`: 201 for a new one.
async fn put(
    State(ctx): State<Ctx>,
    _: Product,
    Segment(id): Segment<String>,
) -> Result<Response, Refusal> {
    let id = AppUserId::parse(&id);
    let id = id.map_err(|why| Refusal::fault("appUserId", &format!("It {why}")))?;
    if id.names_a_person() {
        return Err(Refusal::fault(
            "appUserId",
            "Must be no e-mail address and no NHS number: it stands in addresses, which many servers log",
        ));
    }
    let new = ctx.store.patients.put(&id, ctx.now()).await;
    let status = if new.map_err(storage)? {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    whole(&ctx, status, &id).await
}

/// `GET /v1/patients/{appUserId}`.
async fn one(
    State(ctx): State<Ctx>,
    _: Product,
    Segment(id): Segment<String>,
) -> Result<Response, Refusal> {
    whole(&ctx, StatusCode::OK, &patient_in(&id)?).await
}

/// `DELETE /v1/patients/{appUserId}`: account, tokens and demographics go with the patient.
async fn delete(
    State(ctx): State<Ctx>,
    product: Product,
    Segment(id): Segment<String>,
) -> Result<StatusCode, Refusal> {
    let id = patient_in(&id)?;
    let gone = ctx
        .store
        .patients
        .delete(&product.by(), &id, ctx.now())
        .await;
    if gone.map_err(storage)? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(patients::unknown())
    }
}

/// `GET /v1/patients`: by id, page by page, without demographics.
async fn list(
    State(ctx): State<Ctx>,
    _: Product,
    Asked(wanted): Asked,
) -> Result<Response, Refusal> {
    let (filter, limit) = read(&wanted)?;
    let now = ctx.now();
    // One more than asked for tells whether there is another page.
    let found = ctx.store.patients.list(&filter, now, limit + 1).await;
    let mut found: Vec<Patient> = found.map_err(storage)?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more);
    let told = shapes::PatientList {
        next: next.map(|patient| patient.id.as_str().to_owned()),
        patients: found
            .iter()
            .map(|found| shape::patient(found, now))
            .collect(),
    };
    Ok(private(StatusCode::OK, told))
}

fn read(wanted: &BTreeMap<String, String>) -> Result<(PatientFilter, u32), Refusal> {
    let mut faults = Vec::new();
    let mut fault = |name: &str, reason: &str| {
        faults.push(InvalidParameter {
            name: name.to_owned(),
            reason: reason.to_owned(),
            value: None,
        });
    };
    let mut filter = PatientFilter::default();
    if let Some(text) = wanted.get("state") {
        filter.state = LinkState::parse(text);
        if filter.state.is_none() {
            let reason = "Must be none, pending, linked, needs-reauthorisation or unlinked";
            fault("state", reason);
        }
    }
    if let Some(text) = wanted.get("after") {
        filter.after = AppUserId::parse(text).ok();
        if filter.after.is_none() {
            fault("after", "Must be what `next` of the page before said");
        }
    }
    let mut limit = PAGE;
    if let Some(text) = wanted.get("limit") {
        match text.parse() {
            Ok(number @ 1..=MAX_PAGE) => limit = number,
            _ => fault("limit", "Must be a whole number from 1 to 1000"),
        }
    }
    if faults.is_empty() {
        Ok((filter, limit))
    } else {
        Err(Refusal::validation(faults))
    }
}
