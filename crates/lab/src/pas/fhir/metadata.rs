//! The capability statement: what this server can do, in FHIR's own form.

use super::{Context, base, json};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde_json::{Value, json};
use std::sync::Arc;

/// `GET /fhir/metadata`.
pub(super) async fn statement(State(context): State<Arc<Context>>, headers: HeaderMap) -> Response {
    let patient = [
        ("_id", "token"),
        ("identifier", "token"),
        ("name", "string"),
        ("birthdate", "date"),
    ];
    let clinical = [
        ("_id", "token"),
        ("identifier", "token"),
        ("patient", "reference"),
        ("subject", "reference"),
    ];
    let statement = json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-21",
        "kind": "instance",
        "software": { "name": "Baton Test PAS", "version": env!("CARGO_PKG_VERSION") },
        "implementation": {
            "description": format!("Test PAS of {}", context.organisation.name),
            "url": base(&headers),
        },
        "fhirVersion": wire::fhir_r4::VERSION,
        "format": ["json", wire::fhir_r4::MEDIA_TYPE],
        "rest": [{
            "mode": "server",
            "documentation": "Transactions may create Binary, DocumentReference and Observation.",
            "resource": [
                resource("Patient", &["read", "search-type"], &patient),
                resource("DocumentReference", &["read", "search-type", "create"], &clinical),
                resource("Observation", &["read", "search-type", "create"], &clinical),
                resource("Binary", &["read", "create"], &[]),
            ],
            "interaction": [{ "code": "transaction" }],
        }],
    });
    json::answer(StatusCode::OK, &statement)
}

fn resource(name: &str, interactions: &[&str], parameters: &[(&str, &str)]) -> Value {
    let interactions: Vec<_> = interactions
        .iter()
        .map(|code| json!({ "code": code }))
        .collect();
    let parameters: Vec<_> = parameters
        .iter()
        .map(|(name, kind)| json!({ "name": name, "type": kind }))
        .collect();
    json!({
        "type": name,
        "interaction": interactions,
        "versioning": "no-version",
        "conditionalCreate": interactions.len() == 3,
        "searchParam": parameters,
    })
}
