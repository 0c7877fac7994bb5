//! What PKB says of a patient: the part of it that we keep, sealed, with the time it was read.

use crate::context::Ctx;
use crate::vault::VaultError;
use httpkit::problem::Refusal;
use jiff::Timestamp;
use model::{AppUserId, NhsNumber, Secret};
use serde::{Deserialize, Serialize};
use store::gateway::{Patient, Sealed, SealedPlace};
use wire::pkb::UsersSelf;

/// The name under which PKB lists an NHS number (facts file, section 9).
const NHS_NUMBER: &str = "NHS number";
/// Where an NHS number counts: Scotland and Northern Ireland have numbers of their own in the same shape.
const NHS_COUNTRIES: [&str; 2] = ["GB-ENG", "GB-WLS"];
/// A longer text is not somebody's detail; it is left out.
const MAX_TEXT: usize = 1000;
/// More lines or numbers than these are left out.
const MAX_IDS: usize = 20;

/// A patient's own details, in PKB's words.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Details {
    pub(crate) title: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    /// `YYYY-MM-DD`.
    pub(crate) date_of_birth: Option<String>,
    /// `M`, `F`, `U` or `I`.
    pub(crate) gender: Option<String>,
    /// Checked, and of England or Wales.
    pub(crate) nhs_number: Option<NhsNumber>,
    pub(crate) national_ids: Vec<NationalId>,
    pub(crate) address_lines: Vec<String>,
    pub(crate) city: Option<String>,
    pub(crate) county: Option<String>,
    pub(crate) postcode: Option<String>,
    /// Such as `GB-ENG`.
    pub(crate) country: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    /// When PKB said so.
    pub(crate) read_at: Timestamp,
}

/// A number that a country's health service gave.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NationalId {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) country_codes: Vec<String>,
}

/// Details as they are sealed.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Text {
    title: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    date_of_birth: Option<String>,
    gender: Option<String>,
    nhs_number: Option<String>,
    national_ids: Vec<NationalId>,
    address_lines: Vec<String>,
    city: Option<String>,
    county: Option<String>,
    postcode: Option<String>,
    country: Option<String>,
    email: Option<String>,
    phone: Option<String>,
}

/// What is kept of PKB's answer, as one text to be sealed; `None` of one that speaks of nobody.
pub(super) fn text(said: UsersSelf) -> Option<Secret> {
    let facts = [&said.first_name, &said.last_name, &said.dob];
    if said.national_ids.as_deref().is_none_or(<[_]>::is_empty)
        && facts.into_iter().all(|fact| plain(fact.clone()).is_none())
    {
        return None;
    }
    let address = [said.address1, said.address2];
    let ids: Vec<_> = said
        .national_ids
        .unwrap_or_default()
        .into_iter()
        .filter(|id| id.value.len() <= MAX_TEXT && id.name.len() <= MAX_TEXT)
        .filter(|id| !id.value.is_empty())
        .take(MAX_IDS)
        .map(|id| NationalId {
            country_codes: id.country_codes.unwrap_or_default(),
            name: id.name,
            value: id.value,
        })
        .collect();
    let text = Text {
        title: plain(said.title),
        first_name: plain(said.first_name),
        last_name: plain(said.last_name),
        date_of_birth: plain(said.dob),
        gender: plain(said.gender),
        nhs_number: nhs_number(&ids).map(|number| number.as_str().to_owned()),
        national_ids: ids,
        address_lines: address.into_iter().filter_map(plain).collect(),
        city: plain(said.city),
        county: plain(said.state),
        postcode: plain(said.postal_code),
        country: plain(said.country),
        email: plain(said.email),
        phone: plain(said.phone),
    };
    serde_json::to_string(&text).ok().map(Secret::new)
}

/// A text without the spaces around it; empty ones are none.
fn plain(text: Option<String>) -> Option<String> {
    let text = text?;
    let plain = text.trim();
    (!plain.is_empty() && plain.len() <= MAX_TEXT).then(|| plain.to_owned())
}

fn nhs_number(ids: &[NationalId]) -> Option<NhsNumber> {
    let counts = |id: &&NationalId| {
        let codes = id.country_codes.iter().map(String::as_str);
        id.name.eq_ignore_ascii_case(NHS_NUMBER)
            && codes.into_iter().any(|code| NHS_COUNTRIES.contains(&code))
    };
    ids.iter()
        .filter(counts)
        .find_map(|id| NhsNumber::parse(&id.value).ok())
}

/// Seals a text that [`text`] made.
pub(super) async fn seal(
    ctx: &Ctx,
    patient: &AppUserId,
    text: &Secret,
) -> Result<Sealed, VaultError> {
    let place = SealedPlace::PatientDetails(patient.clone());
    ctx.vault.seal(&place, text).await
}

/// What PKB said of a patient, if it is known.
pub(crate) async fn details(ctx: &Ctx, patient: &Patient) -> Result<Option<Details>, Refusal> {
    let Some((sealed, read_at)) = &patient.details else {
        return Ok(None);
    };
    let place = SealedPlace::PatientDetails(patient.id.clone());
    let text = ctx.vault.unseal(&place, sealed).await?;
    let unreadable = || Refusal::from(VaultError::Unreadable(place.clone()));
    let read = open(&text, *read_at).ok_or_else(unreadable)?;
    Ok(Some(read))
}

fn open(text: &Secret, read_at: Timestamp) -> Option<Details> {
    let text: Text = serde_json::from_str(text.reveal()).ok()?;
    Some(Details {
        title: text.title,
        first_name: text.first_name,
        last_name: text.last_name,
        date_of_birth: text.date_of_birth,
        gender: text.gender,
        nhs_number: text
            .nhs_number
            .and_then(|text| NhsNumber::parse(&text).ok()),
        national_ids: text.national_ids,
        address_lines: text.address_lines,
        city: text.city,
        county: text.county,
        postcode: text.postcode,
        country: text.country,
        email: text.email,
        phone: text.phone,
        read_at,
    })
}

impl std::fmt::Debug for Details {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Details(…)")
    }
}

impl std::fmt::Debug for NationalId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NationalId(…)")
    }
}

#[cfg(test)]
mod tests;
