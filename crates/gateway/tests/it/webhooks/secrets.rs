//! Secrets of endpoints, and what payloads say.

use super::desk::Desk;
use super::endpoint::Endpoint;
use jiff::SignedDuration;
use model::message::{Body, BodyType};
use model::outbox::Kind;
use model::{ClientMessageId, Clock as _, Hash, NhsNumber, OdsCode, UploadId, UserId};
use serde_json::Value;
use store::gateway::{Content, Entered, NewMessage};
use uuid::Uuid;

#[tokio::test]
async fn after_a_rotation_both_secrets_sign_for_a_day() {
    let (desk, endpoint) = (Desk::new().await, Endpoint::new().await);
    let told = desk.add(&endpoint.url()).await;
    let path = format!("/v1/webhooks/{}/rotate-secret", told.id);
    let (status, rotated) = desk.call("POST", &path, Value::Null).await;
    assert_eq!(status, 200);
    let new = rotated["secret"].as_str().unwrap();
    assert_ne!(new, told.secret);
    assert_eq!(rotated["formerSecretUntil"], "2026-11-22T12:00:00Z");
    let shown = desk.webhook(&told).await;
    assert_eq!(shown["formerSecretUntil"], rotated["formerSecretUntil"]);

    desk.happen("dr-okafor").await;
    let post = endpoint.after(1).await.remove(0);
    assert!(post.is_signed_with(new) && post.is_signed_with(&told.secret));
    assert_eq!(post.header("webhook-signature").split(' ').count(), 2);

    desk.wait(SignedDuration::from_hours(24));
    assert!(desk.webhook(&told).await.get("formerSecretUntil").is_none());
    desk.happen("dr-chen").await;
    let post = endpoint.after(2).await.remove(1);
    assert!(post.is_signed_with(new) && !post.is_signed_with(&told.secret));

    // Rotated twice, the first secret is good no longer.
    let (_, second) = desk.call("POST", &path, Value::Null).await;
    let (_, third) = desk.call("POST", &path, Value::Null).await;
    desk.happen("dr-llewellyn").await;
    let post = endpoint.after(3).await.remove(2);
    let signed = |secret: &Value| post.is_signed_with(secret.as_str().unwrap());
    assert!(signed(&third["secret"]) && signed(&second["secret"]) && !post.is_signed_with(new));
}

#[tokio::test]
async fn a_changed_byte_is_noticed() {
    let (desk, endpoint) = (Desk::new().await, Endpoint::new().await);
    let told = desk.add(&endpoint.url()).await;
    desk.test(&told).await;
    let mut post = endpoint.after(1).await.remove(0);
    assert!(post.is_signed_with(&told.secret));
    let mut body = post.body.to_vec();
    body[3] ^= 1;
    post.body = body.into();
    assert!(!post.is_signed_with(&told.secret));
}

#[tokio::test]
async fn nothing_of_a_patient_or_of_anybodys_words_is_told() {
    let (desk, endpoint) = (Desk::new().await, Endpoint::new().await);
    desk.add(&endpoint.url()).await;
    let now = desk.clock.now();
    let upload = UploadId(Uuid::from_u128(5));
    desk.store.pieces.begin(upload, now).await.unwrap();
    let message = NewMessage {
        id: ClientMessageId(Uuid::from_u128(9)),
        kind: Kind::Standard,
        user: Some(UserId::parse("dr-okafor").unwrap()),
        topic: "Medicine changes".to_owned(),
        to: OdsCode::parse("GPPRAC001").unwrap(),
        subject: NhsNumber::parse("9547852140").unwrap(),
        expires_at: now + SignedDuration::from_hours(24),
        entered_at: now,
        by: "product:abc".to_owned(),
        content_hash: Hash::of(b"all of it"),
        upload,
        content: Content {
            body: Some(Body {
                kind: BodyType::Plain,
                content: "Mrs Smith was given amoxicillin".to_owned(),
            }),
            files: Vec::new(),
            coded_data: Vec::new(),
        },
    };
    assert_eq!(
        desk.store.outbox.enter(&message).await.unwrap(),
        Entered::New
    );
    let post = endpoint.after(1).await.remove(0);
    assert_eq!(post.json()["type"], "message.queued");
    assert_eq!(post.json()["data"]["messageId"], message.id.to_string());
    let all = format!("{:?} {}", post.headers, post.json());
    for secret in [
        "9547852140",
        "Smith",
        "amox",
        "Medicine",
        "GPPRAC001",
        "product",
        "okafor",
    ] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
}
