//! The token endpoint: codes, refresh tokens, sessions, and how each of them ends.

use crate::pkb_world::{
    APP, CALLBACK, CHALLENGE, OTHER, Pair, PkbWorld, VERIFIER, parameter, patient, refused, with,
};
use axum::http::StatusCode;
use lab::pkb::PkbChange;
use serde_json::json;

const SELF: &str = "/json/users/self";
const DAY: i64 = 86_400;

/// The code that a data call is refused with; empty when it is answered.
async fn read(world: &PkbWorld, access: &str) -> String {
    let answer = world.data(SELF, access).await;
    if answer.status == StatusCode::OK {
        return String::new();
    }
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    answer.json()["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_code_becomes_a_pair_as_documented() {
    let world = PkbWorld::documented();
    let code = world.code(&patient()).await;
    let answer = world.exchange(&code).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("pragma"), "no-cache");
    let told = answer.json();
    assert_eq!(told["token_type"], "Bearer");
    assert_eq!(told["expires_in"], 600);
    assert_eq!(told["scope"], "PATIENT");
    assert_eq!(told["access_token"].as_str().unwrap().len(), 43);
    assert_eq!(told["refresh_token"].as_str().unwrap().len(), 43);
    assert_eq!(told.as_object().unwrap().len(), 5);
    let user = read(&world, told["access_token"].as_str().unwrap()).await;
    assert_eq!(user, "");
}

#[tokio::test]
async fn no_scope_is_told_when_none_was_asked() {
    let world = PkbWorld::documented();
    let code = world.code_of(&with(&[("scope", "")]), &patient()).await;
    let told = world.exchange(&code).await.json();
    assert!(told.get("scope").is_none());
    let refreshed = world.refresh(told["refresh_token"].as_str().unwrap()).await;
    assert!(refreshed.json().get("scope").is_none());
}

