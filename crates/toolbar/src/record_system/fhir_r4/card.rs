//! A FHIR patient as people compare one: name, date of birth, whether they have died.

use super::super::PatientCard;
use wire::fhir_r4::{HumanName, Patient};

/// What is shown of `patient`.
pub(super) fn card(patient: &Patient, record_url: Option<String>) -> PatientCard {
    // A year, or a month of a year, is a date of birth in FHIR, too; nobody can compare that.
    let birth_date = patient.birth_date.as_deref();
    PatientCard::One {
        name: name(&patient.name),
        birth_date: birth_date.and_then(|date| date.parse().ok()),
        deceased: patient.deceased_boolean == Some(true) || patient.deceased_date_time.is_some(),
        record_url,
    }
}

/// The name that is official, or else the first that is in use.
fn name(names: &[HumanName]) -> String {
    let used = |wanted: &str| {
        names
            .iter()
            .find(|name| name.usage.as_deref() == Some(wanted))
    };
    let in_use = |name: &&HumanName| !matches!(name.usage.as_deref(), Some("old" | "maiden"));
    let best = used("official")
        .or_else(|| used("usual"))
        .or_else(|| names.iter().find(in_use));
    best.map_or_else(String::new, written)
}

/// As the NHS writes names on screens: `WHITFIELD, Arthur (Mr)`.
fn written(name: &HumanName) -> String {
    let Some(family) = name.family.as_deref().filter(|family| !family.is_empty()) else {
        return name.text.clone().unwrap_or_default();
    };
    let mut written = family.to_uppercase();
    if !name.given.is_empty() {
        written.push_str(", ");
        written.push_str(&name.given.join(" "));
    }
    if !name.prefix.is_empty() {
        let title = name.prefix.join(" ");
        written.extend([" (", title.as_str(), ")"]);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use wire::fhir_r4::bundle::parse_resource;

    fn of(patient: serde_json::Value) -> (String, Option<String>, bool) {
        let raw = serde_json::value::to_raw_value(&patient).unwrap();
        let patient: Patient = parse_resource(&raw).unwrap();
        let PatientCard::One {
            name,
            birth_date,
            deceased,
            ..
        } = card(&patient, None)
        else {
            panic!("nobody");
        };
        (name, birth_date.map(|date| date.to_string()), deceased)
    }

    #[test]
    fn the_name_in_use_is_written_as_the_nhs_writes_names() {
        let names = json!([
            {"use": "old", "family": "Jones", "given": ["Ann"]},
            {"use": "official", "family": "Whitfield", "given": ["Ann", "Mary"], "prefix": ["Mrs"]},
        ]);
        let found =
            of(json!({"resourceType": "Patient", "name": names, "birthDate": "1948-02-20"}));
        assert_eq!(found.0, "WHITFIELD, Ann Mary (Mrs)");
        assert_eq!(found.1.as_deref(), Some("1948-02-20"));
        assert!(!found.2);
        let text = json!({"resourceType": "Patient", "name": [{"text": "Ann Whitfield"}]});
        assert_eq!(of(text).0, "Ann Whitfield");
        assert_eq!(of(json!({"resourceType": "Patient"})).0, "");
    }

    #[test]
    fn half_a_date_is_none_and_the_dead_are_dead() {
        let year =
            json!({"resourceType": "Patient", "birthDate": "1948", "deceasedDateTime": "2020"});
        assert_eq!(of(year), (String::new(), None, true));
        let living = json!({"resourceType": "Patient", "deceasedBoolean": false});
        assert!(!of(living).2);
    }
}
