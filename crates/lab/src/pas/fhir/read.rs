//! Reading one resource by its id.

use super::{Context, json, outcome::Refusal};
use crate::pas::{
    patient::{Deceased, Patient},
    store::{filter::Filter, patients::Slice, record::Table},
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use std::{collections::HashMap, sync::Arc};
use wire::fhir_r4 as fhir;

/// `GET /fhir/Patient/{id}`.
pub(super) async fn patient(
    State(context): State<Arc<Context>>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let found = context
        .store
        .patient(&id)
        .await?
        .ok_or_else(|| none("Patient"))?;
    let text = patient_text(&found).ok_or_else(|| none("Patient"))?;
    let mut response = json::text_answer(StatusCode::OK, text);
    if let Ok(tag) = HeaderValue::from_str(&format!("W/\"{}\"", found.version)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// `GET /fhir/DocumentReference/{id}`.
pub(super) async fn document(
    state: State<Arc<Context>>,
    id: Path<String>,
) -> Result<Response, Refusal> {
    resource(state, id, Table::Documents, "DocumentReference").await
}

/// `GET /fhir/Observation/{id}`.
pub(super) async fn observation(
    state: State<Arc<Context>>,
    id: Path<String>,
) -> Result<Response, Refusal> {
    resource(state, id, Table::Observations, "Observation").await
}

/// `GET /fhir/Binary/{id}`: the bytes themselves, or FHIR's JSON for who asks for that.
pub(super) async fn binary(
    State(context): State<Arc<Context>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let found = context
        .store
        .binary(&id)
        .await?
        .ok_or_else(|| none("Binary"))?;
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    if accept.contains(fhir::MEDIA_TYPE) {
        let resource = fhir::Binary {
            resource_type: fhir::ResourceType::Binary,
            id: Some(id),
            content_type: found.content_type,
            data: BASE64_STANDARD.encode(&found.bytes),
        };
        return Ok(json::answer(StatusCode::OK, &resource));
    }
    let octets = HeaderValue::from_static("application/octet-stream");
    let media_type = HeaderValue::from_str(&found.content_type).unwrap_or(octets);
    let policy = [
        (header::CONTENT_TYPE, media_type),
        // Whatever it is, a browser is not to run it.
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox"),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment"),
        ),
    ];
    Ok((policy, found.bytes).into_response())
}

async fn resource(
    State(context): State<Arc<Context>>,
    Path(id): Path<String>,
    table: Table,
    name: &str,
) -> Result<Response, Refusal> {
    let mut filter = Filter::default();
    filter.id(&[id]);
    let page = context
        .store
        .resources(
            table,
            filter,
            Slice {
                offset: 0,
                limit: 1,
            },
        )
        .await?;
    let (_, text) = page.items.into_iter().next().ok_or_else(|| none(name))?;
    let mut response = json::text_answer(StatusCode::OK, text);
    response
        .headers_mut()
        .insert(header::ETAG, HeaderValue::from_static("W/\"1\""));
    Ok(response)
}

fn none(name: &str) -> Refusal {
    Refusal::not_found(format!("There is no {name} with this id."))
}

/// A patient as FHIR has them.
pub(super) fn patient_text(patient: &Patient) -> Option<String> {
    let details = &patient.details;
    let (deceased_boolean, deceased_date_time) = match details.deceased {
        None => (None, None),
        Some(Deceased::On(day)) => (None, Some(day.to_string())),
        Some(Deceased::SomeDay) => (Some(true), None),
    };
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let contact = |system: &str, value: &Option<String>| {
        value.clone().map(|value| fhir::ContactPoint {
            system: some(system),
            value: Some(value),
            usage: None,
        })
    };
    let telecom = [
        contact("phone", &details.phone),
        contact("email", &details.email),
    ];
    let resource = fhir::Patient {
        resource_type: fhir::ResourceType::Patient,
        id: None,
        identifier: vec![fhir::Identifier::new(fhir::NHS_NUMBER, &details.nhs_number)],
        name: vec![fhir::HumanName {
            usage: some("official"),
            text: Some(details.full_name()),
            family: Some(details.family.clone()),
            given: details.given.clone(),
            prefix: some(&details.title).into_iter().collect(),
        }],
        telecom: telecom.into_iter().flatten().collect(),
        gender: some(details.gender.code()),
        birth_date: Some(details.birth_date.to_string()),
        deceased_boolean,
        deceased_date_time,
        address: vec![fhir::Address {
            usage: some("home"),
            line: details.address_lines.clone(),
            city: some(&details.city),
            postal_code: some(&details.postcode),
        }],
    };
    let text = serde_json::to_string(&resource).ok()?;
    json::filed(
        &text,
        "Patient",
        &patient.id,
        patient.version,
        patient.updated_at,
        &HashMap::new(),
    )
}
