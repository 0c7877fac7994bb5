//! Coded data that travels with a document: a SNOMED CT code, perhaps a value.

use crate::SnomedCode;

/// At most so many items in one message (contract A.14).
pub const MAX_ITEMS: usize = 200;

/// A number kept exactly as it was written, so that 37.50 does not become 37.5.
#[derive(Clone, PartialEq, Eq)]
pub struct Number(String);

impl Number {
    /// Takes a JSON number's text. `None` when it is too large to be finite as a double, or longer
    /// than 64 characters.
    pub fn parse(text: &str) -> Option<Self> {
        let finite = text.len() <= 64 && text.parse::<f64>().is_ok_and(f64::is_finite);
        finite.then(|| Self(text.to_owned()))
    }

    /// The text as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Number(…)")
    }
}

/// One item.
#[derive(Clone, PartialEq, Eq)]
pub struct CodedItem {
    /// What was observed.
    pub code: SnomedCode,
    /// Its value, if it has one.
    pub value: Option<Number>,
    /// The value's unit.
    pub unit: Option<String>,
    /// Words that go with it.
    pub additional_text: Option<String>,
}

impl std::fmt::Debug for CodedItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CodedItem(…)")
    }
}
