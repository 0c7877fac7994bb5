//! Adding, listing, deleting and testing endpoints.

use super::desk::{Desk, Told};
use super::endpoint::Endpoint;
use serde_json::{Value, json};

#[tokio::test]
async fn an_endpoint_is_added_tested_and_deleted() {
    let (desk, endpoint) = (Desk::new().await, Endpoint::new().await);
    let asked = json!({
        "url": endpoint.url(),
        "events": ["message.accepted", "message.refused", "message.accepted"],
        "description": " Orders ",
    });
    let answer = desk.open("POST", "/v1/webhooks", asked).await;
    assert_eq!(answer.status().as_u16(), 201);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let path = answer.headers()["location"].to_str().unwrap().to_owned();
    let bytes = axum::body::to_bytes(answer.into_body(), 10_000)
        .await
        .unwrap();
    let mut added: Value = serde_json::from_slice(&bytes).unwrap();
    let secret = added.as_object_mut().unwrap().remove("secret").unwrap();
    assert!(secret.as_str().unwrap().starts_with("whsec_"));
    assert_eq!(
        path,
        format!("/v1/webhooks/{}", added["webhookId"].as_str().unwrap())
    );
    assert_eq!(
        added["events"],
        json!(["message.accepted", "message.refused"])
    );
    assert_eq!(added["description"], "Orders");
    assert_eq!(added["state"], "enabled");
    // From then on nobody is shown the secret.
    assert_eq!(desk.get(&path).await, added);
    assert_eq!(desk.get("/v1/webhooks").await, json!({"webhooks": [added]}));

    let told = Told {
        id: added["webhookId"].as_str().unwrap().to_owned(),
        secret: secret.as_str().unwrap().to_owned(),
    };
    desk.test(&told).await;
    let delivered = desk
        .delivery_once(&told, |newest| newest["state"] == "delivered")
        .await;
    assert_eq!(delivered["tries"], 1);
    assert_eq!(delivered["event"]["type"], "webhook.test");
    assert_eq!(delivered["lastAnswer"]["status"], 204);
    assert_eq!(desk.webhook(&told).await["lastAnswer"]["status"], 204);
    let post = endpoint.after(1).await.remove(0);
    assert!(post.is_signed_with(&told.secret));
    assert_eq!(post.header("webhook-id"), delivered["eventId"]);
    assert_eq!(post.header("content-type"), "application/json");
    assert_eq!(post.json(), delivered["event"]);

    assert_eq!(desk.call("DELETE", &path, Value::Null).await.0, 204);
    for (method, path) in [
        ("GET", path.clone()),
        ("DELETE", path.clone()),
        ("POST", format!("{path}/test")),
        ("POST", format!("{path}/enable")),
        ("POST", format!("{path}/rotate-secret")),
        ("GET", format!("{path}/deliveries")),
        ("GET", "/v1/webhooks/nobody".to_owned()),
    ] {
        let (status, problem) = desk.call(method, &path, Value::Null).await;
        assert_eq!(status, 404, "{method} {path} {problem}");
    }
}

#[tokio::test]
async fn an_endpoint_hears_of_what_it_wants_and_of_no_more() {
    let desk = Desk::new().await;
    let (all, some) = (Endpoint::new().await, Endpoint::new().await);
    desk.add(&all.url()).await;
    let asked = json!({"url": some.url(), "events": ["message.accepted"]});
    assert_eq!(desk.call("POST", "/v1/webhooks", asked).await.0, 201);
    desk.happen("dr-okafor").await;
    let post = all.after(1).await.remove(0);
    assert_eq!(post.json()["type"], "user.forgotten");
    assert_eq!(post.json()["data"], json!({"userId": "dr-okafor"}));
    desk.pause().await;
    assert!(some.posts().is_empty());
    assert_eq!(all.posts().len(), 1);
}

#[tokio::test]
async fn all_that_is_wrong_with_an_endpoint_is_told_at_once() {
    let desk = Desk::new().await;
    let asked = json!({
        "url": "https://me:secret@hooks.example.org/",
        "events": ["message.accepted", "message.eaten", "x"],
        "description": "a\u{7}b",
    });
    let (status, problem) = desk.call("POST", "/v1/webhooks", asked).await;
    assert_eq!(status, 400);
    let faults = problem["invalidParameters"].as_array().unwrap();
    let names: Vec<&str> = faults
        .iter()
        .map(|fault| fault["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["url", "events[1]", "events[2]", "description"]);
    assert!(!problem.to_string().contains("secret"));
    for (bad, name) in [
        (json!({}), "url"),
        (json!({"url": 7}), "url"),
        (json!({"url": "https://a.example", "events": "x"}), "events"),
        (json!([]), "$"),
    ] {
        let (status, problem) = desk.call("POST", "/v1/webhooks", bad).await;
        assert_eq!(status, 400, "{problem}");
        let faults = &problem["invalidParameters"];
        assert_eq!(faults[0]["name"], name, "{problem}");
    }
    let (status, problem) = desk.call("POST", "/v1/webhooks", Value::Null).await;
    assert_eq!(status, 415, "{problem}");
    assert_eq!(desk.get("/v1/webhooks").await, json!({"webhooks": []}));
}

#[tokio::test]
async fn nobody_without_a_key_sees_or_changes_anything() {
    let desk = Desk::new().await;
    let one = "/v1/webhooks/0190d6b0-0000-7000-8000-000000000000";
    for (method, path) in [
        ("GET", "/v1/webhooks"),
        ("POST", "/v1/webhooks"),
        ("GET", one),
        ("DELETE", one),
        ("POST", &format!("{one}/test")),
        ("POST", &format!("{one}/rotate-secret")),
        ("POST", &format!("{one}/enable")),
        ("GET", &format!("{one}/deliveries")),
        ("GET", "/v1/events"),
    ] {
        let status = desk.call_unknown(method, path).await;
        assert_eq!(status.as_u16(), 401, "{method} {path}");
    }
}

#[tokio::test]
async fn there_is_room_for_a_hundred_endpoints() {
    let desk = Desk::new().await;
    for _ in 0..100 {
        desk.add("https://hooks.example.org/").await;
    }
    let asked = json!({"url": "https://hooks.example.org/"});
    let (status, problem) = desk.call("POST", "/v1/webhooks", asked).await;
    assert_eq!(status, 409, "{problem}");
    assert!(
        problem["type"]
            .as_str()
            .unwrap()
            .ends_with("/problems/wrong-state")
    );
}
