//! Client credentials.

use super::sandbox::{MARGARET, ORGANISATION, SYSTEM, SYSTEM_SECRET, Sandbox, public_id};
use serde_json::{Value, json};

const FORM: &str = "grant_type=client_credentials";

#[tokio::test]
async fn a_system_gets_the_documented_answer() {
    let sandbox = Sandbox::open().await;
    let told = sandbox.system(SYSTEM, SYSTEM_SECRET, FORM).await;
    assert_eq!(
        (told.status, told.header("cache-control")),
        (200, "no-store")
    );
    let answer = told.json();
    let names: Vec<_> = answer.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "access_token",
            "token_type",
            "expires_in",
            "scope",
            "jti",
            "client_name"
        ]
    );
    assert_eq!(
        (&answer["token_type"], &answer["scope"]),
        (&json!("bearer"), &json!("none"))
    );
    assert_eq!(
        (&answer["expires_in"], &answer["client_name"]),
        (&json!(3599), &json!(SYSTEM))
    );
    assert_eq!(
        uuid::Uuid::parse_str(answer["jti"].as_str().unwrap())
            .unwrap()
            .get_version_num(),
        4
    );
    let again = sandbox.system(SYSTEM, SYSTEM_SECRET, FORM).await.json();
    assert_ne!(
        (&again["jti"], &again["access_token"]),
        (&answer["jti"], &answer["access_token"])
    );
}

#[tokio::test]
async fn without_good_credentials_the_documented_refusal_comes() {
    let sandbox = Sandbox::open().await;
    let refusal = json!({
        "error": "unauthorized",
        "error_description": "Full authentication is required to access this resource"
    });
    let mut answers = vec![
        sandbox.system(SYSTEM, "wrong", FORM).await,
        sandbox.system("nobody", SYSTEM_SECRET, FORM).await,
        sandbox.system(SYSTEM, "", FORM).await,
    ];
    for header in [
        None,
        Some("Bearer x"),
        Some("Basic"),
        Some("Basic !"),
        Some("Basic YQ=="),
    ] {
        answers.push(sandbox.system_with(header, FORM).await);
    }
    // Neither in the form.
    let form = format!("{FORM}&client_id={SYSTEM}&client_secret={SYSTEM_SECRET}");
    answers.push(sandbox.system_with(None, &form).await);
    for told in answers {
        assert_eq!((told.status, told.json()), (401, refusal.clone()));
        assert!(told.header("www-authenticate").starts_with("Basic "));
    }
}

#[tokio::test]
async fn only_client_credentials_are_granted() {
    let sandbox = Sandbox::open().await;
    for (form, error) in [
        ("", "invalid_request"),
        ("grant_type=", "invalid_request"),
        (
            "grant_type=client_credentials&grant_type=client_credentials",
            "invalid_request",
        ),
        ("grant_type=authorization_code", "unsupported_grant_type"),
    ] {
        let told = sandbox.system(SYSTEM, SYSTEM_SECRET, form).await;
        assert_eq!(
            (told.status, &told.json()["error"]),
            (400, &json!(error)),
            "{form}"
        );
    }
}

#[tokio::test]
async fn a_system_token_runs_out() {
    let sandbox = Sandbox::open().await;
    let token = sandbox.system_token().await;
    let path = format!("/fhir/Patient/{}", public_id(MARGARET));
    sandbox.clock.advance(jiff::SignedDuration::from_secs(3598));
    assert_eq!(
        sandbox.get_for(&path, &token, ORGANISATION).await.status,
        200
    );
    sandbox.clock.advance(jiff::SignedDuration::from_secs(2));
    let told = sandbox.get_for(&path, &token, ORGANISATION).await;
    assert_eq!(
        (told.status, told.code()),
        (401, Value::from("ACC_TOKEN_EXPIRED"))
    );
}
