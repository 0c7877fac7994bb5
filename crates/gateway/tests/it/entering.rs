//! `POST /v1/messages`: what comes in is checked, kept whole, sent once, or leaves nothing behind.

use crate::client::{Answer, Product};
use crate::fake::Fault;
use crate::world::{Node, PATIENT, RIVERSIDE, World};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use futures_util::stream;
use jiff::SignedDuration;
use model::ClientMessageId;
use model::outbox::State;
use serde_json::{Value, json};
use store::gateway::Filter;

pub(crate) const ID: &str = "5f0c2c3e-6d0b-4c0e-9a57-3b1f6f0d7e21";

/// A standard message with one small text.
pub(crate) fn message() -> Value {
    json!({
        "kind": "standard",
        "messageId": ID,
        "topic": "ConsultationSummary",
        "to": RIVERSIDE,
        "nhsNumber": PATIENT,
        "body": { "mimeType": "text/plain", "content": "Please file." },
        "files": [file("Note.txt", b"Collected today.")]
    })
}

pub(crate) fn file(name: &str, bytes: &[u8]) -> Value {
    json!({ "fileName": name, "mimeType": "text/plain", "content": BASE64_STANDARD.encode(bytes) })
}

/// `message` with `name` changed.
pub(crate) fn with(mut message: Value, name: &str, value: Value) -> Value {
    message[name] = value;
    message
}

pub(crate) async fn product(world: &World, node: &Node) -> Product {
    Product {
        router: node.router.clone(),
        bearer: world.bearer().await,
    }
}

pub(crate) fn reasons(answer: &Answer) -> Vec<(String, String)> {
    let json = answer.json();
    let faults = json["invalidParameters"].as_array().cloned();
    let text = |fault: &Value, name: &str| fault[name].as_str().unwrap_or_default().to_owned();
    faults
        .unwrap_or_default()
        .iter()
        .map(|fault| (text(fault, "name"), text(fault, "reason")))
        .collect()
}

/// How many messages there are, and how many uploads that no message has.
pub(crate) async fn left(world: &World) -> (usize, u64) {
    world.a_moment().await;
    let page = world.store.outbox.list(&Filter::default(), 100).await;
    let later = jiff::Timestamp::MAX;
    let uploads = world.store.pieces.sweep(later, 100).await.unwrap();
    (page.unwrap().messages.len(), uploads)
}

