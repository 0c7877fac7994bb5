//! Patients: read by public id, searched by NHS number.

use super::outcome::{Refusal, answer};
use super::{Context, Sight, mapping, query};
use crate::pkb::people::{self, Person};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use std::sync::Arc;
use wire::fhir_r4::bundle::{EntrySearch, raw_resource};
use wire::fhir_r4::search::{Token, identifier_query};
use wire::pkb::stu3::{Bundle, BundleEntry, BundleKind, BundleLink};
use wire::pkb::{NHS_NUMBER, paths};

/// `GET /fhir/Patient/{publicId}`.
pub(super) async fn read(
    State(context): State<Arc<Context>>,
    Path(id): Path<String>,
    RawQuery(asked): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let sight = Sight::of(&context, &headers).await?;
    query::read(asked.as_deref(), None)?;
    // Whom the caller may not see is as if not there.
    people::by_public_id(&id)
        .filter(|person| person.is_patient() && sight.includes(person))
        .map(|person| answer(StatusCode::OK, &mapping::patient(person)))
        .ok_or_else(|| Refusal::not_found("There is no patient with this id whom you may see."))
}

/// `GET /fhir/Patient?identifier=`.
pub(super) async fn search(
    State(context): State<Arc<Context>>,
    RawQuery(asked): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let sight = Sight::of(&context, &headers).await?;
    let Some(asked) = query::read(asked.as_deref(), Some("identifier"))? else {
        let words = "The parameter identifier is needed.";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "required", words));
    };
    let number = nhs_number(&asked)?;
    let found = people::by_nhs_number(&number).filter(|person| sight.includes(person));
    let bundle = searchset(&context.base_url, &number, found).map_err(|_| {
        let words = "The answer can\u{2019}t be written.";
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "exception", words)
    })?;
    Ok(answer(StatusCode::OK, &bundle))
}

/// The number of `system|number`, of the one system that can be searched.
fn nhs_number(identifier: &str) -> Result<String, Refusal> {
    match Token::parse(identifier) {
        Token {
            system: Some(system),
            value: Some(value),
        } if system == NHS_NUMBER => Ok(value),
        _ => Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "not-supported",
            "identifier must be https://fhir.nhs.uk/Id/nhs-number|<number>; no other system can be searched.",
        )),
    }
}

fn searchset(
    base: &str,
    number: &str,
    found: Option<&Person>,
) -> Result<Bundle, serde_json::Error> {
    let patients = format!("{base}{}", paths::PATIENTS);
    let entry = found.map(|person| {
        Ok(BundleEntry {
            full_url: Some(format!("{patients}/{}", person.public_id)),
            resource: Some(raw_resource(&mapping::patient(person))?),
            search: Some(EntrySearch {
                mode: "match".to_owned(),
            }),
            ..BundleEntry::default()
        })
    });
    let entry: Vec<_> = entry
        .into_iter()
        .collect::<Result<_, serde_json::Error>>()?;
    let mut bundle = Bundle::new(BundleKind::Searchset, entry);
    bundle.total = Some(u64::from(found.is_some()));
    bundle.link.push(BundleLink {
        relation: "self".to_owned(),
        url: format!("{patients}?{}", identifier_query(NHS_NUMBER, number)),
    });
    Ok(bundle)
}
