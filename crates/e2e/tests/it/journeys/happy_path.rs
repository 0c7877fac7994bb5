//! From an access code to documents in the record, with real files.

use crate::world::message::{attachment, instant, small};
use crate::world::partner::history;
use crate::world::{PATIENT, World, message, samples};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use wire::partner::{Attachment, SendMessage};

#[tokio::test]
async fn real_files_notes_and_coded_data_reach_the_record_unchanged() {
    // Whatever is logged in this test, secrets and patients are not.
    let world = World::start_logging("trace").await;
    let token = world.token().await;
    let files = [
        (
            "application/pdf",
            "Dispense notification.pdf",
            samples::letter(),
        ),
        (
            "image/jpeg",
            "Rétina – œil gauche.jpg",
            samples::photograph(),
        ),
        ("text/plain", "Note from the counter.txt", samples::note()),
        (
            "text/vnd.qxlva.conneqt.consultation",
            "Consultation notes.txt",
            samples::consultation(),
        ),
    ];
    let attachments = files
        .iter()
        .map(|(kind, name, bytes)| attachment(kind, name, bytes));
    let mut message = instant(attachments.collect());
    message["body"] = json!({ "mimeType": "text/plain", "content": "Dispensed today: café ☕." });
    message["codedDataItems"] = json!([
        { "code": "407554009", "value": "@140@", "unit": "mmHg", "additionalText": "Sitting systolic" },
        { "code": "276885007", "value": "@37.50@", "units": "°C" },
        { "code": "271649006", "value": "@1.2e2@", "unit": "mmHg" },
        { "code": "248223005", "additionalText": "Feeling faint" },
    ]);
    let id = message::id(&message);
    // Numbers as a sender writes them: JSON knows 37.50, programs that read it as a number don't.
    let text = message.to_string().replace("\"@", "").replace("@\"", "");
    let answer = world.integrator.send_text(&token, text).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let endpoint = answer.json()["messageStatusEndpoint"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(endpoint, format!("/api/v1/messages/{id}/status"));

    let status = world
        .integrator
        .until(&id, "COMPLETED / Imported automatically")
        .await;
    assert_eq!(
        history(&status),
        [
            "PENDING / Awaiting instant import",
            "PENDING / Import in progress",
            "COMPLETED / Imported automatically",
        ]
    );
    assert_eq!(status["type"], "ToolbarInstantMessage");

    let filed = world.records.read(&id).await;
    assert_eq!(filed.len(), files.len());
    for (document, (kind, name, bytes)) in filed.iter().zip(&files) {
        assert_eq!(document.title(), *name);
        assert_eq!(
            Sha256::digest(&document.bytes),
            Sha256::digest(bytes),
            "{name}"
        );
        assert_eq!(document.bytes, *bytes, "{name}");
        let attached = &document.resource["content"][0]["attachment"];
        assert_eq!(attached["size"], bytes.len());
        let expected = match *kind {
            "text/plain" | "text/vnd.qxlva.conneqt.consultation" => "text/plain; charset=utf-8",
            other => other,
        };
        assert_eq!(document.content_type, expected, "{name}");
        let kind = &document.resource["type"]["coding"][0]["code"];
        let notes = if *name == "Consultation notes.txt" {
            "consultation-notes"
        } else {
            "document"
        };
        assert_eq!(kind, notes);
    }

    let observations = format!("Observation?patient={}", patient(&world).await);
    let text = world.records.search_text(&observations).await;
    for number in ["\"value\":140,", "\"value\":37.50,", "\"value\":1.2e2,"] {
        let dense = text.replace(": ", ":");
        assert!(dense.contains(number), "{number} is not in {text}");
    }
    let found = world.records.search(&observations).await;
    assert_eq!(found.len(), 4);
    let faint = found
        .iter()
        .find(|item| item["code"]["coding"][0]["code"] == "248223005")
        .unwrap();
    assert_eq!(faint["code"]["text"], "Feeling faint");
    assert!(faint.get("valueQuantity").is_none());
    let warm = found
        .iter()
        .find(|item| item["code"]["coding"][0]["code"] == "276885007")
        .unwrap();
    assert_eq!(warm["valueQuantity"]["unit"], "°C");
}

#[tokio::test]
async fn consultation_notes_can_be_searched_in_the_record() {
    let world = World::start().await;
    let token = world.token().await;
    let notes = attachment(
        "text/vnd.qxlva.conneqt.consultation",
        "Notes.txt",
        &samples::consultation(),
    );
    let id = world.integrator.sent(&token, &instant(vec![notes])).await;
    world
        .integrator
        .until(&id, "COMPLETED / Imported automatically")
        .await;
    let session = world.records.log_in("555000000102").await;
    let record = format!("/subjects/{}", patient(&world).await);
    let found = session.page(&format!("{record}?q=amlodipine")).await;
    assert!(found.contains("<mark>amlodipine</mark>"), "{found}");
    assert!(found.contains("1 of 1 note"), "{found}");
    let none = session.page(&format!("{record}?q=insulin")).await;
    assert!(none.contains("0 of 1 note"), "{none}");
}

#[tokio::test]
async fn the_sdk_takes_the_same_way() {
    let world = World::start().await;
    let partner = world.integrator.sdk();
    partner.test().await.unwrap();
    assert!(!partner.topics().await.unwrap().is_empty());
    let token = partner
        .exchange(&world.access_code().await)
        .await
        .unwrap()
        .token;
    world.watch.secret(&token);
    assert!(partner.verify(&token).await.unwrap());
    let mut message: SendMessage =
        serde_json::from_value(small("marker-of-the-sdk-journey")).unwrap();
    message.attachments = vec![Attachment {
        mime_type: "application/pdf".to_owned(),
        file_name: "Letter.pdf".to_owned(),
        content: STANDARD.encode(samples::letter()),
    }];
    let sent = partner.send_instant(&token, &message).await.unwrap();
    assert!(sent.message_status_endpoint.contains(&message.message_id));
    world
        .integrator
        .until(&message.message_id, "COMPLETED / Imported automatically")
        .await;
    let status = partner.status(&message.message_id).await.unwrap();
    assert_eq!(status.sub_status.as_deref(), Some("Imported automatically"));
    let filed = world.records.read(&message.message_id).await;
    assert_eq!(filed[0].bytes, samples::letter());
}

/// The record system's id of the sample patient.
pub(super) async fn patient(world: &World) -> String {
    let identifier = "identifier=https://fhir.nhs.uk/Id/nhs-number%7C";
    let found = world
        .records
        .search(&format!("Patient?{identifier}{PATIENT}"))
        .await;
    found[0]["id"].as_str().unwrap().to_owned()
}
