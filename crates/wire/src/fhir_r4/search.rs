//! Search parameters of the token kind: `system|value`, with FHIR's escapes.

use std::fmt::Write;

/// A token: what to look for in an identifier or a coding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// `None`: any system. `Some("")`: no system.
    pub system: Option<String>,
    /// `None`: any value of that system.
    pub value: Option<String>,
}

impl Token {
    /// Reads one token (`value`, `system|value`, `|value`, `system|`) that has no unescaped comma.
    pub fn parse(text: &str) -> Self {
        let parts = split(text, '|');
        let mut parts = parts.into_iter();
        let first = parts.next().unwrap_or_default();
        let rest: Vec<_> = parts.collect();
        if rest.is_empty() {
            return Self {
                system: None,
                value: Some(unescaped(first)),
            };
        }
        let value = unescaped(&rest.join("|"));
        Self {
            system: Some(unescaped(first)),
            value: (!value.is_empty()).then_some(value),
        }
    }

    /// Whether an identifier or coding with these members is meant.
    pub fn matches(&self, system: Option<&str>, value: Option<&str>) -> bool {
        self.system
            .as_deref()
            .is_none_or(|wanted| wanted == system.unwrap_or_default())
            && self
                .value
                .as_deref()
                .is_none_or(|wanted| Some(wanted) == value)
    }
}

/// Splits at commas that aren't escaped: any one of the parts may match.
pub fn alternatives(text: &str) -> Vec<&str> {
    split(text, ',')
}

/// A query such as `ifNoneExist` wants: `identifier=system|value`, escaped for FHIR and for an address.
pub fn identifier_query(system: &str, value: &str) -> String {
    let token = format!("{}|{}", escaped(system), escaped(value));
    let mut out = String::from("identifier=");
    for byte in token.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/|".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn split(text: &str, at: char) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut start, mut escape) = (0, false);
    for (place, letter) in text.char_indices() {
        if escape {
            escape = false;
        } else if letter == '\\' {
            escape = true;
        } else if letter == at {
            out.push(text.get(start..place).unwrap_or_default());
            start = place + letter.len_utf8();
        }
    }
    out.push(text.get(start..).unwrap_or_default());
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\\' | '|' | ',' | '$') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => out.extend(letters.next()),
            _ => out.push(letter),
        }
    }
    out
}
