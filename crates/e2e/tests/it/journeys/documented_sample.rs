//! The request that the service's public page shows, word for word (contract A.5).

use crate::world::{World, message, samples};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

const SAMPLE: &str = include_str!("documented_sample.json");

#[tokio::test]
async fn the_documented_request_has_two_faults_and_passes_without_them() {
    let world = World::start().await;
    let token = world.token().await;
    let mut message: Value = serde_json::from_str(SAMPLE).unwrap();
    let id = message::id(&message);

    let refused = world.integrator.send_text(&token, SAMPLE.to_owned()).await;
    assert_eq!(refused.status, 400);
    assert_eq!(
        refused.faults(),
        ["attachments[0].fileName", "attachments[0].content"]
    );
    let problem = refused.json();
    for fault in problem["invalidParameters"].as_array().unwrap() {
        assert!(fault.get("value").is_none(), "{fault}");
    }
    // Nothing of it was kept.
    let unknown = world
        .integrator
        .get(&format!("/api/v1/messages/{id}/status"))
        .await;
    assert_eq!(
        (unknown.status, unknown.problem().as_str()),
        (404, "not-found")
    );

    message["attachments"][0]["fileName"] = json!("Dispense Notification.pdf");
    message["attachments"][0]["content"] = json!(STANDARD.encode(samples::letter()));
    let id = world.integrator.sent(&token, &message).await;
    world
        .integrator
        .until(&id, "COMPLETED / Imported automatically")
        .await;
    let filed = world.records.read(&id).await;
    assert_eq!(filed.len(), 1);
    assert_eq!(filed[0].bytes, samples::letter());
    let patient = super::happy_path::patient(&world).await;
    let coded = world
        .records
        .search(&format!("Observation?patient={patient}"))
        .await;
    let quantity = |code: &str| {
        let item = coded
            .iter()
            .find(|item| item["code"]["coding"][0]["code"] == code);
        item.unwrap()["valueQuantity"].clone()
    };
    assert_eq!(
        quantity("407554009"),
        json!({ "value": 140, "unit": "mmHg" })
    );
    assert_eq!(
        quantity("407555005"),
        json!({ "value": 80, "unit": "mmHg" })
    );
}
