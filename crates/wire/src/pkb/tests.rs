//! The shapes against what PKB documents.

use super::stu3::{OperationOutcome, Parameters, Patient};
use super::*;
use serde_json::{Value, json};

/// Every documented member of the sample with its documented type, values made up.
fn sample() -> Value {
    json!({
        "id": "1234567", "userType": null,
        "heightCm": "170", "heightFeet": "5", "heightInches": "7", "heightInchesTotal": "67",
        "weightKg": "70", "weightLbs": "154.3",
        "title": "Ms.", "firstName": "Test", "lastName": "Patient",
        "dob": "1980-01-31", "dateDeceased": null,
        "genderMF": "f", "gender": "F",
        "email": "test@example.com", "phone": "",
        "address1": "1 Test Street", "address2": "", "city": "Testtown", "state": "COUNTY",
        "postalCode": "AA1 1AA", "country": "GB-ENG",
        "jobTitle": null, "organizationName": null, "teamName": null,
        "nationalIds": [{"value": "9547852140", "name": "NHS number", "countryCodes": ["GB-ENG", "GB-WLS"]}],
        "orgLevelIds": null, "teamLevelIds": null,
        "contacts": [{"id": "7654321", "contactType": "EMAIL", "contactValue": "test@example.com",
                      "phoneUseType": null, "primary": true, "confirmed": true}],
        "patient": true
    })
}

#[test]
fn the_documented_user_comes_back_with_every_member_in_its_order_and_type() {
    let user: UsersSelf = serde_json::from_value(sample()).unwrap();
    assert_eq!(user.nhs_number(), Some("9547852140"));
    assert_eq!(
        serde_json::to_string(&user).unwrap(),
        sample().to_string(),
        "members, their order and their types"
    );
}