#[tokio::test]
async fn what_is_missing_or_wrong_in_a_call_is_told_by_rfc_6749() {
    let world = PkbWorld::documented();
    let path = "/apiToken.action";
    let code = ("grant_type", "authorization_code");
    for (fields, error) in [
        (&[][..], "invalid_request"),
        (&[("client_id", APP)], "invalid_request"),
        (&[code], "invalid_request"),
        (&[code, ("client_id", APP)], "invalid_request"),
        (&[code, ("client_id", APP), ("code", "")], "invalid_request"),
        (
            &[code, ("client_id", APP), ("code", "a"), ("code", "a")],
            "invalid_request",
        ),
        (
            &[code, ("client_id", "nobody"), ("code", "a")],
            "invalid_client",
        ),
        (&[code, ("client_id", APP), ("code", "a")], "invalid_grant"),
        (
            &[("grant_type", "refresh_token"), ("client_id", APP)],
            "invalid_request",
        ),
        (
            &[
                ("grant_type", "refresh_token"),
                ("client_id", APP),
                ("refresh_token", "a"),
            ],
            "invalid_grant",
        ),
        (
            &[("grant_type", "password"), ("client_id", APP)],
            "unsupported_grant_type",
        ),
        (
            &[("grant_type", "client_credentials"), ("client_id", APP)],
            "unauthorized_client",
        ),
    ] {
        refused(&world.form(path, fields).await, error);
    }
    let request = axum::http::Request::post(path)
        .header("content-type", "application/json")
        .body("{}".into());
    refused(&world.call(request.unwrap()).await, "invalid_request");
    let get = world.get(path).await;
    assert_eq!(get.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(get.header("allow"), "POST");
}

#[tokio::test]
async fn a_code_is_bound_to_client_and_redirect_uri_and_not_spent_by_a_wrong_call() {
    let world = PkbWorld::documented();
    let code = world.code(&patient()).await;
    let other = CALLBACK.to_owned() + "?a=1";
    for (client, uri) in [
        (OTHER, CALLBACK),
        (APP, ""),
        (APP, other.as_str()),
        (APP, "http://localhost/"),
    ] {
        let fields = [
            ("client_id", client),
            ("code", &code),
            ("redirect_uri", uri),
        ];
        refused(&world.exchange_with(&fields).await, "invalid_grant");
    }
    Pair::of(&world.exchange(&code).await);
    // None was sent to the page: it may be left out, but not another be sent.
    let code = world
        .code_of(&with(&[("redirect_uri", "")]), &patient())
        .await;
    let wrong = [
        ("client_id", APP),
        ("code", &code),
        ("redirect_uri", other.as_str()),
    ];
    refused(&world.exchange_with(&wrong).await, "invalid_grant");
    Pair::of(
        &world
            .exchange_with(&[("client_id", APP), ("code", &code)])
            .await,
    );
    // With more parameters than registered, these must come again.
    let uri = "https://app.example/pkb/callback?tenant=1";
    let code = world
        .code_of(&with(&[("redirect_uri", uri)]), &patient())
        .await;
    refused(&world.exchange(&code).await, "invalid_grant");
    let right = [("client_id", APP), ("code", &code), ("redirect_uri", uri)];
    Pair::of(&world.exchange_with(&right).await);
}

#[tokio::test]
async fn a_code_runs_out() {
    let world = PkbWorld::documented();
    let code = world.code(&patient()).await;
    world.later(59);
    Pair::of(&world.exchange(&code).await);
    let code = world.code(&patient()).await;
    world.later(60);
    refused(&world.exchange(&code).await, "invalid_grant");
    world.later(2 * DAY);
    world.code(&patient()).await;
    refused(&world.exchange(&code).await, "invalid_grant");
}

#[tokio::test]
async fn the_second_use_of_a_code_ends_the_session_that_it_began() {
    let world = PkbWorld::documented();
    let code = world.code(&patient()).await;
    let pair = Pair::of(&world.exchange(&code).await);
    let words = refused(&world.exchange(&code).await, "invalid_grant");
    assert!(words.contains("API_SESSION_INVALID"));
    assert_eq!(read(&world, &pair.access).await, "API_SESSION_INVALID");
    let words = refused(&world.refresh(&pair.refresh).await, "invalid_grant");
    assert!(words.contains("API_SESSION_INVALID"));
    assert_eq!(world.count("reused").await, 1);
}

#[tokio::test]
async fn pkce_is_honoured_when_a_challenge_was_sent() {
    for world in [PkbWorld::documented(), PkbWorld::strict()] {
        let query = with(&[
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        let code = world.code_of(&query, &patient()).await;
        let wrong = "x".repeat(43);
        for verifier in ["", CHALLENGE, wrong.as_str()] {
            let fields = [
                ("client_id", APP),
                ("code", &code),
                ("redirect_uri", CALLBACK),
                ("code_verifier", verifier),
            ];
            refused(&world.exchange_with(&fields).await, "invalid_grant");
        }
        let fields = [
            ("client_id", APP),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        Pair::of(&world.exchange_with(&fields).await);
    }
    let world = PkbWorld::documented();
    let plain = with(&[("code_challenge", VERIFIER)]);
    for (query, right) in [(plain, true), (with(&[]), false)] {
        let code = world.code_of(&query, &patient()).await;
        let fields = [
            ("client_id", APP),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let answer = world.exchange_with(&fields).await;
        assert_eq!(answer.status.is_success(), right);
    }
}

#[tokio::test]
async fn a_refresh_makes_a_new_pair_and_the_old_access_token_lives_on() {
    let world = PkbWorld::documented();
    let first = world.tokens(&patient()).await;
    world.later(300);
    let answer = world.refresh(&first.refresh).await;
    assert_eq!(answer.json()["expires_in"], 600);
    assert_eq!(answer.json()["scope"], "PATIENT");
    let second = Pair::of(&answer);
    assert_ne!(first.access, second.access);
    assert_ne!(first.refresh, second.refresh);
    assert_eq!(read(&world, &first.access).await, "");
    world.later(299);
    assert_eq!(read(&world, &first.access).await, "");
    world.later(1);
    assert_eq!(read(&world, &first.access).await, "ACC_TOKEN_EXPIRED");
    assert_eq!(read(&world, &second.access).await, "");
    world.later(300);
    assert_eq!(read(&world, &second.access).await, "ACC_TOKEN_EXPIRED");
    // Long after the access token, the refresh token still does.
    world.later(30 * DAY);
    Pair::of(&world.refresh(&second.refresh).await);
    assert_eq!(world.count("refreshed").await, 2);
    assert_eq!(world.count("reused").await, 0);
}

#[tokio::test]
async fn the_second_use_of_a_refresh_token_ends_the_session() {
    let world = PkbWorld::documented();
    let first = world.tokens(&patient()).await;
    let elsewhere = world.tokens(&patient()).await;
    let second = Pair::of(&world.refresh(&first.refresh).await);
    let words = refused(&world.refresh(&first.refresh).await, "invalid_grant");
    assert!(words.contains("API_SESSION_INVALID"));
    for access in [&first.access, &second.access] {
        assert_eq!(read(&world, access).await, "API_SESSION_INVALID");
    }
    refused(&world.refresh(&second.refresh).await, "invalid_grant");
    assert_eq!(world.count("reused").await, 1);
    // Another session of the same patient goes on.
    assert_eq!(read(&world, &elsewhere.access).await, "");
    Pair::of(&world.refresh(&elsewhere.refresh).await);
}

#[tokio::test]
async fn a_refresh_token_is_its_clients_and_its_scopes() {
    let world = PkbWorld::documented();
    let pair = world.tokens(&patient()).await;
    let call = async |client: &str, scope: &str| {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", client),
            ("refresh_token", &pair.refresh),
            ("scope", scope),
        ];
        world.form("/apiToken.action", &fields).await
    };
    refused(&call(OTHER, "").await, "invalid_grant");
    refused(&call(APP, "CLINICIAN").await, "invalid_scope");
    refused(&call(APP, "NONSENSE").await, "invalid_scope");
    // None of these has spent it.
    Pair::of(&call(APP, "PATIENT").await);
}

#[tokio::test]
async fn near_its_end_a_session_gives_shorter_tokens_and_no_refresh_token() {
    let world = PkbWorld::documented();
    let pair = world.tokens(&patient()).await;
    world.later(90 * DAY - 600);
    let told = world.refresh(&pair.refresh).await.json();
    assert_eq!(told["expires_in"], 600, "as long as the session: both");
    let refresh_token = told["refresh_token"].as_str().unwrap();
    world.later(1);
    let told = world.refresh(refresh_token).await.json();
    assert_eq!(told["expires_in"], 599);
    assert!(told.get("refresh_token").is_none());
    let access = told["access_token"].as_str().unwrap();
    world.later(598);
    assert_eq!(read(&world, access).await, "");
    world.later(1);
    assert_eq!(read(&world, access).await, "API_SESSION_EXPIRED");
}

#[tokio::test]
async fn after_a_sessions_end_neither_token_works() {
    let world = PkbWorld::documented();
    let pair = world.tokens(&patient()).await;
    world.later(90 * DAY);
    assert_eq!(read(&world, &pair.access).await, "API_SESSION_EXPIRED");
    let words = refused(&world.refresh(&pair.refresh).await, "invalid_grant");
    assert!(words.contains("API_SESSION_EXPIRED"));
    assert_eq!(world.count("reused").await, 0);
    // Long after, it isn't even known.
    world.later(31 * DAY);
    world.code(&patient()).await;
    assert_eq!(read(&world, &pair.access).await, "BAD_AUTHENTICATION");
}

#[tokio::test]
async fn everything_outlives_a_restart_and_nothing_lies_in_the_clear() {
    let world = PkbWorld::documented();
    let pair = world.tokens(&patient()).await;
    let second = Pair::of(&world.refresh(&pair.refresh).await);
    let code = world.code(&patient()).await;
    let world = world.restarted();
    assert_eq!(read(&world, &pair.access).await, "");
    assert_eq!(read(&world, &second.access).await, "");
    assert_eq!(world.count("refreshed").await, 1);
    let third = Pair::of(&world.refresh(&second.refresh).await);
    Pair::of(&world.exchange(&code).await);
    for secret in [
        &pair.access,
        &pair.refresh,
        &second.refresh,
        &third.access,
        &code,
    ] {
        for file in std::fs::read_dir(world.folder.path()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            let found = bytes
                .windows(secret.len())
                .any(|at| at == secret.as_bytes());
            assert!(!found, "a secret lies in the clear");
        }
    }
    let world = world.restarted();
    refused(&world.refresh(&second.refresh).await, "invalid_grant");
    assert_eq!(read(&world, &third.access).await, "API_SESSION_INVALID");
    refused(&world.exchange(&code).await, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_fifty_uses_of_one_refresh_token_one_gets_a_pair_and_the_session_is_dead() {
    let world = std::sync::Arc::new(PkbWorld::documented());
    let pair = world.tokens(&patient()).await;
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (world, token) = (world.clone(), pair.refresh.clone());
        calls.spawn(async move { world.refresh(&token).await });
    }
    let answers = calls.join_all().await;
    let (good, bad): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .partition(|a| a.status == StatusCode::OK);
    assert_eq!(good.len(), 1);
    for answer in &bad {
        refused(answer, "invalid_grant");
    }
    let new = Pair::of(&good[0]);
    assert_eq!(read(&world, &new.access).await, "API_SESSION_INVALID");
    refused(&world.refresh(&new.refresh).await, "invalid_grant");
    assert_eq!(world.count("refreshed").await, 1);
    assert_eq!(world.count("reused").await, 49);
}

#[tokio::test]
async fn a_session_refreshed_very_often_stays_small_and_keeps_its_newest() {
    let world = PkbWorld::documented();
    let first = world.tokens(&patient()).await;
    let mut refresh = first.refresh.clone();
    let mut access = String::new();
    for _ in 0..250 {
        let next = Pair::of(&world.refresh(&refresh).await);
        (refresh, access) = (next.refresh, next.access);
    }
    assert_eq!(read(&world, &access).await, "");
    // The oldest access token is forgotten, the oldest refresh token is not.
    assert_eq!(read(&world, &first.access).await, "BAD_AUTHENTICATION");
    refused(&world.refresh(&first.refresh).await, "invalid_grant");
    assert_eq!(read(&world, &access).await, "API_SESSION_INVALID");
}

#[tokio::test]
async fn a_refresh_token_can_be_left_out_on_request() {
    let world = PkbWorld::documented();
    let change = PkbChange {
        omit_refresh_token: Some(1),
        ..PkbChange::default()
    };
    world.controls.change(change).unwrap();
    let code = world.code(&patient()).await;
    let told = world.exchange(&code).await.json();
    assert_eq!(told["expires_in"], 600);
    assert!(told.get("refresh_token").is_none());
    let location = world.approve(&with(&[]), &patient()).await;
    let code = parameter(&location, "code").unwrap();
    assert_ne!(
        world.exchange(&code).await.json()["refresh_token"],
        json!(null)
    );
}
