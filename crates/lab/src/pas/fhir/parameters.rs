//! Search parameters of an address: taken apart, and checked that they mean something.

use super::outcome::Refusal;
use crate::pas::store::{filter::Compare, patients::Slice};
use jiff::civil::Date;
use wire::fhir_r4::search::{Token, alternatives};

/// How many resources a page of results has unless the client says.
const PAGE: u64 = 50;
/// How many it has at most.
const LARGEST_PAGE: u64 = 200;
/// How many alternatives a search has at most, in all of its parameters.
const MOST_ALTERNATIVES: usize = 100;

/// The parameters in their order.
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Takes a query apart, unless it asks for more than a search may.
    pub(super) fn parse(query: Option<&str>) -> Result<Self, Refusal> {
        let pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        let parameters = Self(
            pairs
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        );
        if too_many(parameters.conditions().map(|(_, value)| value)) {
            return Err(Refusal::invalid(format!(
                "A search has at most {MOST_ALTERNATIVES} alternatives in all."
            )));
        }
        Ok(parameters)
    }

    /// Each parameter with its value; those about paging are left out.
    pub(super) fn conditions(&self) -> impl Iterator<Item = (&str, &str)> {
        let paging = ["_count", "_offset", "_format", "_total"];
        self.0
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .filter(move |(name, _)| !paging.contains(name))
    }

    /// Which page is wanted.
    pub(super) fn slice(&self) -> Result<Slice, Refusal> {
        let number = |name: &str| {
            let found = self.0.iter().find(|(n, _)| n == name);
            found.map(|(_, value)| {
                let read = value.parse::<u32>().map(u64::from);
                read.map_err(|_| Refusal::invalid(format!("{name} must be a number.")).at(name))
            })
        };
        let limit = number("_count")
            .transpose()?
            .unwrap_or(PAGE)
            .clamp(1, LARGEST_PAGE);
        Ok(Slice {
            offset: number("_offset").transpose()?.unwrap_or(0),
            limit,
        })
    }

    /// The query of another page of the same search.
    pub(super) fn query(&self, slice: Slice) -> String {
        let mut out = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.conditions() {
            out.append_pair(name, value);
        }
        out.append_pair("_count", &slice.limit.to_string());
        if slice.offset > 0 {
            out.append_pair("_offset", &slice.offset.to_string());
        }
        out.finish()
    }
}

/// Whether these values have more alternatives than a search may; counted without taking them apart.
pub(super) fn too_many<'v>(values: impl IntoIterator<Item = &'v str>) -> bool {
    let mut total = 0_usize;
    for value in values {
        let mut escape = false;
        let commas = value.bytes().filter(|byte| {
            let splits = *byte == b',' && !escape;
            escape = *byte == b'\\' && !escape;
            splits
        });
        total = total.saturating_add(commas.count()).saturating_add(1);
    }
    total > MOST_ALTERNATIVES
}

/// Tokens of which any one may match.
pub(super) fn tokens(value: &str) -> Vec<Token> {
    alternatives(value).into_iter().map(Token::parse).collect()
}

/// Ids of the patients that a reference parameter names: `12`, `Patient/12`, or a whole address.
pub(super) fn patient_ids(name: &str, value: &str) -> Result<Vec<String>, Refusal> {
    let read = |text: &str| {
        let (kind, id) = text.rsplit_once('/').unwrap_or(("Patient", text));
        let is_patient = kind == "Patient" || kind.ends_with("/Patient");
        (is_patient && !id.is_empty()).then(|| id.to_owned())
    };
    let ids = alternatives(value)
        .into_iter()
        .map(read)
        .collect::<Option<Vec<_>>>();
    ids.ok_or_else(|| Refusal::invalid(format!("{name} must name a Patient.")).at(name))
}

/// Periods of a date parameter, each with how to compare: `1948`, `ge1948-02`, `1948-02-20`.
pub(super) fn periods(name: &str, value: &str) -> Result<Vec<(Compare, Date, Date)>, Refusal> {
    let read = alternatives(value)
        .into_iter()
        .map(period)
        .collect::<Option<Vec<_>>>();
    read.ok_or_else(|| {
        Refusal::invalid(format!(
            "{name} must be a date such as 1948-02-20, with a prefix such as ge if wanted."
        ))
        .at(name)
    })
}

fn period(text: &str) -> Option<(Compare, Date, Date)> {
    let prefixes = [
        ("eq", Compare::Equal),
        ("ne", Compare::NotEqual),
        ("gt", Compare::After),
        ("lt", Compare::Before),
        ("ge", Compare::AtOrAfter),
        ("le", Compare::AtOrBefore),
        ("sa", Compare::After),
        ("eb", Compare::Before),
    ];
    let prefixed = prefixes
        .iter()
        .find_map(|(prefix, compare)| Some((*compare, text.strip_prefix(prefix)?)));
    let (compare, text) = prefixed.unwrap_or((Compare::Equal, text));
    let number = |part: &str, len: usize| {
        let fits = part.len() == len && part.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| part.parse::<i16>().ok()).flatten()
    };
    let mut parts = text.split('-');
    let year = number(parts.next()?, 4)?;
    let month = parts.next().map(|m| number(m, 2));
    let day = parts.next().map(|d| number(d, 2));
    if parts.next().is_some() {
        return None;
    }
    let narrow = |part: Option<Option<i16>>| match part {
        None => Some(None),
        Some(part) => Some(Some(i8::try_from(part?).ok()?)),
    };
    let (first, last) = match (narrow(month)?, narrow(day)?) {
        (None, _) => (Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?),
        (Some(month), None) => {
            let first = Date::new(year, month, 1).ok()?;
            (first, first.last_of_month())
        }
        (Some(month), Some(day)) => {
            let day = Date::new(year, month, day).ok()?;
            (day, day)
        }
    };
    Some((compare, first, last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn dates_are_read_as_periods() {
        let cases = [
            (
                "1948",
                Some((Compare::Equal, date(1948, 1, 1), date(1948, 12, 31))),
            ),
            (
                "ge1948-02",
                Some((Compare::AtOrAfter, date(1948, 2, 1), date(1948, 2, 29))),
            ),
            (
                "lt1948-02-20",
                Some((Compare::Before, date(1948, 2, 20), date(1948, 2, 20))),
            ),
            ("1948-02-30", None),
            ("1948-2-3", None),
            ("48", None),
            ("1948-02-20-01", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(period(text), expected, "{text}");
        }
    }

    #[test]
    fn more_than_a_hundred_alternatives_are_too_many() {
        let hundred = vec!["1"; 100].join(",");
        assert!(!too_many([hundred.as_str()]));
        assert!(too_many([hundred.as_str(), "1"]));
        assert!(!too_many(["\\,".repeat(200).as_str()]));
    }

    #[test]
    fn a_reference_is_taken_in_each_of_its_forms() {
        for text in ["12", "Patient/12", "http://127.0.0.1:5000/fhir/Patient/12"] {
            assert_eq!(patient_ids("patient", text).ok().unwrap(), ["12"]);
        }
        for text in ["", "Group/12", "Patient/"] {
            assert!(patient_ids("patient", text).is_err(), "{text}");
        }
    }
}
