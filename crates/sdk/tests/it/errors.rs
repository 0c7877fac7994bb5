//! The three kinds of error, and what none of them shows.

use crate::server::{Answer, Server, http};
use sdk::{Error, FhirClient, PartnerClient};
use std::time::Duration;
use wire::problem::{Problem, ProblemType};

const NHS_NUMBER: &str = "9547852140";

fn problem(kind: ProblemType) -> Answer {
    let mut problem = Problem::new(kind, "http://p", uuid::Uuid::nil());
    problem.detail = Some(format!("{NHS_NUMBER} is not known"));
    Answer {
        kind: wire::problem::MEDIA_TYPE,
        header: Some(("retry-after", "7")),
        ..Answer::json(kind.status(), serde_json::to_string(&problem).unwrap())
    }
}

async fn partner(answer: Answer) -> Error {
    let server = Server::with([answer]).await;
    let client = PartnerClient::new(http(), &server.url, "key-hunter2").unwrap();
    assert!(!format!("{client:?}").contains("hunter2"));
    client.status("x").await.unwrap_err()
}

#[tokio::test]
async fn a_problem_is_a_refusal_that_keeps_its_words_to_itself() {
    let error = partner(problem(ProblemType::TooManyRequests)).await;
    let refusal = error.refusal().unwrap();
    assert_eq!(refusal.kind(), Some(ProblemType::TooManyRequests));
    assert_eq!(refusal.words, format!("{NHS_NUMBER} is not known"));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert!(error.is_temporary());
    for shown in [error.to_string(), format!("{error:?}")] {
        assert!(!shown.contains(NHS_NUMBER), "{shown}");
        assert!(shown.contains("too-many-requests"), "{shown}");
    }
    assert!(
        !partner(problem(ProblemType::Forbidden))
            .await
            .is_temporary()
    );
}

#[tokio::test]
async fn a_refusal_without_a_document_is_still_a_refusal() {
    let page = Answer {
        kind: "text/html",
        ..Answer::json(502, "<html>")
    };
    let error = partner(page).await;
    assert_eq!((error.status(), error.kind()), (Some(502), None));
    assert_eq!(error.refusal().unwrap().words, "");
}

#[tokio::test]
async fn other_json_or_another_status_is_unintelligible_and_not_quoted() {
    for answer in [
        Answer::json(200, format!("{{\"messageId\": {NHS_NUMBER}}}")),
        Answer::json(200, "not json"),
        Answer::json(302, "{}"),
        Answer::json(200, "x".repeat(9 * 1024 * 1024)),
    ] {
        let error = partner(answer).await;
        assert!(matches!(error, Error::Unintelligible(_)), "{error}");
        assert!(!error.to_string().contains(NHS_NUMBER), "{error}");
        assert!(!error.is_temporary());
    }
}

#[tokio::test]
async fn a_closed_port_is_unreachable_and_the_address_is_not_shown() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = FhirClient::new(http(), &url).unwrap();
    let error = client
        .find_patients(NHS_NUMBER)
        .await
        .map(|_| ())
        .unwrap_err();
    assert_eq!(error.to_string(), "unreachable: connection refused");
    assert!(!format!("{error:?}").contains(NHS_NUMBER));
    assert!(error.is_temporary());
}

#[test]
fn an_address_or_key_that_cannot_be_used_is_refused_at_once() {
    assert!(PartnerClient::new(http(), "localhost:8080", "key").is_err());
    assert!(PartnerClient::new(http(), "http://localhost:8080", "key\n").is_err());
}
