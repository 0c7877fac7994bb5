//! Topics that may be kept, health, measurements, and problems that lead to their log line.

use crate::actors::Toolbar;
use crate::logs::Logs;
use crate::sample::{ID, OKAFOR, instant, standard};
use crate::world::{BASE, RIVERSIDE, World, request};
use axum::body::Body;
use axum::http::Method;
use httpkit::lifecycle::Shutdown;
use model::Secret;
use platform::{Platform, PlatformConfig};
use serde_json::{Value, json};
use std::sync::Arc;
use store::StoreError;
use store::platform::{Health, PlatformStore};
use tower::ServiceExt as _;
use wire::paths::{operator, partner, practice};

#[tokio::test]
async fn topics_may_be_kept_and_asked_about_cheaply() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let first = partner.get(&world, partner::TOPICS).await;
    let names: Vec<_> = first
        .value()
        .as_array()
        .unwrap()
        .iter()
        .map(|topic| topic["topicName"].clone())
        .collect();
    assert!(names.contains(&json!("DispenseEventNotification")));
    assert_eq!(names.len(), model::topic::INITIAL.len());
    assert!(first.header("content-type").starts_with("application/json"));
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 10);
    assert!(first.header("cache-control").contains("max-age="));
    let asking = |tag: &str| {
        let headers = [("ApiKey", partner.key.as_str()), ("If-None-Match", tag)];
        world.call(request(
            Method::GET,
            partner::TOPICS,
            &headers,
            Body::empty(),
        ))
    };
    for given in [
        tag.clone(),
        format!("W/{tag}"),
        format!("\"a\", {tag}"),
        "*".to_owned(),
    ] {
        let answer = asking(&given).await;
        assert_eq!(answer.status.as_u16(), 304, "{given}");
        assert!(answer.bytes.is_empty());
        assert_eq!(answer.header("etag"), tag);
        assert_eq!(
            answer.header("cache-control"),
            first.header("cache-control")
        );
    }
    assert_eq!(asking("\"other\"").await.status.as_u16(), 200);
    world.admin().add_topic("NewTopic").await.unwrap();
    let changed = asking(&tag).await;
    assert_eq!(changed.status.as_u16(), 200);
    assert_ne!(changed.header("etag"), tag);
    assert!(changed.text().contains("NewTopic"));
}

#[tokio::test]
async fn the_connection_test_has_no_body() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    for method in [Method::GET, Method::POST, Method::HEAD] {
        let headers = [("ApiKey", partner.key.as_str())];
        let answer = world
            .call(request(method, partner::TEST, &headers, "ignored"))
            .await;
        assert_eq!((answer.status.as_u16(), answer.bytes.len()), (200, 0));
    }
}

async fn operator(world: &World, path: &str) -> crate::world::Answer {
    world
        .call(request(Method::GET, path, &[], Body::empty()))
        .await
}

#[tokio::test]
async fn a_server_that_ends_is_live_and_not_ready() {
    let world = World::new().await;
    assert_eq!(operator(&world, operator::READY).await.status.as_u16(), 200);
    world.shutdown.begin();
    assert_eq!(operator(&world, operator::LIVE).await.status.as_u16(), 200);
    let answer = operator(&world, operator::READY).await;
    assert_eq!(answer.refused(), (503, "unavailable".to_owned()));
}

struct Broken;

#[async_trait::async_trait]
impl Health for Broken {
    async fn check(&self) -> store::Result<()> {
        let cause = std::io::Error::other("secret words of the driver");
        Err(StoreError::Unavailable {
            transaction: "check the database",
            source: Some(Box::new(cause)),
        })
    }
}

#[tokio::test]
async fn what_fails_inside_is_told_to_the_log_alone() {
    let world = World::new().await;
    let store = PlatformStore {
        health: Arc::new(Broken),
        ..world.store.clone()
    };
    let config = PlatformConfig::new(BASE.to_owned(), Secret::new("code key".to_owned()));
    let platform = Platform::new(
        config,
        store,
        world.clock.clone(),
        world.entropy.clone(),
        Shutdown::default(),
    );
    let logs = Logs::catch();
    let asking = request(Method::GET, operator::READY, &[], Body::empty());
    let response = platform
        .router(|router| router)
        .oneshot(asking)
        .await
        .unwrap();
    assert_eq!(response.status().as_u16(), 503);
    assert!(response.headers().contains_key("retry-after"));
    let body = axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .unwrap();
    let problem: Value = serde_json::from_slice(&body).unwrap();
    assert!(!problem.to_string().contains("secret words"));
    let instance = problem["instance"]
        .as_str()
        .unwrap()
        .strip_prefix("urn:uuid:")
        .unwrap();
    let lines = logs.with("secret words of the driver");
    assert_eq!(lines.len(), 1, "{}", logs.text());
    assert!(lines[0].contains(instance), "{lines:?}");
}

