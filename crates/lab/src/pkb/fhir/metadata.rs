//! The capability statement: what of the Facade this sandbox has. It needs no token.

use super::outcome::{Refusal, answer};
use super::query;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use wire::pkb::stu3::{
    CapabilityStatement, Interaction, Kind, MEDIA_TYPE, OperationListed, PURVIEW, Reference,
    ResourceListed, Rest, SearchParameter, Software, VERSION,
};

/// `GET /fhir/metadata`.
pub(super) async fn statement(RawQuery(asked): RawQuery) -> Result<Response, Refusal> {
    query::read(asked.as_deref(), None)?;
    let interaction = |code: &str| Interaction {
        code: code.to_owned(),
    };
    let patient = ResourceListed {
        kind: "Patient".to_owned(),
        interaction: vec![interaction("read"), interaction("search-type")],
        search_param: vec![SearchParameter {
            name: "identifier".to_owned(),
            kind: "token".to_owned(),
            documentation: Some("Required. NHS numbers only, with their system.".to_owned()),
        }],
    };
    let purview = OperationListed {
        name: PURVIEW.to_owned(),
        definition: Reference {
            reference: Some("OperationDefinition/Consent-t-purview".to_owned()),
            display: None,
        },
    };
    let statement = CapabilityStatement {
        resource_type: Kind::CapabilityStatement,
        status: "active".to_owned(),
        date: "2026-11-21".to_owned(),
        kind: "instance".to_owned(),
        software: Software {
            name: "Baton PKB sandbox".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        fhir_version: VERSION.to_owned(),
        accept_unknown: "no".to_owned(),
        format: vec![MEDIA_TYPE.to_owned()],
        rest: vec![Rest {
            mode: "server".to_owned(),
            // Consent has an operation and no interaction, so STU3 has no place for it here.
            resource: vec![patient],
            operation: vec![purview],
        }],
    };
    Ok(answer(StatusCode::OK, &statement))
}
