//! `GET /json/users/self`: who the signed-in user is. Every documented member, by its documented JSON type.

use super::text;
use crate::fhir_r4::hidden::hidden_debug;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// The signed-in user's own details. An unknown text may be empty or `null`.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UsersSelf {
    /// Digits; not the public id.
    #[serde(deserialize_with = "text::sure")]
    pub id: String,
    /// `null` even for patients: see [`Self::patient`].
    #[serde(deserialize_with = "text::maybe")]
    pub user_type: Option<String>,
    /// Centimetres, as text.
    #[serde(deserialize_with = "text::maybe")]
    pub height_cm: Option<String>,
    /// Whole feet, as text.
    #[serde(deserialize_with = "text::maybe")]
    pub height_feet: Option<String>,
    /// Inches beyond the feet, as text.
    #[serde(deserialize_with = "text::maybe")]
    pub height_inches: Option<String>,
    /// All in inches, as text.
    #[serde(deserialize_with = "text::maybe")]
    pub height_inches_total: Option<String>,
    /// Kilograms, as text.
    #[serde(deserialize_with = "text::maybe")]
    pub weight_kg: Option<String>,
    /// Pounds, as text.
    #[serde(deserialize_with = "text::maybe")]
    pub weight_lbs: Option<String>,
    /// Such as `Ms.`
    #[serde(deserialize_with = "text::maybe")]
    pub title: Option<String>,
    /// First name.
    #[serde(deserialize_with = "text::maybe")]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(deserialize_with = "text::maybe")]
    pub last_name: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(deserialize_with = "text::maybe")]
    pub dob: Option<String>,
    /// `YYYY-MM-DD`, of someone who has died.
    #[serde(deserialize_with = "text::maybe")]
    pub date_deceased: Option<String>,
    /// An older form of [`Self::gender`], in lower case: don't use.
    #[serde(rename = "genderMF", deserialize_with = "text::maybe")]
    pub gender_mf: Option<String>,
    /// Sex assigned at birth: `M`, `F`, `U` (unknown), `I` (indeterminate).
    #[serde(deserialize_with = "text::maybe")]
    pub gender: Option<String>,
    /// E-mail address.
    #[serde(deserialize_with = "text::maybe")]
    pub email: Option<String>,
    /// Telephone number.
    #[serde(deserialize_with = "text::maybe")]
    pub phone: Option<String>,
    /// First line of the address.
    #[serde(deserialize_with = "text::maybe")]
    pub address1: Option<String>,
    /// Second line.
    #[serde(deserialize_with = "text::maybe")]
    pub address2: Option<String>,
    /// Town.
    #[serde(deserialize_with = "text::maybe")]
    pub city: Option<String>,
    /// County.
    #[serde(deserialize_with = "text::maybe")]
    pub state: Option<String>,
    /// Postcode.
    #[serde(deserialize_with = "text::maybe")]
    pub postal_code: Option<String>,
    /// Such as `GB-ENG`.
    #[serde(deserialize_with = "text::maybe")]
    pub country: Option<String>,
    /// Of professionals.
    #[serde(deserialize_with = "text::maybe")]
    pub job_title: Option<String>,
    /// Of professionals.
    #[serde(deserialize_with = "text::maybe")]
    pub organization_name: Option<String>,
    /// Of professionals.
    #[serde(deserialize_with = "text::maybe")]
    pub team_name: Option<String>,
    /// NHS number and the like; may be empty or `null`.
    #[serde(deserialize_with = "list")]
    pub national_ids: Option<Vec<NationalId>>,
    /// `null` in the documented sample; what stands in it otherwise isn't documented.
    pub org_level_ids: Option<Value>,
    /// The same, of teams.
    pub team_level_ids: Option<Value>,
    /// E-mail addresses and telephone numbers.
    #[serde(deserialize_with = "list")]
    pub contacts: Option<Vec<Contact>>,
    /// Whether this is a patient.
    #[serde(deserialize_with = "or_no")]
    pub patient: bool,
}

impl UsersSelf {
    /// The NHS number (England and Wales), if there is one.
    pub fn nhs_number(&self) -> Option<&str> {
        let ids = self.national_ids.as_deref().unwrap_or_default();
        let nhs = |id: &&NationalId| {
            id.name.eq_ignore_ascii_case("NHS number")
                && (id.country_codes().is_empty()
                    || id
                        .country_codes()
                        .iter()
                        .any(|code| matches!(code.as_str(), "GB-ENG" | "GB-WLS")))
        };
        ids.iter().find(nhs).map(|id| id.value.as_str())
    }
}

/// A number that a country's health service gave.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NationalId {
    /// The number, without spaces.
    #[serde(deserialize_with = "text::sure")]
    pub value: String,
    /// Such as `NHS number`.
    #[serde(deserialize_with = "text::sure")]
    pub name: String,
    /// ISO codes of the countries where it is used.
    #[serde(deserialize_with = "list")]
    pub country_codes: Option<Vec<String>>,
}

impl NationalId {
    /// The countries; empty when none are named.
    pub fn country_codes(&self) -> &[String] {
        self.country_codes.as_deref().unwrap_or_default()
    }
}

/// One way to reach the user.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Contact {
    /// Digits.
    #[serde(deserialize_with = "text::sure")]
    pub id: String,
    /// `EMAIL` in the documented sample.
    #[serde(deserialize_with = "text::maybe")]
    pub contact_type: Option<String>,
    /// The address or number.
    #[serde(deserialize_with = "text::maybe")]
    pub contact_value: Option<String>,
    /// `null` for e-mail.
    #[serde(deserialize_with = "text::maybe")]
    pub phone_use_type: Option<String>,
    /// Whether it is the one to use.
    #[serde(deserialize_with = "or_no")]
    pub primary: bool,
    /// Whether the user has shown that it is theirs.
    #[serde(deserialize_with = "or_no")]
    pub confirmed: bool,
}

fn or_no<'de, D: Deserializer<'de>>(from: D) -> Result<bool, D::Error> {
    Ok(Value::deserialize(from)?.as_bool().unwrap_or_default())
}

/// What is no list is none, and entries that can't be read are left out: one odd member must not cost all the others.
fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    from: D,
) -> Result<Option<Vec<T>>, D::Error> {
    let Value::Array(entries) = Value::deserialize(from)? else {
        return Ok(None);
    };
    let read = entries.into_iter().map(serde_json::from_value);
    Ok(Some(read.filter_map(Result::ok).collect()))
}

hidden_debug!(UsersSelf, NationalId, Contact);
