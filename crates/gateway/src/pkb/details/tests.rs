//! What is kept of PKB's answer.

use super::*;
use serde_json::{Value, json};

fn kept(said: Value) -> Details {
    let said: UsersSelf = serde_json::from_value(said).unwrap();
    open(&text(said).unwrap(), Timestamp::UNIX_EPOCH).unwrap()
}

fn with_id(name: &str, value: &str, codes: Value) -> Details {
    kept(json!({"nationalIds": [{"name": name, "value": value, "countryCodes": codes}]}))
}

#[test]
fn the_documented_answer_is_kept() {
    let details = kept(json!({
        "id": "1234567", "title": "Ms.", "firstName": " Test ", "lastName": "Patient",
        "dob": "1980-01-31", "genderMF": "f", "gender": "F",
        "email": "test@example.com", "phone": "",
        "address1": "1 Test Street", "address2": "", "city": "Testtown", "state": "COUNTY",
        "postalCode": "AA1 1AA", "country": "GB-ENG", "orgLevelIds": null,
        "nationalIds": [{"value": "9547852140", "name": "NHS number", "countryCodes": ["GB-ENG", "GB-WLS"]}],
        "patient": true,
    }));
    assert_eq!(details.first_name.as_deref(), Some("Test"));
    assert_eq!(details.date_of_birth.as_deref(), Some("1980-01-31"));
    assert_eq!(details.gender.as_deref(), Some("F"));
    assert_eq!(details.phone, None);
    assert_eq!(details.address_lines, ["1 Test Street"]);
    assert_eq!(details.county.as_deref(), Some("COUNTY"));
    assert_eq!(details.nhs_number.unwrap().spaced(), "954 785 2140");
    assert_eq!(details.national_ids.len(), 1);
}

#[test]
fn a_number_counts_as_an_nhs_number_only_if_it_is_one_of_england_or_wales() {
    assert!(
        with_id("NHS number", "9547852140", json!(["GB-WLS"]))
            .nhs_number
            .is_some()
    );
    for (name, value, codes) in [
        ("NHS number", "9547852141", json!(["GB-ENG"])),
        ("NHS number", "9547852140", json!(["GB-SCT"])),
        ("NHS number", "9547852140", json!(null)),
        ("CHI Number", "9547852140", json!(["GB-ENG"])),
        ("NHS number", "954 785 2140", json!(["GB-ENG"])),
    ] {
        let details = with_id(name, value, codes);
        assert_eq!(details.nhs_number, None, "{name} {value}");
        assert_eq!(details.national_ids.len(), 1);
    }
}

#[test]
fn an_answer_that_speaks_of_nobody_is_none() {
    for said in [
        json!({}),
        json!({"id": "7", "firstName": " ", "nationalIds": []}),
    ] {
        let said: UsersSelf = serde_json::from_value(said).unwrap();
        assert!(text(said).is_none());
    }
}

#[test]
fn a_patient_without_numbers_or_an_address_has_details_too() {
    let details = kept(json!({"lastName": "Patient", "nationalIds": null, "address1": null}));
    assert!(details.national_ids.is_empty() && details.address_lines.is_empty());
    assert_eq!(details.nhs_number, None);
}

#[test]
fn details_print_nothing() {
    let details = with_id("NHS number", "9547852140", json!(["GB-ENG"]));
    assert_eq!(
        format!("{details:?} {:?}", details.national_ids),
        "Details(…) [NationalId(…)]"
    );
}
