//! A patient as the Test PAS keeps them, and how a name is made ready for searching.

use super::times;
use jiff::{Timestamp, civil::Date};
use model::NhsNumber;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// What is known of a patient. Its JSON is how the store keeps it; it has no `Debug`, being patient data.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Details {
    /// Ten digits that passed Modulus 11.
    pub(super) nhs_number: String,
    pub(super) title: String,
    pub(super) given: Vec<String>,
    pub(super) family: String,
    pub(super) birth_date: Date,
    pub(super) gender: Gender,
    pub(super) address_lines: Vec<String>,
    pub(super) city: String,
    pub(super) postcode: String,
    pub(super) phone: Option<String>,
    pub(super) email: Option<String>,
    pub(super) deceased: Option<Deceased>,
}

/// FHIR's administrative genders; pages call it sex, as the patient banner does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Gender {
    Male,
    Female,
    Other,
    Unknown,
}

/// That a patient has died.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Deceased {
    /// On this day.
    On(Date),
    /// It isn't known when.
    SomeDay,
}

/// A patient in the store.
#[derive(Clone)]
pub(super) struct Patient {
    pub(super) id: String,
    pub(super) version: i64,
    pub(super) updated_at: Timestamp,
    pub(super) details: Details,
}

impl Gender {
    pub(super) fn parse(code: &str) -> Option<Self> {
        [Self::Male, Self::Female, Self::Other, Self::Unknown]
            .into_iter()
            .find(|g| g.code() == code)
    }

    /// FHIR's code.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
            Self::Other => "other",
            Self::Unknown => "unknown",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Male => "Male",
            Self::Female => "Female",
            Self::Other => "Other",
            Self::Unknown => "Not known",
        }
    }
}

impl Details {
    /// `WHITFIELD, Margaret Anne (Mrs)`: how UK record systems write a patient's name.
    pub(super) fn banner_name(&self) -> String {
        let title = if self.title.is_empty() {
            String::new()
        } else {
            format!(" ({})", self.title)
        };
        format!(
            "{}, {}{title}",
            self.family.to_uppercase(),
            self.given.join(" ")
        )
    }

    /// `Mrs Margaret Anne Whitfield`.
    pub(super) fn full_name(&self) -> String {
        let parts = [self.title.as_str(), &self.given.join(" "), &self.family];
        parts
            .iter()
            .filter(|p| !p.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Every word of the name, each after a space, made ready for searching.
    pub(super) fn search_name(&self) -> String {
        format!(
            " {}",
            folded(&format!("{} {}", self.given.join(" "), self.family))
        )
    }

    /// What a list is ordered by.
    pub(super) fn sort_name(&self) -> String {
        format!(
            "{}, {}",
            folded(&self.family),
            folded(&self.given.join(" "))
        )
    }

    /// 3-3-4.
    pub(super) fn spaced_number(&self) -> String {
        NhsNumber::parse(&self.nhs_number)
            .map_or_else(|_| self.nhs_number.clone(), |number| number.spaced())
    }
}

/// Lower case without accents; hyphens are spaces and apostrophes nothing.
pub(super) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.nfd().flat_map(char::to_lowercase) {
        match letter {
            '\'' | '\u{2019}' | '.' => {}
            // Letters that don't come apart into a letter and an accent.
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'ı' => out.push('i'),
            'đ' | 'ð' => out.push('d'),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'ß' => out.push_str("ss"),
            _ if unicode_normalization::char::is_combining_mark(letter) => {}
            _ if letter.is_alphanumeric() => out.push(letter),
            _ => out.push(' '),
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What pages show of a patient.
#[derive(Serialize)]
pub(super) struct View {
    id: String,
    banner_name: String,
    full_name: String,
    nhs_number: String,
    born: String,
    age: String,
    sex: &'static str,
    address: Vec<String>,
    postcode: String,
    phone: Option<String>,
    email: Option<String>,
    deceased: Option<String>,
}

impl View {
    /// The patient as seen on a day.
    pub(super) fn new(patient: &Patient, today: Date) -> Self {
        let details = &patient.details;
        let (until, deceased) = match details.deceased {
            None => (Some(today), None),
            Some(Deceased::On(date)) => (Some(date), Some(format!("Died {}", times::day(date)))),
            Some(Deceased::SomeDay) => (None, Some("Died, date not known".to_owned())),
        };
        let age = match (until, details.deceased) {
            (Some(day), None) => years(times::age(details.birth_date, day)),
            (Some(day), Some(_)) => format!("died aged {}", times::age(details.birth_date, day)),
            (None, _) => String::new(),
        };
        let mut address = details.address_lines.clone();
        address.extend([details.city.clone(), details.postcode.clone()]);
        address.retain(|line| !line.is_empty());
        Self {
            id: patient.id.clone(),
            banner_name: details.banner_name(),
            full_name: details.full_name(),
            nhs_number: details.spaced_number(),
            born: times::day(details.birth_date),
            age,
            sex: details.gender.label(),
            address,
            postcode: details.postcode.clone(),
            phone: details.phone.clone(),
            email: details.email.clone(),
            deceased,
        }
    }
}

fn years(age: i16) -> String {
    if age == 1 {
        "1 year old".to_owned()
    } else {
        format!("{age} years old")
    }
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn names_are_found_without_their_accents() {
        for (name, found) in [
            ("Siobhán Ní Dhomhnaill", "siobhan ni dhomhnaill"),
            ("O\u{2019}Sullivan", "osullivan"),
            ("Okonkwo-Reid", "okonkwo reid"),
            (
                "Søren Yıldız Wiśniewski Łukasz",
                "soren yildiz wisniewski lukasz",
            ),
            ("  ", ""),
        ] {
            assert_eq!(folded(name), found);
        }
    }
}
