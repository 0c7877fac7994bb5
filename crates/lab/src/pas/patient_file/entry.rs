//! One entry being read: what is wrong with it so far, and readers for its members.

use jiff::civil::{Date, date};
use model::NhsNumber;
use serde_json::Value;

/// More letters than any name or address line has.
const LONGEST: usize = 200;
/// More given names or address lines than anyone has.
const MOST_TEXTS: usize = 50;

/// What has been found out about an entry.
#[derive(Default)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) nhs_number: Option<String>,
    pub(super) reasons: Vec<String>,
}

impl Entry {
    /// Notes a fault.
    pub(super) fn fault(&mut self, reason: impl Into<String>) {
        self.reasons.push(reason.into());
    }

    /// Takes the name for the list of faults, whatever state it is in.
    pub(super) fn call(&mut self, parts: &[&str]) {
        let name = parts
            .iter()
            .map(|p| p.trim())
            .filter(|p| !p.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        self.name = name
            .chars()
            .filter(|c| !c.is_control())
            .take(LONGEST)
            .collect();
    }

    /// A text that must be there; it may be empty only if `may_be_empty`.
    pub(super) fn text(
        &mut self,
        value: Option<&Value>,
        path: &str,
        may_be_empty: bool,
    ) -> Option<String> {
        match value {
            None | Some(Value::Null) => {
                self.fault(format!("{path} is missing"));
                None
            }
            Some(Value::String(text)) => {
                let text = text.trim();
                if text.is_empty() && !may_be_empty {
                    self.fault(format!("{path} is empty"));
                } else if text.chars().count() > LONGEST {
                    self.fault(format!("{path} is longer than {LONGEST} characters"));
                } else if text.chars().any(char::is_control) {
                    self.fault(format!("{path} holds a control character"));
                } else {
                    return Some(text.to_owned());
                }
                None
            }
            Some(_) => {
                self.fault(format!("{path} must be a text in quotes"));
                None
            }
        }
    }

    /// A text that may be left out.
    pub(super) fn optional_text(&mut self, value: Option<&Value>, path: &str) -> Option<String> {
        let value = value.filter(|value| !value.is_null())?;
        self.text(Some(value), path, true)
            .filter(|text| !text.is_empty())
    }

    /// A list of texts, at least one unless `may_be_empty`.
    pub(super) fn texts(
        &mut self,
        value: Option<&Value>,
        path: &str,
        may_be_empty: bool,
    ) -> Option<Vec<String>> {
        let Some(Value::Array(items)) = value else {
            self.fault(match value {
                None | Some(Value::Null) => format!("{path} is missing"),
                Some(_) => format!("{path} must be a list"),
            });
            return None;
        };
        if items.is_empty() && !may_be_empty {
            self.fault(format!("{path} is empty"));
            return None;
        }
        if items.len() > MOST_TEXTS {
            self.fault(format!("{path} has more than {MOST_TEXTS} items"));
            return None;
        }
        let mut texts = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            texts.push(self.text(Some(item), &format!("{path}[{index}]"), false));
        }
        texts.into_iter().collect()
    }

    /// An NHS number; one written 3-3-4 is taken too.
    pub(super) fn number(&mut self, value: Option<&Value>, path: &str) -> Option<String> {
        let text = self.text(value, path, false)?;
        match NhsNumber::parse(&text.replace(' ', "")) {
            Ok(number) => {
                self.nhs_number = Some(number.as_str().to_owned());
                Some(number.as_str().to_owned())
            }
            Err(error) => {
                self.fault(format!("{path} {error}"));
                None
            }
        }
    }

    /// A day, `2001-02-03`, between 1850 and today.
    pub(super) fn day(&mut self, value: Option<&Value>, path: &str, today: Date) -> Option<Date> {
        let text = self.text(value, path, false)?;
        let read = (text.len() == 10)
            .then(|| text.parse::<Date>().ok())
            .flatten();
        let Some(day) = read else {
            self.fault(format!(
                "{path} must be a real date written like 1948-02-20"
            ));
            return None;
        };
        if day > today {
            self.fault(format!("{path} is in the future"));
            return None;
        }
        if day < date(1850, 1, 1) {
            self.fault(format!("{path} is before 1850"));
            return None;
        }
        Some(day)
    }

    /// A gender code.
    pub(super) fn gender(
        &mut self,
        value: Option<&Value>,
        path: &str,
    ) -> Option<super::super::patient::Gender> {
        let text = self.text(value, path, false)?;
        let read = super::super::patient::Gender::parse(&text);
        if read.is_none() {
            self.fault(format!("{path} must be male, female, other or unknown"));
        }
        read
    }

    /// Whether a death can have been on this day.
    pub(super) fn after_birth(&mut self, death: Date, birth: Option<Date>, path: &str) -> bool {
        let fits = birth.is_none_or(|birth| birth <= death);
        if !fits {
            self.fault(format!("{path} is before the date of birth"));
        }
        fits
    }
}