#[test]
fn a_user_is_read_though_members_are_missing_null_or_numbers() {
    let user: UsersSelf =
        serde_json::from_str(r#"{"id":1234567,"heightCm":170.5,"patient":null,"contacts":null}"#)
            .unwrap();
    assert_eq!((user.id.as_str(), user.patient), ("1234567", false));
    assert_eq!(user.height_cm.as_deref(), Some("170.5"));
    assert_eq!(user.nhs_number(), None);
    // An unknown user still has every member.
    let written = serde_json::to_value(UsersSelf::default()).unwrap();
    let names =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(names(&written), names(&sample()));
}

#[test]
fn one_odd_member_costs_no_other() {
    let user: UsersSelf = serde_json::from_value(json!({
        "firstName": "Test", "lastName": ["x"], "dob": {"a": 1}, "contacts": "x", "patient": "yes",
        "nationalIds": [null, 7, {"value": "9547852140", "name": "NHS number", "countryCodes": ["GB-ENG", null]}]
    }))
    .unwrap();
    assert_eq!(user.first_name.as_deref(), Some("Test"));
    assert_eq!(
        (user.last_name.as_deref(), user.dob.as_deref()),
        (None, None)
    );
    assert_eq!(user.nhs_number(), Some("9547852140"));
    assert!(user.contacts.is_none() && !user.patient);
    for codes in [json!("GB-ENG"), json!(null), json!([null])] {
        let id = json!({"value": "1", "name": "NHS number", "countryCodes": codes});
        let user: UsersSelf = serde_json::from_value(json!({"nationalIds": [id]})).unwrap();
        assert_eq!(user.national_ids.map(|ids| ids.len()), Some(1));
    }
}

#[test]
fn a_number_of_another_country_is_no_nhs_number() {
    let with = |name: &str, countries: &[&str]| {
        let id = json!({"value": "1", "name": name, "countryCodes": countries});
        let user: UsersSelf = serde_json::from_value(json!({"nationalIds": [id]})).unwrap();
        user.nhs_number().is_some()
    };
    assert!(with("NHS number", &["GB-WLS"]));
    assert!(with("NHS Number", &[]));
    assert!(!with("NHS number", &["GB-SCT"]));
    assert!(!with("CHI Number", &["GB-SCT"]));
}

#[test]
fn the_documented_token_answer_is_read_and_written() {
    let text = r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"Bearer","expires_in":600,"refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","scope":"PATIENT"}"#;
    let answer: TokenAnswer = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&answer).unwrap(), text);
    let last: TokenAnswer = serde_json::from_str(
        r#"{"access_token":"a","token_type":"bearer","expires_in":"1800","more":1}"#,
    )
    .unwrap();
    assert_eq!((last.expires_in, last.refresh_token), (1800, None));
    let short: TokenAnswer = serde_json::from_str(r#"{"access_token":"a"}"#).unwrap();
    assert_eq!(short.token_type, "Bearer");
    assert_eq!(short.expires_in, TokenAnswer::UNSAID);
    for odd in ["-1", "null", "\"soon\"", "[]", "1.5"] {
        let text = format!(r#"{{"access_token":"a","token_type":"Bearer","expires_in":{odd}}}"#);
        let answer: TokenAnswer = serde_json::from_str(&text).unwrap();
        assert_eq!(answer.expires_in, TokenAnswer::UNSAID, "{odd}");
        let text = text.replace("Bearer", "bearer");
        assert!(serde_json::from_str::<SystemToken>(&text).is_err(), "{odd}");
    }
}

#[test]
fn a_system_token_is_read_in_its_older_and_newer_form() {
    let old =
        r#"{"access_token":"a","token_type":"bearer","expires_in":600,"scope":"none","jti":"b"}"#;
    let token: SystemToken = serde_json::from_str(old).unwrap();
    assert_eq!(serde_json::to_string(&token).unwrap(), old);
    let new = r#"{"access_token":"a","token_type":"Bearer","expires_in":3599,"client_name":"c"}"#;
    let token: SystemToken = serde_json::from_str(new).unwrap();
    assert_eq!(token.client_name.as_deref(), Some("c"));
}

#[test]
fn every_response_code_is_read_as_it_is_written() {
    for code in ResponseCode::ALL {
        assert_eq!(ResponseCode::parse(code.as_str()), Some(code));
        let outcome = OperationOutcome::error("login", Some(code), "why");
        assert_eq!(outcome.response_code(), Some(code));
    }
    assert_eq!(ResponseCode::parse("acc_token_expired"), None);
    let outcome = OperationOutcome::error("not-found", None, "why");
    assert_eq!(outcome.response_code(), None);
    let foreign: OperationOutcome = serde_json::from_value(json!({
        "resourceType": "OperationOutcome",
        "issue": [{"details": {"coding": [{"system": "urn:other", "code": "ACC_TOKEN_EXPIRED"}]}}]
    }))
    .unwrap();
    assert_eq!(foreign.response_code(), None);
}

#[test]
fn the_documented_purview_is_read_and_written() {
    let text = r#"{"resourceType":"Parameters","parameter":[{"name":"purview","valueReference":{"reference":"Patient/1d4a8b2d-f885-499f-ba51-50600312f316"}}]}"#;
    let answer: Parameters = serde_json::from_str(text).unwrap();
    let reference = "Patient/1d4a8b2d-f885-499f-ba51-50600312f316";
    assert_eq!(answer.purview_reference(), Some(reference));
    assert_eq!(
        serde_json::to_string(&Parameters::purview(reference)).unwrap(),
        text
    );
    let mut two = answer.clone();
    two.parameter.extend(answer.parameter);
    assert_eq!(two.purview_reference(), None);
    assert!(serde_json::from_str::<Parameters>(r#"{"resourceType":"Bundle"}"#).is_err());
    assert_eq!(
        serde_json::to_string(&Parameters::new(Vec::new())).unwrap(),
        r#"{"resourceType":"Parameters"}"#
    );
}

#[test]
fn resources_come_back_with_every_member_in_its_order() {
    fn comes_back<T: serde::Serialize + serde::de::DeserializeOwned>(value: Value) {
        let read: T = serde_json::from_value(value.clone()).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), value.to_string());
    }
    comes_back::<Patient>(json!({
        "resourceType": "Patient", "id": "1",
        "extension": [{"url": stu3::SHARING_DISABLED, "valueBoolean": false}],
        "identifier": [{"system": NHS_NUMBER, "value": "9547852140"}],
        "name": [{"family": "Whitfield", "given": ["Margaret", "Anne"], "prefix": ["Mrs"]}],
        "telecom": [{"system": "email", "value": "test@example.com"}],
        "gender": "female", "birthDate": "1948-02-20",
        "deceasedBoolean": false,
        "address": [{"line": ["1 Test Street"], "city": "Testtown", "state": "COUNTY",
                     "postalCode": "AA1 1AA", "country": "GB-ENG"}]
    }));
    comes_back::<OperationOutcome>(json!({
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "expired",
                   "details": {"coding": [{"system": CODE_SYSTEM, "code": "ACC_TOKEN_EXPIRED"}]},
                   "diagnostics": "why"}]
    }));
    comes_back::<stu3::CapabilityStatement>(json!({
        "resourceType": "CapabilityStatement", "status": "active", "date": "2026-11-21",
        "kind": "instance", "software": {"name": "a", "version": "b"},
        "fhirVersion": "3.0.2", "acceptUnknown": "no", "format": ["application/fhir+json"],
        "rest": [{"mode": "server",
                  "resource": [{"type": "Patient", "interaction": [{"code": "read"}],
                                "searchParam": [{"name": "identifier", "type": "token", "documentation": "c"}]}],
                  "operation": [{"name": "purview",
                                 "definition": {"reference": "OperationDefinition/Consent-t-purview"}}]}]
    }));
    comes_back::<stu3::Bundle>(json!({
        "resourceType": "Bundle", "type": "searchset", "total": 1,
        "link": [{"relation": "self", "url": "http://a"}],
        "entry": [{"fullUrl": "http://a/1", "resource": {"resourceType": "Patient"},
                   "search": {"mode": "match"}}]
    }));
    comes_back::<RestError>(json!({"code": "ACC_TOKEN_EXPIRED", "message": "why"}));
    comes_back::<TokenError>(json!({"error": "invalid_grant", "error_description": "why"}));
}

#[test]
fn nothing_of_a_person_or_a_token_is_printed() {
    let user: UsersSelf = serde_json::from_value(sample()).unwrap();
    let contact = user.contacts.clone().unwrap();
    let ids = user.national_ids.clone().unwrap();
    let token: TokenAnswer = serde_json::from_str(
        r#"{"access_token":"2Yot","token_type":"Bearer","expires_in":1,"refresh_token":"2Yot"}"#,
    )
    .unwrap();
    let error = TokenError::new("invalid_grant", "2Yot");
    let patient: Patient = serde_json::from_value(json!({
        "resourceType": "Patient", "id": "2Yot", "address": [{"city": "Testtown"}]
    }))
    .unwrap();
    let printed = format!("{user:?} {contact:?} {ids:?} {token:?} {error:?} {patient:?}");
    for secret in ["Test", "9547852140", "2Yot", "1234567", "example"] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}
