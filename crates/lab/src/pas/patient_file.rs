//! Reads the file that Manage Data is given: our own format, or a FHIR R4 Bundle of Patient.
//!
//! Every fault of the first faulty entries is told, and a file with one fault gives no patients at all.

mod bundle;
mod entry;
mod own;

use super::{capped::Capped, patient::Details};
use entry::Entry;
use jiff::civil::Date;
use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::{Value, value::RawValue};
use std::collections::HashMap;

/// The largest file that is read, in bytes.
pub(super) const MAX_BYTES: usize = 32 * 1024 * 1024;
/// The largest entry, in bytes; a photo fits in.
const MAX_ENTRY_BYTES: usize = 1024 * 1024;
/// More patients than a test needs.
const MOST_ENTRIES: usize = 50_000;
/// Faulty entries that are told; more help nobody.
const MOST_FAULTS: usize = 100;

/// What is wrong with a file.
#[derive(PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Faults {
    /// The whole file is wrong, and why.
    File(String),
    /// Entries are wrong.
    Entries {
        first: Vec<EntryFaults>,
        /// How many more there are.
        more: usize,
    },
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
    let outline = Outline::read(file)?;
    if let Some(resource_type) = outline.resource_type {
        if serde_json::from_str::<String>(resource_type.get())
            .ok()
            .as_deref()
            != Some("Bundle")
        {
            return Err(Faults::File(
                "The file is a FHIR resource, but no Bundle.".to_owned(),
            ));
        }
        let entries = match outline.entry {
            None => Capped::default(),
            Some(entry) => list(entry)?.ok_or_else(|| {
                Faults::File("The Bundle\u{2019}s \u{201C}entry\u{201D} must be a list.".to_owned())
            })?,
        };
        return check(entries, "entry", |at, entry| {
            bundle::patient(at, entry, today)
        });
    }
    let patients = outline.patients.map(list).transpose()?.flatten();
    let Some(patients) = patients else {
        return Err(Faults::File(
            "The file has no list named \u{201C}patients\u{201D}, and it is no FHIR Bundle either."
                .to_owned(),
        ));
    };
    check(patients, "patients", |at, entry| {
        own::patient(at, entry, today)
    })
}

/// The members of the file that matter, as they stand in it: a whole file taken apart is many times
/// its size.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Outline<'f> {
    #[serde(borrow)]
    resource_type: Option<&'f RawValue>,
    #[serde(borrow)]
    patients: Option<&'f RawValue>,
    #[serde(borrow)]
    entry: Option<&'f RawValue>,
}

type Entries<'f> = Capped<&'f RawValue, MOST_ENTRIES>;

impl<'f> Outline<'f> {
    fn read(file: &'f [u8]) -> Result<Self, Faults> {
        if file.trim_ascii_start().starts_with(b"{") {
            return serde_json::from_slice(file).map_err(|error| {
                if error.is_data() {
                    let text = "The file has a member of the same name twice.";
                    return Faults::File(text.to_owned());
                }
                not_json(&error)
            });
        }
        serde_json::from_slice::<IgnoredAny>(file).map_err(|error| not_json(&error))?;
        Ok(Self::default())
    }
}

/// The entries of a list, or `None` if it is no list.
fn list(text: &RawValue) -> Result<Option<Entries<'_>>, Faults> {
    if !text.get().starts_with('[') {
        return Ok(None);
    }
    let entries = serde_json::from_str(text.get()).map_err(|error| not_json(&error))?;
    Ok(Some(entries))
}

/// Reads each entry and looks for NHS numbers that come twice.
fn check(
    entries: Entries,
    list: &str,
    read: impl Fn(&mut Entry, &Value) -> Option<Details>,
) -> Result<Vec<Details>, Faults> {
    if entries.more {
        return Err(Faults::File(
            "The file has more than 50,000 entries. Please split it.".to_owned(),
        ));
    }
    let entries = entries.items;
    if entries.is_empty() {
        return Err(Faults::File("The file holds no patients.".to_owned()));
    }
    let mut patients = Vec::new();
    let (mut first_faults, mut more) = (Vec::new(), 0);
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (index, text) in entries.into_iter().enumerate() {
        let mut entry = Entry::default();
        let details = value(&mut entry, text).and_then(|value| read(&mut entry, &value));
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
            _ if first_faults.len() >= MOST_FAULTS => more += 1,
            _ => first_faults.push(EntryFaults {
                number: index + 1,
                place: format!("{list}[{index}]"),
                name: entry.name,
                reasons,
            }),
        }
    }
    if first_faults.is_empty() {
        Ok(patients)
    } else {
        Err(Faults::Entries {
            first: first_faults,
            more,
        })
    }
}

/// One entry taken apart.
fn value(entry: &mut Entry, text: &RawValue) -> Option<Value> {
    if text.get().len() > MAX_ENTRY_BYTES {
        entry.fault("the entry is larger than 1 MB");
        return None;
    }
    let value = serde_json::from_str(text.get()).ok();
    if value.is_none() {
        // Half a character, a number too large, or too many lists in lists.
        entry.fault("the entry holds a value that can\u{2019}t be read");
    }
    value
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
