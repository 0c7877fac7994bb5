//! The made-up people of the PKB sandbox: patients whom the Test PAS knows too, some whom it doesn't, and a
//! professional.

use super::profile::UserType;
use serde::Deserialize;
use std::sync::OnceLock;
use wire::pkb::{Contact, NationalId, UsersSelf};

/// Somebody with an account.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Person {
    pub(super) email: String,
    pub(super) password: String,
    pub(super) user_type: UserType,
    /// A UUID in lower case.
    pub(super) public_id: String,
    /// Digits; the REST API's own id.
    pub(super) id: String,
    pub(super) title: String,
    pub(super) first_name: String,
    #[serde(default)]
    pub(super) middle_name: Option<String>,
    pub(super) last_name: String,
    /// `YYYY-MM-DD`; empty if it isn't known.
    pub(super) dob: String,
    #[serde(default)]
    pub(super) date_deceased: Option<String>,
    /// `M`, `F`, `U` or `I`.
    pub(super) gender: String,
    pub(super) phone: String,
    pub(super) address1: String,
    pub(super) address2: String,
    pub(super) city: String,
    pub(super) county: String,
    pub(super) postal_code: String,
    pub(super) country: String,
    pub(super) national_ids: Vec<NationalId>,
    #[serde(default)]
    height_cm: Option<u32>,
    #[serde(default)]
    weight_kg: Option<u32>,
    #[serde(default)]
    job_title: Option<String>,
    #[serde(default)]
    organization_name: Option<String>,
    #[serde(default)]
    team_name: Option<String>,
    /// Whether PKB has frozen their access.
    #[serde(default)]
    pub(super) frozen: bool,
    /// Whether they share with nobody.
    #[serde(default)]
    pub(super) sharing_disabled: bool,
}

/// Everybody, in the order of the file.
pub(super) fn everyone() -> &'static [Person] {
    #[derive(Default, Deserialize)]
    struct File {
        people: Vec<Person>,
    }
    static EVERYONE: OnceLock<Vec<Person>> = OnceLock::new();
    EVERYONE.get_or_init(|| {
        // The file is part of the program, and a test reads it.
        let file: File =
            serde_json::from_str(crate::people::pkb_patients_json()).unwrap_or_default();
        file.people
    })
}

/// Whoever signs in with this e-mail address; spaces around it and letter case don't matter.
pub(super) fn by_email(email: &str) -> Option<&'static Person> {
    let email = email.trim();
    everyone()
        .iter()
        .find(|person| person.email.eq_ignore_ascii_case(email))
}

/// Whoever has this public id, in any letter case.
pub(super) fn by_public_id(public_id: &str) -> Option<&'static Person> {
    everyone()
        .iter()
        .find(|person| person.public_id.eq_ignore_ascii_case(public_id))
}

/// The patient who has this NHS number.
pub(super) fn by_nhs_number(number: &str) -> Option<&'static Person> {
    everyone()
        .iter()
        .find(|person| person.is_patient() && person.nhs_number() == Some(number))
}

impl Person {
    pub(super) fn is_patient(&self) -> bool {
        self.user_type == UserType::Patient
    }

    /// `Mrs Margaret Whitfield`.
    pub(super) fn display_name(&self) -> String {
        format!("{} {} {}", self.title, self.first_name, self.last_name)
    }

    /// Ten digits.
    pub(super) fn nhs_number(&self) -> Option<&str> {
        let nhs = |id: &&NationalId| id.name == "NHS number";
        let found = self.national_ids.iter().find(nhs);
        found.map(|id| id.value.as_str())
    }

    /// What is special about them; empty if nothing.
    pub(super) fn note(&self) -> &'static str {
        if !self.is_patient() {
            "A professional, not a patient"
        } else if self.frozen {
            "Access frozen"
        } else if self.date_deceased.is_some() {
            "Has died"
        } else if self.national_ids.is_empty() {
            "Has no national number"
        } else if self.nhs_number().is_none() {
            "Has a CHI number (Scotland) and no NHS number"
        } else if self.gender == "I" {
            "Sex recorded as indeterminate"
        } else {
            ""
        }
    }

    /// What `GET /json/users/self` answers.
    pub(super) fn users_self(&self) -> UsersSelf {
        let some = |text: &str| Some(text.to_owned());
        let inches = self.height_cm.map(|cm| (cm * 100 + 127) / 254);
        // Tenths of a pound.
        let pounds = self.weight_kg.map(|kg| (kg * 22_046 + 500) / 1000);
        let text = |number: Option<u32>| number.map(|number| number.to_string());
        UsersSelf {
            id: self.id.clone(),
            user_type: None,
            height_cm: text(self.height_cm),
            height_feet: text(inches.map(|inches| inches / 12)),
            height_inches: text(inches.map(|inches| inches % 12)),
            height_inches_total: text(inches),
            weight_kg: text(self.weight_kg),
            weight_lbs: pounds.map(|tenths| format!("{}.{}", tenths / 10, tenths % 10)),
            title: some(&self.title),
            first_name: some(&self.first_name),
            last_name: some(&self.last_name),
            dob: Some(self.dob.clone()).filter(|dob| !dob.is_empty()),
            date_deceased: self.date_deceased.clone(),
            gender_mf: match self.gender.as_str() {
                "M" => some("m"),
                "F" => some("f"),
                _ => None,
            },
            gender: some(&self.gender),
            email: some(&self.email),
            phone: some(&self.phone),
            address1: some(&self.address1),
            address2: some(&self.address2),
            city: some(&self.city),
            state: some(&self.county),
            postal_code: some(&self.postal_code),
            country: some(&self.country),
            job_title: self.job_title.clone(),
            organization_name: self.organization_name.clone(),
            team_name: self.team_name.clone(),
            national_ids: Some(self.national_ids.clone()),
            org_level_ids: None,
            team_level_ids: None,
            contacts: Some(vec![Contact {
                id: format!("{}1", self.id),
                contact_type: some("EMAIL"),
                contact_value: some(&self.email),
                phone_use_type: None,
                primary: true,
                confirmed: true,
            }]),
            patient: self.is_patient(),
        }
    }
}

#[cfg(test)]
mod tests;
