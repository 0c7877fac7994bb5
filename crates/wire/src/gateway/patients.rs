//! Patients of an app, and the link to their record at Patients Know Best (PKB; contract F).
//!
//! None of these types prints what it holds.

use crate::fhir_r4::hidden::hidden_debug;
use serde::{Deserialize, Serialize};

/// `state` of a link: there never was one, and none is under way.
pub const NONE: &str = "none";
/// `state` of a link: the patient is on the way through PKB, and there is no link yet.
pub const PENDING: &str = "pending";
/// `state` of a link: the record can be read.
pub const LINKED: &str = "linked";
/// `state` of a link: the patient has to authorise again.
pub const NEEDS_REAUTHORISATION: &str = "needs-reauthorisation";
/// `state` of a link: there was one, and it was ended.
pub const UNLINKED: &str = "unlinked";
/// Every `state`.
pub const STATES: [&str; 5] = [NONE, PENDING, LINKED, NEEDS_REAUTHORISATION, UNLINKED];

/// Why a patient has to authorise again.
pub const LAPSES: [&str; 4] = ["session-over", "answer-lost", "token-over", "not-accepted"];
/// Why an attempt to link made no link.
pub const FAILURES: [&str; 10] = [
    "denied",
    "expired",
    "refused-by-pkb",
    "not-reached",
    "not-a-patient",
    "another-person",
    "linked-elsewhere",
    "not-theirs",
    "frozen",
    "cancelled",
];
/// Why a link may soon need a new authorisation.
pub const RISKS: [&str; 3] = ["last-token", "refresh-failing", "session-ending"];

/// The query parameter of a `returnUrl` that brings the one-time result.
pub const RESULT: &str = "result";
/// The query parameter of a `returnUrl` that says why there is no link: `access_denied`, `expired` or `failed`.
pub const ERROR: &str = "error";

/// The query parameter of a `returnUrl` beside [`ERROR`]: one of [`FAILURES`].
pub const REASON: &str = "reason";
/// The `reason` of a refused confirmation whose result is unknown, used or too old.
pub const NO_SUCH_RESULT: &str = "no-such-result";

/// A patient of the app.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Patient {
    /// The app's own id.
    pub app_user_id: String,
    /// When it was made.
    pub created_at: String,
    /// Where the link stands.
    pub link: Link,
    /// What PKB says of the patient, while there is a link and since it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demographics: Option<Demographics>,
}

/// Where a patient's link stands.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    /// One of [`STATES`].
    pub state: String,
    /// Which PKB record it is: a UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_id: Option<String>,
    /// Since when the link stands so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Since when account and record have been a pair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linked_at: Option<String>,
    /// When the patient last authorised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorised_at: Option<String>,
    /// Why the patient has to authorise again: one of [`LAPSES`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// That the link may soon need a new authorisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_risk: Option<AtRisk>,
}

/// That a link may soon need a new authorisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AtRisk {
    /// One of [`RISKS`].
    pub reason: String,
    /// Since when that is known.
    pub since: String,
    /// When the link would end, as far as that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<String>,
}

/// What PKB says of a patient.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Demographics {
    /// Such as `Ms.`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// First name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<String>,
    /// Sex assigned at birth, as PKB has it: `M`, `F`, `U` (unknown) or `I` (indeterminate).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// Of England and Wales, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nhs_number: Option<String>,
    /// Every number that a country's health service gave.
    #[serde(default)]
    pub national_ids: Vec<NationalId>,
    /// Where the patient lives.
    #[serde(default)]
    pub address: Address,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// When PKB was asked.
    pub read_at: String,
}

/// A number that a country's health service gave.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NationalId {
    /// What it is called, such as `NHS number`.
    pub name: String,
    /// The number.
    pub value: String,
    /// Where it is used, such as `GB-ENG`.
    #[serde(default)]
    pub country_codes: Vec<String>,
}

/// Where somebody lives.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// The first lines, none of them empty.
    #[serde(default)]
    pub lines: Vec<String>,
    /// Town.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// County.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub county: Option<String>,
    /// Postcode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
    /// Such as `GB-ENG`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// Patients by id.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientList {
    /// One page of them, without demographics.
    pub patients: Vec<Patient>,
    /// Ask with this as `after` for the next page; left out on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A link to be begun.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BeginLink {
    /// Where the patient's browser comes back to: `https://`, an app's own scheme with a dot in it, or `http://` on
    /// the machine itself. At most 2000 bytes, no fragment.
    pub return_url: String,
}

/// A link that was begun. Who has the address may go on with it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkBegun {
    /// PKB's page on which the patient approves. For the browser in which this patient is signed in.
    pub grant_url: String,
    /// The patient must be back by then.
    pub expires_at: String,
}

/// The product's word that the patient who began is the one who came back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfirmLink {
    /// What stood behind `result=` in the address; good once.
    pub result: String,
}

hidden_debug!(
    Patient,
    Link,
    Demographics,
    NationalId,
    Address,
    PatientList,
    BeginLink,
    LinkBegun,
    ConfirmLink,
);
