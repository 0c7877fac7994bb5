//! The convention's own packages of npm and PyPI read what the gateway posts.

use super::desk::Desk;
use super::endpoint::{Endpoint, Post};
use serde_json::{Map, json};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// What each package says of a post.
fn said(post: &Post, secret: &str) -> [String; 2] {
    let python = root().join("target/test-tools/python/bin/python");
    [
        run(
            Command::new("node").arg("tools/check_webhook.js"),
            post,
            secret,
        ),
        run(
            Command::new(python).arg("tools/check_webhook.py"),
            post,
            secret,
        ),
    ]
}

fn run(command: &mut Command, post: &Post, secret: &str) -> String {
    let mut headers = Map::new();
    for (name, value) in &post.headers {
        headers.insert(name.to_string(), value.to_str().unwrap().into());
    }
    let body = std::str::from_utf8(&post.body).unwrap();
    let captured = json!({"secret": secret, "headers": headers, "body": body});
    let command = command.current_dir(root()).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(captured.to_string().as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
#[ignore = "needs the packages of tools/: scripts/test webhooks"]
async fn npm_and_pypi_take_a_delivery_and_refuse_a_changed_one() {
    let (desk, endpoint) = (Desk::new().await, Endpoint::new().await);
    let told = desk.add(&endpoint.url()).await;
    desk.happen("dr-okafor").await;
    let post = endpoint.after(1).await.remove(0);
    assert_eq!(said(&post, &told.secret), ["good", "good"]);

    let changed = |name: &str, from: &str, to: &str| {
        let mut post = post.clone();
        if name == "body" {
            let body = std::str::from_utf8(&post.body).unwrap();
            post.body = body.replacen(from, to, 1).into();
        } else {
            let value = post.header(name).replacen(from, to, 1);
            post.headers.insert(
                axum::http::HeaderName::try_from(name).unwrap(),
                value.parse().unwrap(),
            );
        }
        post
    };
    for post in [
        changed("body", "okafor", "okafoR"),
        changed("webhook-id", "evt_", "evt_1"),
        changed("webhook-timestamp", "1", "2"),
    ] {
        assert_eq!(said(&post, &told.secret), ["refused", "refused"]);
    }

    // In a rotation either secret is enough.
    let path = format!("/v1/webhooks/{}/rotate-secret", told.id);
    let (_, rotated) = desk.call("POST", &path, serde_json::Value::Null).await;
    desk.happen("dr-chen").await;
    let post = endpoint.after(2).await.remove(1);
    for secret in [told.secret.as_str(), rotated["secret"].as_str().unwrap()] {
        assert_eq!(said(&post, secret), ["good", "good"]);
    }
}
