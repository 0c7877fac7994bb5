//! The file of people, against itself and against the Test PAS.

use super::*;
use model::NhsNumber;
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn everybody_is_somebody_else() {
    let people = everyone();
    assert!(people.len() >= 12);
    let mut seen = BTreeSet::new();
    for person in people {
        let id = uuid::Uuid::parse_str(&person.public_id).unwrap();
        assert_eq!(id.to_string(), person.public_id);
        assert!(person.id.bytes().all(|b| b.is_ascii_digit()));
        assert!(person.email.ends_with("@example.com"));
        assert!(matches!(person.gender.as_str(), "M" | "F" | "U" | "I"));
        for unique in [
            &person.public_id,
            &person.id,
            &person.email,
            &person.password,
        ] {
            assert!(seen.insert(unique), "{unique} twice");
        }
        for id in &person.national_ids {
            // CHI numbers check as NHS numbers do.
            assert!(NhsNumber::parse(&id.value).is_ok());
            assert!(seen.insert(&id.value));
        }
    }
    let special = |what: &str| people.iter().filter(|p| p.note() == what).count();
    assert_eq!(special("Access frozen"), 1);
    assert_eq!(special("Has no national number"), 1);
    assert_eq!(special("A professional, not a patient"), 1);
    assert_eq!(special("Sex recorded as indeterminate"), 1);
    assert!(by_nhs_number("9547852140").is_some());
}

#[test]
fn whom_the_test_pas_knows_is_the_same_person_there() {
    let pas: Value = serde_json::from_str(crate::people::patients_json()).unwrap();
    let pas = pas["patients"].as_array().unwrap();
    let mut shared = 0;
    for person in everyone() {
        let Some(number) = person.nhs_number() else {
            continue;
        };
        let there = pas.iter().find(|p| p["nhsNumber"] == number).unwrap();
        shared += 1;
        let mut given = vec![Some(person.first_name.as_str())];
        given.extend(person.middle_name.iter().map(|name| Some(name.as_str())));
        let theirs = |list: &Value| -> Vec<Option<String>> {
            let list = list.as_array().unwrap();
            list.iter().map(|v| v.as_str().map(str::to_owned)).collect()
        };
        let owned = |list: &[Option<&str>]| -> Vec<Option<String>> {
            list.iter().map(|v| v.map(str::to_owned)).collect()
        };
        assert_eq!(theirs(&there["givenNames"]), owned(&given));
        assert_eq!(there["familyName"], *person.last_name);
        assert_eq!(there["title"], *person.title);
        assert_eq!(there["birthDate"], *person.dob);
        assert_eq!(
            there["deceasedDate"].as_str(),
            person.date_deceased.as_deref()
        );
        let gender = match person.gender.as_str() {
            "M" => "male",
            "F" => "female",
            "I" => "other",
            _ => "unknown",
        };
        assert_eq!(there["gender"], gender);
        let address = &there["address"];
        let mut lines = vec![Some(person.address1.as_str())];
        lines.extend((!person.address2.is_empty()).then_some(Some(person.address2.as_str())));
        assert_eq!(theirs(&address["lines"]), owned(&lines));
        assert_eq!(address["city"], *person.city);
        assert_eq!(address["postcode"], *person.postal_code);
        let email = there["email"].as_str();
        assert!(email.is_none_or(|email| email == person.email));
    }
    assert!(shared >= 12, "{shared}");
}

#[test]
fn height_and_weight_are_told_as_in_the_documented_sample() {
    let person = everyone()
        .iter()
        .find(|p| p.height_cm == Some(170) && p.weight_kg == Some(70))
        .unwrap();
    let told = person.users_self();
    let text = |text: &Option<String>| text.clone().unwrap();
    assert_eq!(text(&told.height_feet), "5");
    assert_eq!(text(&told.height_inches), "7");
    assert_eq!(text(&told.height_inches_total), "67");
    assert_eq!(text(&told.weight_lbs), "154.3");
}

#[test]
fn an_account_is_found_however_its_address_is_typed() {
    let found = by_email("  Margaret.Whitfield@Example.com ").unwrap();
    assert_eq!(found.display_name(), "Mrs Margaret Whitfield");
    assert!(by_email("nobody@example.com").is_none());
    let id = found.public_id.to_uppercase();
    assert_eq!(by_public_id(&id).unwrap().email, found.email);
}