#[tokio::test]
async fn every_problem_carries_the_id_of_its_log_line() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let logs = Logs::catch();
    let mut faulty = standard();
    faulty["topic"] = "NoSuchTopic".into();
    let answers = [
        partner.send(&world, &faulty).await,
        partner.get(&world, "/nothing/here").await,
        partner.status(&world, ID).await,
        operator(&world, partner::TEST).await,
        operator(&world, practice::TOKENS).await,
        world
            .call(request(Method::DELETE, partner::TEST, &[], Body::empty()))
            .await,
        world.call(partner.posting(partner::MESSAGES, "{")).await,
    ];
    let mut instances = Vec::new();
    for answer in &answers {
        let problem = answer.problem();
        assert_eq!(answer.header("cache-control"), "no-store");
        let instance = problem
            .instance
            .strip_prefix("urn:uuid:")
            .unwrap()
            .to_owned();
        let lines = logs.with(&instance);
        assert_eq!(lines.len(), 1, "one line for {}", problem.kind);
        assert!(
            lines[0].contains(&format!("\"status\":{}", problem.status)),
            "{lines:?}"
        );
        instances.push(instance);
    }
    instances.sort();
    instances.dedup();
    assert_eq!(instances.len(), answers.len());
}

/// One sample line: name and labels.
fn sample(line: &str) -> (String, Vec<(String, String)>) {
    let (series, value) = line.rsplit_once(' ').unwrap();
    assert!(value.parse::<f64>().is_ok(), "{line}");
    let Some((name, labels)) = series.split_once('{') else {
        return (series.to_owned(), Vec::new());
    };
    let labels = labels.strip_suffix('}').unwrap();
    let mut pairs = Vec::new();
    for pair in labels.split("\",").filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once("=\"").unwrap();
        pairs.push((key.to_owned(), value.trim_end_matches('"').to_owned()));
    }
    (name.to_owned(), pairs)
}

#[tokio::test]
async fn measurements_are_openmetrics_without_any_identifier() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let toolbar = Toolbar::signed_in(&world, RIVERSIDE, 1, OKAFOR).await;
    let token = partner.token_of(&world, &toolbar).await;
    assert_eq!(
        partner
            .send_instant(&world, &token, &instant())
            .await
            .status
            .as_u16(),
        200
    );
    assert_eq!(
        partner
            .send_instant(&world, &token, &instant())
            .await
            .status
            .as_u16(),
        200
    );
    let reference = toolbar.reference(&world, ID).await.unwrap();
    toolbar.claim(&world, &reference, "automatic").await;
    partner.status(&world, ID).await;
    partner
        .get(&world, "/api/v1/messages/9547852140/status")
        .await;
    partner.get(&world, "/patients/9547852140").await;
    partner.get(&world, "/problems/9547852140").await;
    let odd = Method::from_bytes(b"PATIENT9547852140").unwrap();
    world
        .call(request(odd, partner::TEST, &[], Body::empty()))
        .await;

    let answer = operator(&world, operator::METRICS).await;
    assert!(
        answer
            .header("content-type")
            .starts_with("application/openmetrics-text; version=1.0.0")
    );
    let text = answer.text();
    assert!(text.ends_with("# EOF\n"));
    let mut families = Vec::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(
                ["counter", "gauge", "histogram", "info"].contains(&kind),
                "{line}"
            );
            families.push(name.to_owned());
        } else if !line.starts_with('#') {
            let (name, labels) = sample(line);
            assert!(
                families
                    .iter()
                    .any(|family| name.starts_with(family.as_str())),
                "{name} has a type"
            );
            for (key, value) in labels {
                assert!(
                    ["method", "route", "status", "sub_status", "le"].contains(&key.as_str()),
                    "{line}"
                );
                assert!(
                    key == "le" || value.chars().filter(char::is_ascii_digit).count() <= 3,
                    "{line}"
                );
            }
        }
    }
    for secret in [
        ID,
        &reference,
        &token,
        RIVERSIDE,
        OKAFOR,
        "954785",
        &partner.key_id,
        &toolbar.device,
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
    for expected in [
        "baton_messages_accepted_total 1",
        "baton_messages_repeated_total 1",
        "route=\"/api/v1/messages/{messageId}/status\"",
        "route=\"(none)\"",
        "method=\"other\"",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
}
