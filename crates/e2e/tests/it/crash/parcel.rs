//! A message made by chance, and what must be in the record once it was accepted.

use super::chance::Chance;
use crate::world::executable::repository;
use crate::world::message;
use crate::world::samples::pdf_of;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::entropy::{SeededEntropy, uuid_v4};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use serde_json::{Value, json};
use std::sync::OnceLock;

/// A message that is ready to be sent, as often as it takes.
pub(crate) struct Parcel {
    /// The request's body: the same bytes at each try.
    pub(crate) text: bytes::Bytes,
    pub(crate) expected: Expected,
}

/// What was promised with a message's 200.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    pub(crate) id: String,
    pub(crate) instant: bool,
    /// In their order.
    pub(crate) attachments: Vec<Content>,
    pub(crate) coded_items: usize,
}

/// An attachment's bytes, known by their hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) size: usize,
    /// In hex.
    pub(crate) sha256: String,
    /// In Base64, as FHIR shows it.
    pub(crate) sha1: String,
}

impl Content {
    /// What these bytes are known by.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self {
            size: bytes.len(),
            sha256: sha256(bytes),
            sha1: STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes)),
        }
    }
}

/// SHA-256 in hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

/// Bytes in hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

impl Parcel {
    /// The `n`th message of a run.
    pub(crate) fn of_run(seed: u64, n: u64) -> Self {
        let chance = Chance::of(seed, n);
        let count = if chance.percent(70) {
            1
        } else {
            chance.within(2, 5)
        };
        let files = (0..count).map(|_| file(&chance)).collect();
        let mut message = build(files, chance.percent(85));
        message.value["messageId"] = json!(uuid_v4(&SeededEntropy::new(chance.next())).to_string());
        message.value["subject"]["id"]["value"] = json!(chance.one_of(patients()));
        if chance.percent(15) {
            message.value["codedDataItems"] = json!([
                { "code": "271649006", "value": 120 + chance.within(0, 40), "unit": "mmHg" },
            ]);
        }
        message.parcel()
    }

    /// A message with these files.
    pub(crate) fn with(files: Vec<Vec<u8>>, instant: bool) -> Self {
        build(files, instant).parcel()
    }

    /// Its id.
    pub(crate) fn id(&self) -> &str {
        &self.expected.id
    }
}

struct Built {
    value: Value,
    contents: Vec<Content>,
    instant: bool,
}

fn build(files: Vec<Vec<u8>>, instant: bool) -> Built {
    let contents = files.iter().map(|bytes| Content::of(bytes)).collect();
    let attachments = files.iter().enumerate().map(|(place, bytes)| {
        let name = format!("Crash letter {place}");
        if bytes.starts_with(b"%PDF-") {
            message::attachment("application/pdf", &format!("{name}.pdf"), bytes)
        } else {
            message::attachment("text/plain", &format!("{name}.txt"), bytes)
        }
    });
    let attachments = attachments.collect();
    let value = if instant {
        message::instant(attachments)
    } else {
        message::standard(attachments)
    };
    Built {
        value,
        contents,
        instant,
    }
}

impl Built {
    fn parcel(self) -> Parcel {
        let expected = Expected {
            id: message::id(&self.value),
            instant: self.instant,
            attachments: self.contents,
            coded_items: self.value["codedDataItems"].as_array().map_or(0, Vec::len),
        };
        Parcel {
            text: self.value.to_string().into(),
            expected,
        }
    }
}

/// Mostly small ones, which live in the database; some of the size of a letter, a few of a scan. Half of
/// the larger ones are equal to others' of the run.
fn file(chance: &Chance) -> Vec<u8> {
    let kind = chance.within(0, 100);
    let shared = chance.percent(50);
    let own = chance.next();
    match kind {
        0..78 => {
            let lines = usize::try_from(chance.within(1, 150)).unwrap();
            format!("crash-note {own:016x}. A line of an ordinary note.\n")
                .repeat(lines)
                .into_bytes()
        }
        78..97 if shared => pdf_of(100_000, own % 8),
        78..97 => pdf_of(
            usize::try_from(chance.within(60_000, 140_000)).unwrap(),
            own,
        ),
        _ if shared => pdf_of(1_500_000, own % 3),
        _ => pdf_of(
            usize::try_from(chance.within(1_000_000, 3_000_000)).unwrap(),
            own,
        ),
    }
}

/// The NHS numbers of the shipped patient file: messages for different patients are imported side by side.
pub(crate) fn patients() -> &'static [String] {
    static NUMBERS: OnceLock<Vec<String>> = OnceLock::new();
    NUMBERS.get_or_init(|| {
        let text = std::fs::read(repository().join("sdk-kit/test-pas-patients.json")).unwrap();
        let file: Value = serde_json::from_slice(&text).unwrap();
        let patients = file["patients"].as_array().unwrap().iter();
        patients
            .map(|patient| patient["nhsNumber"].as_str().unwrap().to_owned())
            .collect()
    })
}