async fn form(product: &Product, message: &Value, files: &[(&str, &str, &[u8])]) -> StatusCode {
    let mut body = Vec::new();
    let head = "--b\r\nContent-Disposition: form-data; name=\"message\"\r\nContent-Type: application/json\r\n\r\n";
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(message.to_string().as_bytes());
    for (name, kind, bytes) in files {
        let head = format!(
            "\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
    }
    body.extend_from_slice(b"\r\n--b--\r\n");
    let request = Request::post("/v1/messages")
        .header("authorization", &product.bearer)
        .header("content-type", "multipart/form-data; boundary=b")
        .body(Body::from(body));
    status_of(product, request.unwrap()).await
}

async fn status_of(product: &Product, request: Request<Body>) -> StatusCode {
    use tower::ServiceExt as _;
    let answer = product.router.clone().oneshot(request).await.unwrap();
    answer.status()
}

#[tokio::test]
async fn a_message_is_taken_and_arrives_as_it_was_said() {
    let world = World::new().await;
    let node = world.start();
    let product = product(&world, &node).await;
    let answer = product.post("/v1/messages", Some(message())).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
    assert_eq!(answer.json(), json!({ "messageId": ID, "state": "queued" }));
    let id: ClientMessageId = ID.parse().unwrap();
    world.until_state(id, State::Accepted).await;
    let came = world.fake.accepted();
    let came = &came[0].message;
    assert_eq!(came.topic, "ConsultationSummary");
    assert_eq!(came.subject.id.value, PATIENT);
    assert_eq!(came.body.as_ref().unwrap().content, "Please file.");
    assert_eq!(
        came.attachments[0].content,
        BASE64_STANDARD.encode("Collected today.")
    );
    // The platform counts the usual time by itself.
    assert_eq!(came.expiry_date_time, None);
    node.stop().await;
}

#[tokio::test]
async fn a_form_with_large_files_arrives_byte_for_byte() {
    let world = World::new().await;
    let node = world.start();
    let product = product(&world, &node).await;
    let large: Vec<u8> = (0..900_000_u32).map(|n| b'a' + (n % 23) as u8).collect();
    let mut message = message();
    message.as_object_mut().unwrap().remove("files");
    let files: [(&str, &str, &[u8]); 2] = [
        ("Large.txt", "text/plain", &large),
        ("Small.txt", "text/plain", b"small"),
    ];
    let status = form(&product, &message, &files).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let id: ClientMessageId = ID.parse().unwrap();
    world.until_state(id, State::Accepted).await;
    let came = world.fake.accepted();
    let came = &came[0].message.attachments;
    assert_eq!((came.len(), came[0].file_name.as_str()), (2, "Large.txt"));
    assert!(BASE64_STANDARD.decode(&came[0].content).unwrap() == large);
    assert_eq!(came[1].content, BASE64_STANDARD.encode("small"));
    node.stop().await;
}

#[tokio::test]
async fn every_fault_is_told_at_once_and_nothing_is_left() {
    let world = World::new().await;
    let node = world.start();
    let product = product(&world, &node).await;
    let mut bad = with(message(), "kind", json!("instant"));
    bad["userId"] = json!("nobody");
    bad["topic"] = json!("NoSuchTopic");
    bad["nhsNumber"] = json!("1234567890");
    bad["files"] = json!([file("a:b.txt", b"one"), file("Good.txt", &[b'x'; 600_000])]);
    let answer = product.post("/v1/messages", Some(bad)).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let names: Vec<_> = reasons(&answer).into_iter().map(|(name, _)| name).collect();
    let mut sorted = names.clone();
    sorted.sort();
    assert_eq!(
        sorted,
        ["files[0].fileName", "nhsNumber", "topic", "userId"],
        "{}",
        answer.text
    );
    assert!(!answer.text.contains("1234567890"));
    assert_eq!(left(&world).await, (0, 0));
    assert_eq!(world.fake.sends(), 0);
    node.stop().await;
}

#[tokio::test]
async fn the_same_again_is_the_same_message_and_other_content_is_refused() {
    let world = World::new().await;
    let node = world.start();
    let product = product(&world, &node).await;
    let first = product.post("/v1/messages", Some(message())).await;
    assert_eq!(first.status, StatusCode::ACCEPTED);
    let id: ClientMessageId = ID.parse().unwrap();
    world.until_state(id, State::Accepted).await;
    let again = product.post("/v1/messages", Some(message())).await;
    assert_eq!(again.status, StatusCode::ACCEPTED);
    assert_eq!(again.json()["state"], "accepted");
    for (name, value) in [
        ("topic", json!("DischargeSummary")),
        ("files", json!([file("Note.txt", b"Collected tomorrow.")])),
        ("expiryDateTime", json!("2026-12-01T00:00:00Z")),
    ] {
        let other = product
            .post("/v1/messages", Some(with(message(), name, value)))
            .await;
        assert_eq!(other.status, StatusCode::CONFLICT, "{name}");
        assert!(other.text.contains("message-id-conflict"));
    }
    assert_eq!(left(&world).await, (1, 0));
    assert_eq!(world.fake.accepted().len(), 1);
    node.stop().await;
}

#[tokio::test]
async fn many_at_the_same_time_with_one_id_are_one_message() {
    let world = World::new().await;
    let node = world.start();
    let product = product(&world, &node).await;
    let calls = (0..8).map(|_| product.post("/v1/messages", Some(message())));
    for answer in futures_util::future::join_all(calls).await {
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
    }
    let id: ClientMessageId = ID.parse().unwrap();
    world.until_state(id, State::Accepted).await;
    assert_eq!(left(&world).await, (1, 0));
    assert_eq!(world.fake.accepted().len(), 1);
    node.stop().await;
}

#[tokio::test]
async fn a_message_without_an_id_gets_one() {
    let world = World::new().await;
    let node = world.start();
    let product = product(&world, &node).await;
    let mut message = message();
    message.as_object_mut().unwrap().remove("messageId");
    let answer = product.post("/v1/messages", Some(message)).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    let id: ClientMessageId = answer.json()["messageId"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(
        answer.header(axum::http::header::LOCATION),
        format!("/v1/messages/{id}")
    );
    world.until_state(id, State::Accepted).await;
    node.stop().await;
}

#[tokio::test]
async fn entering_does_not_need_the_platform() {
    let world = World::new().await;
    world.fake.set(Some(Fault::Down));
    let node = world.start();
    let product = product(&world, &node).await;
    // Without a list no topic is checked here; the platform does when it is back.
    let unknown = with(message(), "topic", json!("Anything"));
    let answer = product.post("/v1/messages", Some(unknown)).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
    node.stop().await;
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_nothing() {
    let world = World::new().await;
    let node = world.start();
    let product = product(&world, &node).await;
    let whole = with(
        message(),
        "files",
        json!([file("Long.txt", &[b'x'; 900_000])]),
    )
    .to_string();
    let half = Bytes::from(whole[..800_000].to_owned());
    let pieces = stream::iter([Ok(half), Err(std::io::Error::other("gone"))]);
    let request = Request::post("/v1/messages")
        .header("authorization", &product.bearer)
        .header("content-type", "application/json")
        .body(Body::from_stream(pieces));
    let status = status_of(&product, request.unwrap()).await;
    assert!(status.is_client_error() || status.is_server_error());
    assert_eq!(left(&world).await, (0, 0));
    node.stop().await;
}

#[tokio::test]
async fn a_repetition_counts_even_when_its_time_has_run_out_meanwhile() {
    let world = World::new().await;
    let node = world.start();
    let product = product(&world, &node).await;
    let soon = with(message(), "expiryDateTime", json!("2026-11-21T13:00:00Z"));
    let first = product.post("/v1/messages", Some(soon.clone())).await;
    assert_eq!(first.status, StatusCode::ACCEPTED);
    let id: ClientMessageId = ID.parse().unwrap();
    world.until_state(id, State::Accepted).await;
    world.pass(SignedDuration::from_hours(2));
    let again = product.post("/v1/messages", Some(soon.clone())).await;
    assert_eq!(again.status, StatusCode::ACCEPTED, "{}", again.text);
    let mut new = soon;
    new["messageId"] = json!("0f6d3c52-91b4-4f0e-8d27-5a1c7be09d34");
    let late = product.post("/v1/messages", Some(new)).await;
    assert_eq!(late.status, StatusCode::BAD_REQUEST);
    assert_eq!(reasons(&late)[0].0, "expiryDateTime");
    node.stop().await;
}

#[tokio::test]
async fn who_has_no_key_and_what_is_no_message_get_in_nowhere() {
    let world = World::new().await;
    let node = world.start();
    let mut product = product(&world, &node).await;
    let good = product.bearer.clone();
    product.bearer = "Bearer bgk_nobody_secret".to_owned();
    let answer = product.post("/v1/messages", Some(message())).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    product.bearer = good;
    let none = product.call(Method::POST, "/v1/messages", None).await;
    assert_eq!(none.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let wish = product
        .post("/v1/messages?dryRun=perhaps", Some(message()))
        .await;
    assert_eq!(reasons(&wish)[0].0, "dryRun");
    assert_eq!(left(&world).await, (0, 0));
    node.stop().await;
}

#[tokio::test]
async fn a_misspelt_wish_sends_nothing() {
    let world = World::new().await;
    let node = world.start();
    let product = product(&world, &node).await;
    for wish in ["dryrun=true", "dry_run=1", "dryRun=true&dryRun=true"] {
        let answer = product
            .post(&format!("/v1/messages?{wish}"), Some(message()))
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wish}");
    }
    let list = product.get("/v1/messages?stat=refused").await;
    assert_eq!(reasons(&list)[0].0, "stat");
    assert_eq!(left(&world).await, (0, 0));
    let code = with(message(), "to", json!("gpprac001"));
    let code = product.post("/v1/messages", Some(code)).await;
    assert!(reasons(&code)[0].1.contains("capital letters"));
    node.stop().await;
}
