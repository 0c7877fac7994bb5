//! Reads the file that Manage Data is given: our own format, or a FHIR R4 Bundle of Patient.
//!
//! Every fault of every entry is told, and a file with one fault gives no patients at all.

mod bundle;
mod entry;
mod own;

use super::patient::Details;
use entry::Entry;
use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;

/// The largest file that is read, in bytes.
pub(super) const MAX_BYTES: usize = 32 * 1024 * 1024;

/// What is wrong with a file.
#[derive(PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Faults {
    /// The whole file is wrong, and why.
    File(String),
    /// These entries are wrong.
    Entries(Vec<EntryFaults>),
}

/// What is wrong with one entry.
#[derive(PartialEq, Eq, Serialize)]
pub(super) struct EntryFaults {
    /// Counting from 1, as people do.
    pub(super) number: usize,
    /// Where it stands in the file, such as `patients[3]`.
    pub(super) place: String,
    /// The patient's name, as far as it can be read.
    pub(super) name: String,
    /// One sentence each.
    pub(super) reasons: Vec<String>,
}

/// The patients of a file.
pub(super) fn read(file: &[u8], today: Date) -> Result<Vec<Details>, Faults> {
    let file = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file);
    if file.iter().all(u8::is_ascii_whitespace) {
        return Err(Faults::File("The file is empty.".to_owned()));
    }
    let value: Value = serde_json::from_slice(file).map_err(|error| not_json(&error))?;
    if value.get("resourceType").is_some() {
        let entries = bundle::entries(&value)?;
        return check(entries, "entry", |at, entry| {
            bundle::patient(at, entry, today)
        });
    }
    let Some(patients) = value.get("patients").and_then(Value::as_array) else {
        return Err(Faults::File(
            "The file has no list named \u{201C}patients\u{201D}, and it is no FHIR Bundle either."
                .to_owned(),
        ));
    };
    check(patients.iter().collect(), "patients", |at, entry| {
        own::patient(at, entry, today)
    })
}

/// Reads each entry and looks for NHS numbers that come twice.
fn check(
    entries: Vec<&Value>,
    list: &str,
    read: impl Fn(&mut Entry, &Value) -> Option<Details>,
) -> Result<Vec<Details>, Faults> {
    if entries.is_empty() {
        return Err(Faults::File("The file holds no patients.".to_owned()));
    }
    let mut patients = Vec::with_capacity(entries.len());
    let mut faults = Vec::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (index, value) in entries.into_iter().enumerate() {
        let mut entry = Entry::default();
        let details = read(&mut entry, value);
        if let Some(number) = entry.nhs_number.take() {
            if let Some(first) = seen.get(&number) {
                entry.fault(format!("nhsNumber is the same as that of entry {first}"));
            } else {
                seen.insert(number, index + 1);
            }
        }
        let reasons = entry.reasons;
        match details {
            Some(details) if reasons.is_empty() => patients.push(details),
            _ => faults.push(EntryFaults {
                number: index + 1,
                place: format!("{list}[{index}]"),
                name: entry.name,
                reasons,
            }),
        }
    }
    if faults.is_empty() {
        Ok(patients)
    } else {
        Err(Faults::Entries(faults))
    }
}

/// Says where the text stops being JSON. The parser's own words could quote a patient.
fn not_json(error: &serde_json::Error) -> Faults {
    let what = if error.is_eof() {
        "It ends too early"
    } else {
        "It stops being JSON"
    };
    Faults::File(format!(
        "The file is not JSON. {what} at line {}, column {}.",
        error.line(),
        error.column()
    ))
}

#[cfg(test)]
mod tests;
