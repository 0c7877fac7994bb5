//! The controls: each of them shown to work, and the log.

use crate::pkb_world::{BASE, CALLBACK, PkbWorld, encoded, parameter, patient, refused, usual};
use axum::http::{Request, StatusCode};
use serde_json::json;
use std::time::{Duration, Instant};
use url::Url;

const SELF: &str = "/json/users/self";

#[tokio::test]
async fn lives_can_be_changed_and_reset() {
    let world = PkbWorld::documented();
    let answer = world
        .control(
            "",
            &json!({"accessTokenSeconds": 5, "sessionSeconds": 60, "codeSeconds": 2}),
        )
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    let told = answer.json();
    assert_eq!(told["accessTokenSeconds"], 5);
    assert_eq!(told["profile"], "as-documented");
    assert_eq!(told["now"], "2026-11-21T12:00:00Z");
    let code = world.code(&patient()).await;
    world.later(2);
    refused(&world.exchange(&code).await, "invalid_grant");
    let code = world.code(&patient()).await;
    let told = world.exchange(&code).await.json();
    assert_eq!(told["expires_in"], 5);
    world.later(60);
    let token = told["access_token"].as_str().unwrap();
    let ended = world.data(SELF, token).await;
    assert_eq!(ended.json()["code"], "API_SESSION_EXPIRED");
    let told = world.control("/reset", &json!({})).await.json();
    assert_eq!(told["accessTokenSeconds"], 600);
    assert_eq!(told["sessionSeconds"], 90 * 86_400);
    assert_eq!(told["codeSeconds"], 60);
}

#[tokio::test]
async fn an_approval_can_be_taken_for_a_denial() {
    let world = PkbWorld::documented();
    world.control("", &json!({"deny": 1})).await;
    let user = patient();
    let answer = world
        .press(&usual(), &user.email, &user.password, "approve")
        .await;
    let location = Url::parse(answer.header("location")).unwrap();
    assert_eq!(parameter(&location, "error").unwrap(), "access_denied");
    let location = world.approve(&usual(), &user).await;
    assert!(parameter(&location, "code").is_some());
}

#[tokio::test]
async fn answers_can_be_asked_for_by_kind_of_call() {
    let world = PkbWorld::documented();
    let pair = world.tokens(&patient()).await;
    world
        .control(
            "",
            &json!({"answers": {"status": 503, "on": "token", "times": 2, "retryAfter": 7}}),
        )
        .await;
    assert_eq!(world.data(SELF, &pair.access).await.status, StatusCode::OK);
    for _ in 0..2 {
        let answer = world.refresh(&pair.refresh).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.header("retry-after"), "7");
    }
    // It wasn't spent by that.
    assert_eq!(world.refresh(&pair.refresh).await.status, StatusCode::OK);
    world
        .control("", &json!({"answers": {"status": 500, "on": "data"}}))
        .await;
    assert_eq!(world.page(&usual()).await.status, StatusCode::OK);
    for status in [500, 200] {
        assert_eq!(world.data(SELF, &pair.access).await.status, status);
    }
    world
        .control("", &json!({"answers": {"status": 502, "times": 3}}))
        .await;
    assert_eq!(world.page(&usual()).await.status, StatusCode::BAD_GATEWAY);
    assert_eq!(world.refresh("x").await.status, StatusCode::BAD_GATEWAY);
    assert_eq!(world.data(SELF, "x").await.status, StatusCode::BAD_GATEWAY);
    assert_eq!(world.page(&usual()).await.status, StatusCode::OK);
    let state = world.get("/sandbox/v1/pkb").await.json();
    assert!(state.get("answers").is_none());
}

