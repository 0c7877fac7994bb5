//! What a product is told of a link, from its beginning to its end.

use crate::pkb::fake::{AMY, Fake};
use crate::pkb::setting::{Setting, confirm, grant_url, patient, result};
use axum::http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;

#[tokio::test]
async fn a_patient_approves_is_confirmed_and_known_until_the_link_ends() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    let product = &running.product;
    let (callback, _) = setting.begin(&running, "p-1", AMY).await;
    let back = result(&setting.back(&running, &callback).await).unwrap();
    let waiting = patient(product, "p-1").await;
    assert_eq!(waiting["link"], json!({ "state": "pending" }));
    assert!(waiting.get("demographics").is_none());

    setting.world.pass(SignedDuration::from_secs(5));
    let linked = confirm(product, "p-1", &back).await;
    assert_eq!(linked.status, StatusCode::OK, "{}", linked.text);
    assert_eq!(linked.header(axum::http::header::CACHE_CONTROL), "no-store");
    let told = linked.json();
    let record = AMY.reference.strip_prefix("Patient/").unwrap();
    assert_eq!(
        told["link"],
        json!({
            "state": "linked", "publicId": record, "since": "2026-11-21T12:00:05Z",
            "linkedAt": "2026-11-21T12:00:05Z", "authorisedAt": "2026-11-21T12:00:05Z"
        })
    );
    let number =
        json!({ "name": "NHS number", "value": AMY.nhs_number, "countryCodes": ["GB-ENG"] });
    assert_eq!(
        told["demographics"],
        json!({
            "firstName": AMY.name, "lastName": "Featherstonehaugh", "dateOfBirth": "1980-01-31", "gender": "F",
            "nhsNumber": AMY.nhs_number, "nationalIds": [number],
            "address": { "lines": ["1 Canary Street"], "postcode": "AA1 1AA", "country": "GB-ENG" },
            "email": "amaryllis@example.com", "readAt": "2026-11-21T12:00:00Z"
        })
    );
    assert_eq!(patient(product, "p-1").await, told);
    // A list tells no demographics.
    let list = product.get("/v1/patients?state=linked").await;
    assert!(list.text.contains(record) && !list.text.contains(AMY.name));

    setting.world.pass(SignedDuration::from_secs(5));
    let again = product
        .post("/v1/patients/p-1/link/refresh-details", None)
        .await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.text);
    assert_eq!(
        again.json()["demographics"]["readAt"],
        "2026-11-21T12:00:10Z"
    );

    let ended = product.delete("/v1/patients/p-1/link").await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    let seen = patient(product, "p-1").await;
    let link = json!({ "state": "unlinked", "since": "2026-11-21T12:00:10Z" });
    assert_eq!((&seen["link"], seen.get("demographics")), (&link, None));
    running.stop().await;
}

#[tokio::test]
async fn who_comes_back_without_approving_brings_an_error_and_no_link() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    let product = &running.product;
    for (error, told) in [
        ("access_denied", "access_denied"),
        ("server_error", "failed"),
    ] {
        let callback = Fake::refuse(&grant_url(product, "p-1").await, error);
        let back = result(&setting.back(&running, &callback).await);
        assert_eq!(back, Err(told.to_owned()));
    }
    assert_eq!(
        patient(product, "p-1").await["link"],
        json!({ "state": "none" })
    );
    running.stop().await;
}

#[tokio::test]
async fn refusals_of_a_link_say_why_in_words() {
    let setting = Setting::new().await;
    let running = setting.start().await;
    let product = &running.product;
    setting.link(&running, "p-1", AMY).await;
    let (callback, _) = setting.begin(&running, "p-2", AMY).await;
    let back = result(&setting.back(&running, &callback).await).unwrap();
    let refused = confirm(product, "p-2", &back).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    let told = refused.json();
    let kind = told["type"].as_str().unwrap();
    assert!(kind.ends_with("/problems/link-refused"), "{kind}");
    assert!(told["detail"].as_str().unwrap().contains("another account"));
    running.stop().await;
}
