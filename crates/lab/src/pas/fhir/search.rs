//! Searches, answered page by page.

use super::{
    Context, base, json,
    outcome::Refusal,
    parameters::{Parameters, patient_ids, periods, tokens},
    read::patient_text,
};
use crate::pas::store::{
    StoreError,
    filter::Filter,
    patients::{Page, Slice},
    record::Table,
};
use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde_json::value::RawValue;
use std::sync::Arc;
use wire::fhir_r4::{
    Bundle, BundleEntry, BundleKind, BundleLink, bundle::EntrySearch, search::alternatives,
};

/// `GET /fhir/Patient`.
pub(super) async fn patients(
    State(context): State<Arc<Context>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let parameters = Parameters::parse(query.as_deref())?;
    let mut filter = Filter::default();
    for (name, value) in parameters.conditions() {
        match name {
            "_id" => filter.id(&owned(value)),
            "identifier" => filter.nhs_number(&tokens(value)),
            "name" | "family" | "given" => filter.name(&alternatives(value)),
            "birthdate" => filter.born(&periods(name, value)?),
            _ => return Err(unknown(name)),
        }
    }
    let slice = parameters.slice()?;
    let page = context.store.patients(filter, slice).await?;
    let items = page
        .items
        .iter()
        .map(|p| Some((p.id.clone(), patient_text(p)?)))
        .collect::<Option<_>>();
    let items = items.ok_or(StoreError::Unreadable("patient"))?;
    found(
        "Patient",
        &headers,
        &parameters,
        slice,
        Page {
            items,
            total: page.total,
        },
    )
}

/// `GET /fhir/DocumentReference`.
pub(super) async fn documents(
    State(context): State<Arc<Context>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    clinical(
        &context,
        query.as_deref(),
        &headers,
        Table::Documents,
        "DocumentReference",
    )
    .await
}

/// `GET /fhir/Observation`.
pub(super) async fn observations(
    State(context): State<Arc<Context>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    clinical(
        &context,
        query.as_deref(),
        &headers,
        Table::Observations,
        "Observation",
    )
    .await
}

async fn clinical(
    context: &Context,
    query: Option<&str>,
    headers: &HeaderMap,
    table: Table,
    resource_type: &str,
) -> Result<Response, Refusal> {
    let parameters = Parameters::parse(query)?;
    let mut filter = Filter::default();
    for (name, value) in parameters.conditions() {
        match name {
            "_id" => filter.id(&owned(value)),
            "identifier" => filter.identifier(resource_type, &tokens(value)),
            "patient" | "subject" | "subject:Patient" => filter.patient(&patient_ids(name, value)?),
            _ => return Err(unknown(name)),
        }
    }
    let slice = parameters.slice()?;
    let page = context.store.resources(table, filter, slice).await?;
    found(resource_type, headers, &parameters, slice, page)
}

fn owned(value: &str) -> Vec<String> {
    alternatives(value).into_iter().map(str::to_owned).collect()
}

/// A condition that was left out would widen the search without a word, so it is refused.
fn unknown(name: &str) -> Refusal {
    let name: String = name.chars().take(60).collect();
    Refusal::invalid(format!(
        "The search parameter {name} isn\u{2019}t known here."
    ))
    .at(name)
}

fn found(
    resource_type: &str,
    headers: &HeaderMap,
    parameters: &Parameters,
    slice: Slice,
    page: Page<(String, String)>,
) -> Result<Response, Refusal> {
    let address = format!("{}/{resource_type}", base(headers));
    let entry = page.items.into_iter().map(|(id, text)| {
        Ok(BundleEntry {
            full_url: Some(format!("{address}/{id}")),
            resource: Some(RawValue::from_string(text)?),
            search: Some(EntrySearch {
                mode: "match".to_owned(),
            }),
            ..BundleEntry::default()
        })
    });
    let entry = entry
        .collect::<Result<_, serde_json::Error>>()
        .map_err(|_| StoreError::Unreadable("resource"))?;
    let mut bundle = Bundle::new(BundleKind::Searchset, entry);
    bundle.total = Some(page.total);
    let mut link = |relation: &str, offset: u64| {
        let query = parameters.query(Slice { offset, ..slice });
        bundle.link.push(BundleLink {
            relation: relation.to_owned(),
            url: format!("{address}?{query}"),
        });
    };
    link("self", slice.offset);
    if slice.offset.saturating_add(slice.limit) < page.total {
        link("next", slice.offset.saturating_add(slice.limit));
    }
    if slice.offset > 0 {
        link("previous", slice.offset.saturating_sub(slice.limit));
    }
    Ok(json::answer(StatusCode::OK, &bundle))
}
