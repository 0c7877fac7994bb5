//! Good files, bad files, and what is said about them.

use super::super::patient::{Deceased, Gender};
use super::*;
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::json;

const TODAY: Date = date(2026, 11, 21);

fn good() -> Value {
    json!({"nhsNumber": "9547852140", "title": "Mrs", "givenNames": ["Margaret", "Anne"], "familyName": "Whitfield",
        "birthDate": "1948-02-20", "gender": "female",
        "address": {"lines": ["22 Weaversfield Road"], "city": "Leeds", "postcode": "LS3 1GG"}})
}

fn read_json(value: &Value) -> Result<Vec<Details>, Faults> {
    read(value.to_string().as_bytes(), TODAY)
}

fn reasons(patient: Value) -> Vec<String> {
    match read_json(&json!({ "patients": [patient] })) {
        Ok(_) => Vec::new(),
        Err(Faults::Entries {
            first: mut faults, ..
        }) => faults.remove(0).reasons,
        Err(Faults::File(text)) => vec![text],
    }
}

#[test]
fn the_shipped_file_is_good_and_as_varied_as_promised() {
    let Ok(patients) = read(crate::people::patients_json().as_bytes(), TODAY) else {
        panic!("faults")
    };
    assert_eq!(patients.len(), 50);
    assert!(
        patients
            .iter()
            .any(|p| p.nhs_number == crate::people::SAMPLE_NHS_NUMBER)
    );
    let in_test_range = patients
        .iter()
        .filter(|p| p.nhs_number.starts_with("999"))
        .count();
    assert_eq!(in_test_range, 49);
    let age = |p: &Details| super::super::times::age(p.birth_date, TODAY);
    assert_eq!(patients.iter().map(age).min(), Some(3));
    assert_eq!(patients.iter().map(age).max(), Some(97));
    assert_eq!(patients.iter().filter(|p| p.deceased.is_some()).count(), 1);
    let mut names: Vec<_> = patients.iter().map(|p| (&p.given, &p.family)).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 49, "exactly two have the same name");
    for patient in &patients {
        assert!(
            patient
                .email
                .as_ref()
                .is_none_or(|e| e.ends_with("@example.com"))
        );
    }
}

#[test]
fn each_single_fault_is_named() {
    let cases = [
        (
            "nhsNumber",
            json!("9547852141"),
            "nhsNumber fails the NHS number check digit (Modulus 11)",
        ),
        (
            "nhsNumber",
            json!("12345"),
            "nhsNumber must be 10 digits without spaces",
        ),
        (
            "nhsNumber",
            json!(9_547_852_140_u64),
            "nhsNumber must be a text in quotes",
        ),
        ("nhsNumber", Value::Null, "nhsNumber is missing"),
        ("title", json!(5), "title must be a text in quotes"),
        ("givenNames", json!([]), "givenNames is empty"),
        ("givenNames", json!("Ann"), "givenNames must be a list"),
        ("givenNames", json!(["Ann", ""]), "givenNames[1] is empty"),
        ("familyName", json!("  "), "familyName is empty"),
        (
            "familyName",
            json!("A\u{0}"),
            "familyName holds a control character",
        ),
        (
            "birthDate",
            json!("1948-02-30"),
            "birthDate must be a real date written like 1948-02-20",
        ),
        (
            "birthDate",
            json!("20/02/1948"),
            "birthDate must be a real date written like 1948-02-20",
        ),
        (
            "birthDate",
            json!("2026-11-22"),
            "birthDate is in the future",
        ),
        ("birthDate", json!("0948-02-20"), "birthDate is before 1850"),
        (
            "gender",
            json!("F"),
            "gender must be male, female, other or unknown",
        ),
        ("address", json!([]), "address must be an object in braces"),
        (
            "address",
            json!({"city": "Leeds", "postcode": "LS1 1AA"}),
            "address.lines is missing",
        ),
        ("phone", json!(113), "phone must be a text in quotes"),
        (
            "deceasedDate",
            json!("1940-01-01"),
            "deceasedDate is before the date of birth",
        ),
    ];
    assert!(reasons(good()).is_empty());
    for (member, value, reason) in cases {
        let mut patient = good();
        patient[member] = value;
        assert_eq!(reasons(patient), [reason]);
    }
}

#[test]
fn every_fault_of_every_entry_is_told_with_place_and_name() {
    let mut second = good();
    second["familyName"] = json!("Smith");
    let third = json!({"title": "Mr", "givenNames": ["Tom"], "familyName": "Jones"});
    let Err(Faults::Entries { first: faults, .. }) =
        read_json(&json!({ "patients": [good(), second, third, 7] }))
    else {
        panic!("taken");
    };
    assert_eq!(
        faults.iter().map(|f| f.number).collect::<Vec<_>>(),
        [2, 3, 4]
    );
    assert_eq!(faults[0].place, "patients[1]");
    assert_eq!(faults[0].name, "Mrs Margaret Smith");
    assert_eq!(
        faults[0].reasons,
        ["nhsNumber is the same as that of entry 1"]
    );
    assert_eq!(faults[1].name, "Mr Tom Jones");
    assert_eq!(
        faults[1].reasons,
        [
            "nhsNumber is missing",
            "birthDate is missing",
            "gender is missing",
            "address is missing"
        ]
    );
    assert_eq!(faults[2].reasons, ["the entry must be an object in braces"]);
}

