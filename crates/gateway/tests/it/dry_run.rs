//! `dryRun=true`: what would happen is told, a picture is drawn, and nothing is kept.

use crate::entering::{file, left, message, product, with};
use crate::fake::Fault;
use crate::world::World;
use axum::http::StatusCode;
use model::gateway_user::Authorisation;
use serde_json::{Value, json};

const DRY: &str = "/v1/messages?dryRun=true";

fn instant() -> Value {
    let instant = with(message(), "kind", json!("instant"));
    with(instant, "userId", json!("dr-okafor"))
}

#[tokio::test]
async fn a_good_message_is_shown_as_the_practice_will_see_it() {
    let world = World::new().await;
    let node = world.start();
    let product = product(&world, &node).await;
    let mut asked = message();
    asked["codedDataItems"] =
        json!([{ "code": "407554009", "value": 140, "unit": "mmHg", "additionalText": "sitting" }]);
    asked["files"] = json!([file("Letter & more.txt", &[b'x'; 2048])]);
    let answer = product.post(DRY, Some(asked)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let told = answer.json();
    assert_eq!(told["acceptable"], json!(true), "{}", answer.text);
    assert_eq!(told["warnings"], json!([]));
    assert_eq!(told["preview"]["mediaType"], "image/svg+xml");
    let picture = told["preview"]["content"].as_str().unwrap();
    assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>"));
    for part in [
        "954 785 2140",
        "ConsultationSummary",
        "Letter &amp; more.txt",
        "Text document, 2 KB",
        "Please file.",
        "SNOMED CT 407554009: 140 mmHg",
        "21 December 2026, 12:00",
        "Standard: waits",
    ] {
        assert!(picture.contains(part), "{part}\n{picture}");
    }
    assert_eq!(left(&world).await, (0, 0));
    node.stop().await;
}

#[tokio::test]
async fn nothing_in_a_message_gets_out_of_its_picture() {
    let world = World::new().await;
    let node = world.start();
    let product = product(&world, &node).await;
    let evil = "</text><script>alert(1)</script><image href='//evil.example'/>";
    for kind in ["text/plain", "text/html"] {
        let body = json!({ "mimeType": kind, "content": format!("{evil} &lt;script&gt; \u{1}") });
        let asked = with(message(), "body", body);
        let answer = product.post(DRY, Some(asked)).await;
        let told = answer.json();
        let picture = told["preview"]["content"].as_str().expect(&answer.text);
        assert!(
            !picture.contains("<script") && !picture.contains("<image"),
            "{picture}"
        );
        assert!(!picture.chars().any(char::is_control));
        // Every opening has its end: no text was taken for markup.
        assert_eq!(
            picture.matches("<text ").count(),
            picture.matches("</text>").count()
        );
    }
    node.stop().await;
}

#[tokio::test]
async fn faults_are_told_without_a_picture() {
    let world = World::new().await;
    let node = world.start();
    let product = product(&world, &node).await;
    let asked = with(instant(), "topic", json!("NoSuchTopic"));
    let answer = product.post(DRY, Some(asked)).await;
    assert_eq!(answer.status, StatusCode::OK);
    let told = answer.json();
    assert_eq!(told["acceptable"], json!(false));
    assert!(told.get("preview").is_none());
    let faults = told["invalidParameters"].as_array().unwrap();
    let mut names: Vec<_> = faults.iter().map(|f| f["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["topic", "userId"], "{}", answer.text);
    assert_eq!(left(&world).await, (0, 0));
    node.stop().await;
}

#[tokio::test]
async fn a_missing_or_withdrawn_authorisation_is_told() {
    let world = World::new().await;
    let node = world.start();
    let product = product(&world, &node).await;
    product.put("/v1/users/dr-okafor").await;
    let reason = |told: &Value| {
        assert_eq!(told["acceptable"], json!(false));
        assert_eq!(told["invalidParameters"][0]["name"], "userId");
        let reason = told["invalidParameters"][0]["reason"].as_str();
        reason.unwrap().to_owned()
    };
    let none = product.post(DRY, Some(instant())).await.json();
    assert!(reason(&none).contains("Has not authorised"));
    assert!(none["preview"].is_object());

    let user = world.authorised("dr-okafor", "token-1").await;
    let good = product.post(DRY, Some(instant())).await.json();
    assert_eq!(
        (&good["acceptable"], &good["warnings"]),
        (&json!(true), &json!([]))
    );

    world.fake.set(Some(Fault::Down));
    let silent = product.post(DRY, Some(instant())).await.json();
    assert_eq!(silent["acceptable"], json!(true));
    assert!(
        silent["warnings"][0]
            .as_str()
            .unwrap()
            .contains("could not be checked")
    );

    world.fake.set(None);
    world.fake.withdraw("token-1");
    let gone = product.post(DRY, Some(instant())).await.json();
    assert!(reason(&gone).contains("Has withdrawn"));
    let stands = world.store.users.get(&user).await.unwrap().unwrap();
    // It was only asked; who sends finds out and tells it.
    assert_eq!(stands.authorisation, Authorisation::Authorised);
    node.stop().await;
}
