//! The bundle that goes out, read back as any FHIR server would.

use super::*;
use crate::record_system::ImportAttachment;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jiff::Timestamp;
use model::attachment::Kind;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::practice::CodedItem;

fn message(attachments: Vec<(Kind, &str, Vec<u8>)>, coded_data: Vec<CodedItem>) -> ImportMessage {
    ImportMessage {
        client_system_id: "client".to_owned(),
        message_id: "message".to_owned(),
        sender: "Ward \"7\" letters".to_owned(),
        topic: "Discharge".to_owned(),
        received_at: "2026-11-21T09:00:00Z".to_owned(),
        filed_at: Timestamp::from_second(1_800_000_000).unwrap(),
        patient_id: "p1".to_owned(),
        nhs_number: "9547852140".to_owned(),
        body: None,
        attachments: attachments
            .into_iter()
            .map(|(kind, name, bytes)| ImportAttachment {
                kind,
                file_name: name.to_owned(),
                bytes: Bytes::from(bytes),
            })
            .collect(),
        coded_data,
    }
}

fn sent(message: &ImportMessage) -> Value {
    let marks = Uuid::from_u128(77);
    let mut next = 0;
    let urns = || {
        next += 1;
        Uuid::from_u128(next)
    };
    let skeleton = bundle::skeleton(message, marks, urns).unwrap();
    let (bytes, length) = body::whole(&skeleton, marks, message);
    assert_eq!(bytes.len() as u64, length);
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn a_file_becomes_a_binary_and_a_document_that_refers_to_it() {
    let bundle = sent(&message(
        vec![(Kind::Pdf, "a \"b\".pdf", b"%PDF-1.7".to_vec())],
        vec![],
    ));
    assert_eq!(bundle["type"], "transaction");
    let binary = &bundle["entry"][0];
    assert_eq!(binary["resource"]["contentType"], "application/pdf");
    assert_eq!(binary["resource"]["data"], STANDARD.encode(b"%PDF-1.7"));
    assert_eq!(
        binary["request"],
        json!({"method": "POST", "url": "Binary"})
    );
    let document = &bundle["entry"][1];
    assert_eq!(
        document["request"]["ifNoneExist"],
        "identifier=urn:x-baton:message-part|client/message/attachment/0"
    );
    let resource = &document["resource"];
    assert_eq!(
        resource["identifier"],
        json!([
            {"system": "urn:x-baton:message-part", "value": "client/message/attachment/0"},
            {"system": "urn:x-baton:message-id", "value": "message"},
        ])
    );
    assert_eq!(resource["type"]["coding"][0]["code"], "document");
    assert_eq!(resource["subject"]["reference"], "Patient/p1");
    assert_eq!(resource["author"][0]["display"], "Ward \"7\" letters");
    let attachment = &resource["content"][0]["attachment"];
    assert_eq!(attachment["url"], binary["fullUrl"]);
    assert_eq!(attachment["title"], "a \"b\".pdf");
    assert_eq!(attachment["size"], 8);
    assert_eq!(
        STANDARD
            .decode(attachment["hash"].as_str().unwrap())
            .unwrap()
            .len(),
        20
    );
}

#[test]
fn notes_are_text_of_their_own_kind() {
    let notes = (Kind::ConsultationNotes, "n.txt", "Größe".into());
    let bundle = sent(&message(vec![notes], vec![]));
    let resource = &bundle["entry"][1]["resource"];
    assert_eq!(resource["type"]["coding"][0]["code"], "consultation-notes");
    assert_eq!(
        resource["content"][0]["attachment"]["contentType"],
        "text/plain; charset=utf-8"
    );
}

#[test]
fn a_value_stays_as_it_was_written() {
    let item = CodedItem {
        code: "27113001".to_owned(),
        value: Some("72.50".to_owned()),
        unit: Some("kg".to_owned()),
        additional_text: Some("Body weight".to_owned()),
    };
    let message = message(vec![(Kind::Text, "a.txt", b"x".to_vec())], vec![item]);
    let marks = Uuid::from_u128(1);
    let skeleton = bundle::skeleton(&message, marks, || Uuid::from_u128(2)).unwrap();
    assert!(skeleton.contains(r#""value":72.50"#), "{skeleton}");
    let bundle = sent(&message);
    let observation = &bundle["entry"][2];
    assert_eq!(
        observation["request"]["ifNoneExist"],
        "identifier=urn:x-baton:message-part|client/message/coded/0"
    );
    assert_eq!(observation["resource"]["code"]["text"], "Body weight");
    assert_eq!(observation["resource"]["valueQuantity"]["unit"], "kg");
    assert_eq!(observation["resource"]["status"], "final");
}

#[test]
fn a_message_without_a_value_has_no_quantity() {
    let item = CodedItem {
        code: "27113001".to_owned(),
        value: None,
        unit: None,
        additional_text: None,
    };
    let bundle = sent(&message(vec![], vec![item]));
    assert!(
        bundle["entry"][0]["resource"]
            .get("valueQuantity")
            .is_none()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_bytes_arrive_as_they_were(lengths in proptest::collection::vec(0_usize..150_000, 1..4)) {
        let files: Vec<_> = lengths
            .iter()
            .map(|length| (Kind::Jpeg, "x.jpg", (0..*length).map(|i| u8::try_from(i % 251).unwrap()).collect::<Vec<_>>()))
            .collect();
        let bundle = sent(&message(files.clone(), vec![]));
        for (place, (_, _, bytes)) in files.iter().enumerate() {
            let data = bundle["entry"][place * 2]["resource"]["data"].as_str().unwrap();
            prop_assert_eq!(&STANDARD.decode(data).unwrap(), bytes);
        }
    }
}
