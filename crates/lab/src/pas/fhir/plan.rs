//! Reads a transaction bundle into entries that can be written, and tells every fault in it.

mod entries;

use super::{outcome::Refusal, parameters};
use crate::pas::{capped::Capped, store::import::Planned};
use entries::Faults;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// More than ten attachments with their documents, and two hundred coded items, need.
const MOST_ENTRIES: usize = 1_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Incoming<'b> {
    resource_type: Cow<'b, str>,
    #[serde(rename = "type", default)]
    kind: Cow<'b, str>,
    #[serde(borrow, default)]
    entry: Capped<IncomingEntry<'b>, MOST_ENTRIES>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IncomingEntry<'b> {
    full_url: Option<String>,
    #[serde(borrow)]
    resource: Option<&'b RawValue>,
    request: Option<wire::fhir_r4::EntryRequest>,
}

/// Reads the bundle; `new_id` names what may be created.
pub(super) fn read(body: &[u8], new_id: impl Fn() -> String) -> Result<Vec<Planned>, Refusal> {
    let bundle: Incoming = serde_json::from_slice(body).map_err(|error| {
        // The parser's own words could quote a patient.
        let what = if error.is_data() {
            "This is no Bundle"
        } else {
            "This is not JSON"
        };
        Refusal::invalid(format!(
            "{what}: see line {}, column {}.",
            error.line(),
            error.column()
        ))
    })?;
    if bundle.resource_type != "Bundle" {
        return Err(Refusal::invalid("Only a Bundle can be posted here.").at("resourceType"));
    }
    match bundle.kind.as_ref() {
        "transaction" => {}
        "" => return Err(Refusal::invalid("The Bundle has no type.").at("Bundle.type")),
        _ => {
            return Err(
                Refusal::unsupported("Only a Bundle of type transaction is taken.")
                    .at("Bundle.type"),
            );
        }
    }
    if bundle.entry.more {
        return Err(
            Refusal::invalid(format!("A transaction has at most {MOST_ENTRIES} entries."))
                .at("Bundle.entry"),
        );
    }
    let mut planned = Vec::with_capacity(bundle.entry.items.len());
    let mut faults = Faults::default();
    for (place, entry) in bundle.entry.items.into_iter().enumerate() {
        let at = format!("Bundle.entry[{place}]");
        let Some(what) = faults.what(&at, &entry) else {
            continue;
        };
        planned.push(Planned {
            id: new_id(),
            full_url: entry.full_url,
            what,
        });
    }
    faults.end(planned)
}
