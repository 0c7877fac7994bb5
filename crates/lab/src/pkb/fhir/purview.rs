//! `$purview`: whom a consent would have to name for it to reach the caller.

use super::outcome::{Refusal, answer};
use super::{Context, Sight, query};
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use std::sync::Arc;
use wire::pkb::stu3::Parameters;

/// `GET` or `POST /fhir/Consent/$purview`. It takes no parameters.
pub(super) async fn ask(
    State(context): State<Arc<Context>>,
    RawQuery(asked): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let sight = Sight::of(&context, &headers).await?;
    query::read(asked.as_deref(), None)?;
    if !body.is_empty() {
        let empty = serde_json::from_slice::<Parameters>(&body)
            .is_ok_and(|parameters| parameters.parameter.is_empty());
        if !empty {
            let words = "The body must be a Parameters resource without parameters, or nothing.";
            return Err(Refusal::invalid(words));
        }
    }
    let reference = match sight {
        Sight::Own(person) if person.is_patient() => format!("Patient/{}", person.public_id),
        Sight::Own(person) => format!("Practitioner/{}", person.public_id),
        Sight::Organisation(id) => format!("Organization/{id}"),
    };
    Ok(answer(StatusCode::OK, &Parameters::purview(&reference)))
}