#[test]
fn a_file_that_is_not_json_is_told_with_line_and_column() {
    let Err(Faults::File(text)) = read(b"{\n  \"patients\": [,]\n}", TODAY) else {
        panic!("taken")
    };
    assert_eq!(
        text,
        "The file is not JSON. It stops being JSON at line 2, column 16."
    );
    let Err(Faults::File(text)) = read(b"{\"patients\": [", TODAY) else {
        panic!("taken")
    };
    assert!(text.contains("ends too early"), "{text}");
    for (file, part) in [
        (&b" \n"[..], "is empty"),
        (b"[]", "no list named"),
        (b"{\"patients\":[]}", "holds no patients"),
    ] {
        let Err(Faults::File(text)) = read(file, TODAY) else {
            panic!("taken")
        };
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn a_byte_order_mark_and_spaces_in_the_number_do_no_harm() {
    let mut patient = good();
    patient["nhsNumber"] = json!("954 785 2140");
    let text = format!("\u{FEFF}{}", json!({ "patients": [patient] }));
    assert_eq!(
        read(text.as_bytes(), TODAY).ok().unwrap()[0].nhs_number,
        "9547852140"
    );
}

#[test]
fn a_fhir_bundle_is_taken_too() {
    let bundle = json!({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {
        "resourceType": "Patient",
        "identifier": [{"system": "urn:other", "value": "1"}, {"system": NHS, "value": "9547852140"}],
        "name": [{"use": "old", "family": "Before", "given": ["M"]}, {"use": "official", "family": "Whitfield",
            "given": ["Margaret"], "prefix": ["Mrs"]}],
        "birthDate": "1948-02-20", "gender": "female", "deceasedDateTime": "2026-01-02T03:04:05Z",
        "telecom": [{"system": "phone", "value": "07700 900174"}],
        "address": [{"line": ["22 Weaversfield Road"], "city": "Leeds", "postalCode": "LS3 1GG"}]}}]});
    let patients = read_json(&bundle).ok().unwrap();
    assert_eq!(patients[0].family, "Whitfield");
    assert_eq!(patients[0].phone.as_deref(), Some("07700 900174"));
    assert!(patients[0].gender == Gender::Female);
    assert!(patients[0].deceased == Some(Deceased::On(date(2026, 1, 2))));
}

#[test]
fn a_bundle_of_something_else_is_told() {
    let bundle = json!({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Observation"}},
        {"resource": {"resourceType": "Patient", "name": [{"family": "Whitfield"}]}}]});
    let Err(Faults::Entries { first: faults, .. }) = read_json(&bundle) else {
        panic!("taken")
    };
    assert_eq!(faults[0].reasons, ["resource is no Patient"]);
    assert_eq!(faults[1].place, "entry[1]");
    assert!(
        faults[1]
            .reasons
            .contains(&"identifier of the NHS number is missing".to_owned())
    );
}

#[test]
fn a_file_of_nothing_but_faults_is_told_in_short() {
    let file = |count: usize| format!("{{\"patients\":[{}]}}", vec!["0"; count].join(","));
    let Err(Faults::Entries { first, more }) = read(file(MOST_ENTRIES).as_bytes(), TODAY) else {
        panic!("taken")
    };
    assert_eq!(
        (first.len(), more),
        (MOST_FAULTS, MOST_ENTRIES - MOST_FAULTS)
    );
    let Err(Faults::File(text)) = read(file(MOST_ENTRIES + 1).as_bytes(), TODAY) else {
        panic!("taken")
    };
    assert!(text.contains("more than 50,000 entries"), "{text}");
}

#[test]
fn an_entry_that_is_too_much_is_a_fault_of_its_own() {
    let mut patient = good();
    patient["photo"] = json!("x".repeat(MAX_ENTRY_BYTES));
    assert_eq!(reasons(patient), ["the entry is larger than 1 MB"]);
    let mut patient = good();
    patient["givenNames"] = json!(vec!["x"; 51]);
    assert_eq!(reasons(patient), ["givenNames has more than 50 items"]);
    let Err(Faults::Entries { first, .. }) = read(b"{\"patients\":[1e999]}", TODAY) else {
        panic!("taken")
    };
    assert!(first[0].reasons[0].contains("be read"));
}

const NHS: &str = wire::fhir_r4::NHS_NUMBER;

proptest! {
    #[test]
    fn no_bytes_make_it_fall_over(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes, TODAY);
    }

    #[test]
    fn any_value_in_any_member_is_taken_or_told(member in "nhsNumber|title|givenNames|familyName|birthDate|gender|address|phone|email|deceasedDate",
        value in prop_oneof![Just(json!(null)), Just(json!(1)), Just(json!([[]])), Just(json!({"lines": 1})), ".{0,12}".prop_map(|t| json!(t))]) {
        let mut patient = good();
        patient[&member] = value;
        for reason in reasons(patient) {
            prop_assert!(reason.contains(&member), "{reason}");
        }
    }
}
