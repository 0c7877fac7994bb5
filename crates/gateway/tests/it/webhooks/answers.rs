//! What endpoints answer, and what comes of it.

use super::desk::Desk;
use super::endpoint::Endpoint;
use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::stream;
use jiff::SignedDuration;
use serde_json::Value;
use std::convert::Infallible;

#[tokio::test]
async fn what_was_not_taken_is_posted_again_on_the_clock() {
    let (desk, endpoint) = (Desk::new().await, Endpoint::new().await);
    let told = desk.add(&endpoint.url()).await;
    endpoint.will_say(500, &[]);
    endpoint.will_say(404, &[]);
    desk.happen("dr-okafor").await;
    endpoint.after(1).await;
    let owed = desk
        .delivery_once(&told, |newest| newest["tries"] == 1)
        .await;
    assert_eq!(owed["state"], "owed");
    assert_eq!(owed["lastAnswer"]["status"], 500);
    assert!(owed["nextTryAt"].is_string());
    // Nothing of the answer's words is kept.
    assert!(!owed.to_string().contains("eyes"));

    desk.wait(SignedDuration::from_secs(4));
    desk.pause().await;
    assert_eq!(endpoint.posts().len(), 1);
    desk.wait(SignedDuration::from_secs(2));
    endpoint.after(2).await;
    desk.delivery_once(&told, |newest| newest["tries"] == 2)
        .await;
    desk.wait(SignedDuration::from_secs(200));
    desk.pause().await;
    assert_eq!(endpoint.posts().len(), 2);
    desk.wait(SignedDuration::from_secs(131));
    let posts = endpoint.after(3).await;
    let last = desk
        .delivery_once(&told, |newest| newest["state"] == "delivered")
        .await;
    assert_eq!(last["tries"], 3);
    for post in &posts {
        assert_eq!(post.header("webhook-id"), posts[0].header("webhook-id"));
        assert_eq!(post.body, posts[0].body);
        assert!(post.is_signed_with(&told.secret));
    }
}

#[tokio::test]
async fn an_endpoint_that_asks_for_time_is_given_it() {
    let (desk, endpoint) = (Desk::new().await, Endpoint::new().await);
    let told = desk.add(&endpoint.url()).await;
    endpoint.will_say(503, &[("retry-after", "3600")]);
    desk.happen("dr-okafor").await;
    desk.delivery_once(&told, |newest| newest["tries"] == 1)
        .await;
    desk.wait(SignedDuration::from_secs(3_590));
    desk.pause().await;
    assert_eq!(endpoint.posts().len(), 1);
    desk.wait(SignedDuration::from_secs(11));
    endpoint.after(2).await;
    desk.delivery_once(&told, |newest| newest["state"] == "delivered")
        .await;
}

#[tokio::test]
async fn after_ten_tries_over_days_a_delivery_is_given_up() {
    let (desk, endpoint) = (Desk::new().await, Endpoint::new().await);
    let told = desk.add(&endpoint.url()).await;
    for _ in 0..11 {
        endpoint.will_say(500, &[]);
    }
    desk.happen("dr-okafor").await;
    for tries in 1..=10 {
        desk.delivery_once(&told, |newest| newest["tries"] == tries)
            .await;
        desk.wait(SignedDuration::from_hours(27));
    }
    let last = desk
        .delivery_once(&told, |newest| newest["state"] == "failed")
        .await;
    assert_eq!(last["tries"], 10);
    assert!(last.get("nextTryAt").is_none());
    desk.pause().await;
    assert_eq!(endpoint.posts().len(), 10);
    // The endpoint itself stays, and hears of what comes next.
    assert_eq!(desk.webhook(&told).await["state"], "enabled");
}

#[tokio::test]
async fn an_endpoint_that_is_gone_is_left_alone_until_it_is_enabled() {
    let (desk, endpoint) = (Desk::new().await, Endpoint::new().await);
    let told = desk.add(&endpoint.url()).await;
    endpoint.will_say(410, &[]);
    desk.happen("dr-okafor").await;
    endpoint.after(1).await;
    let failed = desk
        .delivery_once(&told, |newest| newest["state"] == "failed")
        .await;
    assert_eq!(failed["lastAnswer"]["status"], 410);
    let shown = desk.disabled(&told).await;
    assert_eq!(shown["disabledReason"], "gone");
    desk.happen("dr-chen").await;
    desk.wait(SignedDuration::from_hours(30));
    desk.pause().await;
    assert_eq!(endpoint.posts().len(), 1);
    // A test reaches it all the same.
    desk.test(&told).await;
    assert_eq!(endpoint.after(2).await[1].json()["type"], "webhook.test");

    let path = format!("/v1/webhooks/{}/enable", told.id);
    let (status, shown) = desk.call("POST", &path, Value::Null).await;
    assert_eq!((status, &shown["state"]), (200, &Value::from("enabled")));
    desk.happen("dr-llewellyn").await;
    let posts = endpoint.after(3).await;
    assert_eq!(posts[2].json()["data"]["userId"], "dr-llewellyn");
}

#[tokio::test]
async fn a_redirection_is_a_failure_and_leads_nowhere() {
    let (desk, endpoint) = (Desk::new().await, Endpoint::new().await);
    let elsewhere = Endpoint::new().await;
    let told = desk.add(&endpoint.url()).await;
    for status in [301, 302, 303, 307, 308] {
        endpoint.will_say(status, &[("location", &elsewhere.url())]);
        desk.happen("dr-okafor").await;
        let owed = desk
            .delivery_once(&told, |newest| newest["lastAnswer"]["status"] == status)
            .await;
        assert_eq!(owed["state"], "owed");
    }
    desk.pause().await;
    assert!(elsewhere.posts().is_empty());
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let (desk, endpoint) = (Desk::new().await, Endpoint::new().await);
    let told = desk.add(&endpoint.url()).await;
    endpoint.will(|| {
        let piece = Bytes::from(vec![b'x'; 8192]);
        let pieces = stream::repeat_with(move || Ok::<_, Infallible>(piece.clone()));
        Response::new(Body::from_stream(pieces))
    });
    desk.happen("dr-okafor").await;
    desk.delivery_once(&told, |newest| newest["state"] == "delivered")
        .await;
}

#[tokio::test]
async fn what_is_owed_outlives_a_restart() {
    let (mut desk, endpoint) = (Desk::new().await, Endpoint::new().await);
    let told = desk.add(&endpoint.url()).await;
    let port = endpoint.port;
    drop(endpoint);
    // The server is gone once its port is free.
    while let Err(error) = tokio::net::TcpListener::bind(("127.0.0.1", port)).await {
        assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
        desk.pause().await;
    }
    desk.happen("dr-okafor").await;
    let owed = desk
        .delivery_once(&told, |newest| newest["tries"] == 1)
        .await;
    assert_eq!(owed["lastAnswer"]["fault"], "unreachable");
    desk.stop().await;
    let endpoint = Endpoint::at(port).await;
    let desk = desk.again(true).await;
    desk.wait(SignedDuration::from_secs(6));
    let post = endpoint.after(1).await.remove(0);
    assert!(post.is_signed_with(&told.secret));
    assert_eq!(post.header("webhook-id"), owed["eventId"]);
    desk.delivery_once(&told, |newest| newest["state"] == "delivered")
        .await;
}
