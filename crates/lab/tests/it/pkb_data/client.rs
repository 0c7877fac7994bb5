//! Our client of PKB against the sandbox: the whole way, and its faults.

use super::sandbox::{CLIENT, MARGARET, REDIRECT, Sandbox, public_id};
use sdk::pkb::{ExchangeCode, Purview, ReadFailure, TokenFailure};
use serde_json::json;
use std::time::Duration;
use wire::pkb::ResponseCode;

#[tokio::test]
async fn from_the_authorise_address_to_details_and_the_next_pair() {
    let sandbox = Sandbox::open().await;
    let first = sandbox.patient(MARGARET).await;
    assert_eq!(
        (first.expires_in, first.scope.as_deref()),
        (600, Some("PATIENT"))
    );
    let Purview::Patient(id) = sandbox.pkb.purview(&first.access).await.unwrap() else {
        panic!("a patient");
    };
    assert_eq!(id.to_string(), public_id(MARGARET));
    let details = sandbox.pkb.users_self(&first.access).await.unwrap();
    assert_eq!(details.nhs_number(), Some("9547852140"));
    let refresh = first.refresh.unwrap();
    let second = sandbox.pkb.refresh(CLIENT, &refresh).await.unwrap();
    assert_ne!(
        (&second.access, second.refresh.as_ref()),
        (&first.access, Some(&refresh))
    );
    assert!(sandbox.pkb.purview(&second.access).await.is_ok());
    // A second use of a spent token ends the session.
    let reused = sandbox.pkb.refresh(CLIENT, &refresh).await;
    let over = TokenFailure::Answered {
        status: 400,
        error: Some("invalid_grant"),
        retry_after: None,
    };
    assert_eq!(reused, Err(over));
    let failure = sandbox.pkb.purview(&second.access).await.unwrap_err();
    assert_eq!(failure, ReadFailure::Code(ResponseCode::ApiSessionInvalid));
}

#[tokio::test]
async fn a_lost_answer_is_told_as_lost_and_the_token_is_spent_once() {
    let sandbox = Sandbox::open().await;
    let tokens = sandbox.patient(MARGARET).await;
    sandbox.control("", &json!({"loseAnswers": 1})).await;
    let refresh = tokens.refresh.unwrap();
    let lost = sandbox.pkb.refresh(CLIENT, &refresh).await;
    assert_eq!(lost, Err(TokenFailure::Lost));
    tokio::time::sleep(Duration::from_millis(50)).await;
    let counts = sandbox.counts().await;
    assert_eq!(
        (&counts["refreshed"], counts.get("reused")),
        (&json!(1), None),
        "{counts}"
    );
}

#[tokio::test]
async fn what_the_sandbox_is_told_to_answer_is_told_apart() {
    let sandbox = Sandbox::open().await;
    let tokens = sandbox.patient(MARGARET).await;
    let refresh = tokens.refresh.unwrap();
    for (answers, expected) in [
        (json!({"status": 502, "on": "token"}), TokenFailure::Lost),
        (json!({"status": 504, "on": "token"}), TokenFailure::Lost),
        (
            json!({"status": 429, "on": "token", "retryAfter": 9}),
            TokenFailure::Answered {
                status: 429,
                error: None,
                retry_after: Some(Duration::from_secs(9)),
            },
        ),
        (
            json!({"status": 500, "on": "token"}),
            TokenFailure::Answered {
                status: 500,
                error: None,
                retry_after: None,
            },
        ),
    ] {
        sandbox.control("", &json!({"answers": answers})).await;
        let failure = sandbox.pkb.refresh(CLIENT, &refresh).await;
        assert_eq!(failure, Err(expected));
    }
    sandbox
        .control("", &json!({"answers": {"status": 503, "on": "data"}}))
        .await;
    let failure = sandbox.pkb.users_self(&tokens.access).await.err();
    assert_eq!(failure, Some(ReadFailure::Answered { status: 503 }));
    // None of these spent the token.
    assert!(sandbox.pkb.refresh(CLIENT, &refresh).await.is_ok());
}

#[tokio::test]
async fn a_code_is_good_once_for_its_client_and_redirect_uri() {
    let sandbox = Sandbox::open().await;
    let code = sandbox.code(MARGARET, "PATIENT").await;
    let exchange = async |redirect_uri: &str| {
        let code = ExchangeCode {
            client_id: CLIENT,
            code: &code,
            redirect_uri,
            verifier: None,
        };
        sandbox.pkb.exchange(&code).await
    };
    let refused = |result: Result<_, TokenFailure>| {
        matches!(
            result,
            Err(TokenFailure::Answered {
                status: 400,
                error: Some("invalid_grant"),
                ..
            })
        )
    };
    assert!(refused(
        exchange("http://127.0.0.1:8090/other").await.map(drop)
    ));
    let _ = exchange(REDIRECT).await;
    assert!(refused(exchange(REDIRECT).await.map(drop)));
}