#[tokio::test]
async fn calls_can_be_answered_slowly() {
    let world = PkbWorld::documented();
    let pair = world.tokens(&patient()).await;
    world.control("", &json!({"slowMillis": 60})).await;
    for _ in 0..2 {
        let started = Instant::now();
        world.data(SELF, &pair.access).await;
        assert!(started.elapsed() >= Duration::from_millis(60));
    }
    let started = Instant::now();
    world.refresh(&pair.refresh).await;
    assert!(started.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn who_leaves_while_a_slow_refresh_is_answered_has_spent_the_token() {
    let world = PkbWorld::documented();
    let pair = world.tokens(&patient()).await;
    world.control("", &json!({"slowMillis": 600_000})).await;
    let gone = tokio::time::timeout(Duration::from_millis(300), world.refresh(&pair.refresh)).await;
    assert!(gone.is_err());
    world.control("/reset", &json!({})).await;
    assert_eq!(world.count("refreshed").await, 1);
    refused(&world.refresh(&pair.refresh).await, "invalid_grant");
    assert_eq!(world.count("reused").await, 1);
}

#[tokio::test]
async fn sessions_can_be_ended_in_both_ways() {
    let world = PkbWorld::documented();
    let user = patient();
    for (how, code) in [
        ("expired", "API_SESSION_EXPIRED"),
        ("invalid", "API_SESSION_INVALID"),
    ] {
        let pair = world.tokens(&user).await;
        let body = json!({"publicId": user.public_id, "how": how});
        let answer = world.control("/sessions/end", &body).await;
        assert_eq!(answer.json()["ended"], 1);
        assert_eq!(world.data(SELF, &pair.access).await.json()["code"], code);
        let words = refused(&world.refresh(&pair.refresh).await, "invalid_grant");
        assert!(words.contains(code));
        let again = world.control("/sessions/end", &body).await;
        assert_eq!(again.json()["ended"], 0);
    }
    let nobody = json!({"publicId": "x", "how": "expired"});
    let answer = world.control("/sessions/end", &nobody).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_headless_approval_keeps_to_the_pages_rules() {
    let world = PkbWorld::documented();
    let user = patient();
    let url = |query: &str| format!("{BASE}/apiAuthorize.action?{query}");
    let good = url(&encoded(&usual()));
    let deny = json!({"url": good, "email": user.email, "decision": "deny"});
    let told = world.control("/approvals", &deny).await.json();
    let location = told["location"].as_str().unwrap();
    assert!(location.starts_with(&format!("{CALLBACK}?error=access_denied")));
    assert!(location.ends_with("&state=xyz"));
    let clinician = crate::pkb_world::clinician().email;
    for body in [
        json!({"url": url("client_id=x"), "email": user.email, "decision": "approve"}),
        json!({"url": BASE, "email": user.email, "decision": "approve"}),
        json!({"url": good, "email": "nobody@example.com", "decision": "approve"}),
        json!({"url": good, "email": clinician, "decision": "approve"}),
        json!({"url": good, "email": user.email, "decision": "perhaps"}),
        json!({"url": good}),
    ] {
        let answer = world.control("/approvals", &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
}

#[tokio::test]
async fn the_log_tells_what_happened_newest_first_and_no_token() {
    let world = PkbWorld::documented();
    let user = patient();
    let pair = world.tokens(&user).await;
    world.later(1);
    world.data(SELF, &pair.access).await;
    world.later(1);
    let new = world.refresh(&pair.refresh).await.json();
    world.later(1);
    world.data(SELF, "nonsense").await;
    world.refresh(&pair.refresh).await;
    let answer = world.get("/sandbox/v1/pkb/log").await;
    let text = answer.text();
    for secret in [
        &pair.access,
        &pair.refresh,
        new["access_token"].as_str().unwrap(),
    ] {
        assert!(!text.contains(secret));
    }
    let told = answer.json();
    let events: Vec<(&str, &str)> = told["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            let text = |name: &str| event[name].as_str().unwrap_or_default();
            (text("what"), text("why"))
        })
        .collect();
    assert_eq!(
        events,
        [
            ("reused", "token-used"),
            ("refused", "BAD_AUTHENTICATION"),
            ("refreshed", ""),
            ("read", ""),
            ("code-exchanged", ""),
            ("authorised", ""),
        ]
    );
    let event = &told["events"][2];
    assert_eq!(event["publicId"], json!(user.public_id));
    assert_eq!(event["at"], "2026-11-21T12:00:02Z");
    assert_eq!(event["session"], told["events"][0]["session"]);
    let counts = json!({"authorised": 1, "code-exchanged": 1, "read": 1, "refreshed": 1, "refused": 1, "reused": 1});
    assert_eq!(told["counts"], counts);
    let two = world.get("/sandbox/v1/pkb/log?limit=2").await.json();
    assert_eq!(two["events"].as_array().unwrap().len(), 2);
    assert_eq!(two["counts"], counts);
    for limit in ["0", "10001", "x"] {
        let answer = world
            .get(&format!("/sandbox/v1/pkb/log?limit={limit}"))
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{limit}");
    }
}

#[tokio::test]
async fn what_is_not_possible_is_told_and_changes_nothing() {
    let world = PkbWorld::documented();
    for body in [
        json!({"accessTokenSeconds": 0, "deny": 3}),
        json!({"slowMillis": 600_001, "deny": 3}),
        json!({"answers": {"status": 200}, "deny": 3}),
        json!({"answers": {"status": 500, "on": "cake"}, "deny": 3}),
        json!({"denny": 3}),
        json!([]),
    ] {
        let answer = world.control("", &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
    }
    assert_eq!(world.get("/sandbox/v1/pkb").await.json()["deny"], 0);
}

#[tokio::test]
async fn a_slip_is_told_by_its_member() {
    let world = PkbWorld::documented();
    let good = json!({"url": BASE, "email": "a@example.com", "decision": "maybe"});
    for (path, body, names) in [
        ("", json!({"slowMilis": 3}), &["slowMilis"][..]),
        (
            "",
            json!({"deny": -1, "loseAnswers": "2"}),
            &["deny", "loseAnswers"],
        ),
        (
            "",
            json!({"answers": {"on": "tokens"}}),
            &["answers.status", "answers.on"],
        ),
        (
            "",
            json!({"answers": {"status": 500, "time": 3}}),
            &["answers.time"],
        ),
        ("", json!({"answers": "down"}), &["answers"]),
        ("", json!([]), &["$"]),
        ("/approvals", good, &["decision"]),
        ("/approvals", json!({}), &["url", "email", "decision"]),
        (
            "/sessions/end",
            json!({"publicId": 7, "how": "soon"}),
            &["publicId", "how"],
        ),
    ] {
        let answer = world.control(path, &body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        let told = answer.json();
        assert!(
            told["type"]
                .as_str()
                .unwrap()
                .ends_with("/validation-error")
        );
        let told = told["invalidParameters"].as_array().unwrap();
        let told: Vec<_> = told
            .iter()
            .map(|fault| fault["name"].as_str().unwrap())
            .collect();
        assert_eq!(told, names, "{body}");
    }
}

#[tokio::test]
async fn controls_are_for_this_machine_and_no_web_site() {
    let world = PkbWorld::documented();
    let request = |name: &str, value: &str| {
        Request::post("/sandbox/v1/pkb/reset")
            .header(name, value)
            .header("content-type", "application/json")
            .body("{}".into())
            .unwrap()
    };
    for (name, value) in [
        ("host", "pkb.example"),
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let answer = world.call(request(name, value)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}");
    }
    let answer = world.call(request("host", "localhost:8095")).await;
    assert_eq!(answer.status, StatusCode::OK);
    // Only the controls: an app may know the sandbox by another name.
    let page = Request::get(format!("/apiAuthorize.action?{}", encoded(&usual())))
        .header("host", "pkb.example")
        .body("".into());
    assert_eq!(world.call(page.unwrap()).await.status, StatusCode::OK);
}
