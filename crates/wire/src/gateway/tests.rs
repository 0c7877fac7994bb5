//! The JSON is as promised, and nothing about a patient is printed.

use super::*;
use serde_json::json;

fn summary() -> MessageSummary {
    MessageSummary {
        message_id: "5f0c2c3e-6d0b-4c0e-9a57-3b1f6f0d7e21".to_owned(),
        kind: INSTANT.to_owned(),
        user_id: Some("dr-okafor".to_owned()),
        topic: "ConsultationSummary".to_owned(),
        to: "GPPRAC001".to_owned(),
        state: QUEUED.to_owned(),
        state_date_time: "2026-11-21T09:30:12Z".to_owned(),
        waits_for_earlier: false,
        entered_at: "2026-11-21T09:30:12Z".to_owned(),
        expiry_date_time: "2026-12-21T09:30:12Z".to_owned(),
        tries: 0,
        next_attempt_at: None,
        problem: None,
        accepted_at: None,
        status: None,
        sub_status: None,
        status_date_time: None,
        overdue_since: None,
    }
}

#[test]
fn a_message_is_one_flat_object_and_reads_back() {
    let message = Message {
        summary: summary(),
        nhs_number: "9547852140".to_owned(),
        files: Vec::new(),
        content_kept: true,
        attempts: Vec::new(),
        platform_status: None,
        looked_at: None,
        next_look_at: None,
        timeline: Vec::new(),
    };
    let value = serde_json::to_value(&message).unwrap();
    assert_eq!(value["messageId"], json!(message.summary.message_id));
    assert_eq!(value["contentKept"], json!(true));
    assert!(value.get("waitsForEarlier").is_none());
    assert!(serde_json::from_value::<Message>(value).unwrap() == message);
    assert!(!format!("{message:?}").contains("9547852140"));
}

#[test]
fn an_entry_needs_little_and_prints_nothing() {
    let text = r#"{"kind":"standard","topic":"T","to":"GPPRAC001","nhsNumber":"9547852140"}"#;
    let entry: MessageEntry = serde_json::from_str(text).unwrap();
    assert!(!format!("{entry:?}").contains("9547852140"));
    assert_eq!(
        serde_json::to_value(&entry).unwrap(),
        serde_json::from_str::<serde_json::Value>(text).unwrap()
    );
}

#[test]
fn a_patient_is_read_and_written_and_never_printed() {
    use super::patients::{ConfirmLink, LinkBegun, Patient, PatientList};
    let value = json!({
        "appUserId": "amy-7",
        "createdAt": "2026-11-21T09:29:40Z",
        "link": { "state": "linked", "publicId": "1d4a8b2d-f885-499f-ba51-50600312f316" },
        "demographics": {
            "lastName": "Testing",
            "nhsNumber": "9547852140",
            "nationalIds": [{ "name": "NHS number", "value": "9547852140", "countryCodes": ["GB-ENG"] }],
            "address": { "lines": ["1 Test Street"], "postcode": "AA1 1AA" },
            "readAt": "2026-11-21T09:31:02Z"
        }
    });
    let patient: Patient = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(serde_json::to_value(&patient).unwrap(), value);
    let begun = LinkBegun {
        grant_url: "https://pkb.example/?state=s3cret".to_owned(),
        expires_at: "2026-11-21T09:40:12Z".to_owned(),
    };
    let confirm = ConfirmLink {
        result: "s3cret".to_owned(),
    };
    let event = EventData {
        app_user_id: Some("amy-7".to_owned()),
        reason: Some("session-over".to_owned()),
        ..EventData::default()
    };
    let demographics = patient.demographics.clone().unwrap();
    let (ids, address) = (&demographics.national_ids, &demographics.address);
    let list = PatientList {
        patients: vec![patient.clone()],
        next: None,
    };
    let printed = format!(
        "{patient:?} {:?} {demographics:?} {ids:?} {address:?} {list:?} {begun:?} {confirm:?} {event:?}",
        patient.link
    );
    for secret in ["amy", "Test", "9547852140", "1d4a", "AA1", "s3cret"] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
    assert!(printed.contains("session-over"));
}
