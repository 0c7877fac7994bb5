//! The parameters of a query: whatever isn't known is refused, as the capability statement says.

use super::Refusal;
use axum::http::StatusCode;

/// Asks for a format; allowed everywhere.
const FORMAT: &str = "_format";

/// Reads `known`, each at most once; the other way round, whatever else is there is refused.
pub(super) fn read(query: Option<&str>, known: Option<&str>) -> Result<Option<String>, Refusal> {
    let mut found = None;
    let pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    for (name, value) in pairs {
        if name == FORMAT {
            format(&value)?;
        } else if Some(name.as_ref()) != known {
            let words =
                "The query has a parameter that isn\u{2019}t known here; see /fhir/metadata.";
            return Err(Refusal::new(
                StatusCode::BAD_REQUEST,
                "not-supported",
                words,
            ));
        } else if found.replace(value.into_owned()).is_some() {
            return Err(Refusal::invalid("A parameter is there twice."));
        }
    }
    Ok(found)
}

fn format(value: &str) -> Result<(), Refusal> {
    // A plus sign that wasn't escaped is a space here.
    let json = matches!(
        value,
        "json" | "application/json" | "application/fhir+json" | "application/fhir json"
    );
    if json {
        return Ok(());
    }
    let words = "Only application/fhir+json can be had.";
    Err(Refusal::new(
        StatusCode::NOT_ACCEPTABLE,
        "not-supported",
        words,
    ))
}
