//! What a token may read, and how a refusal is told.

use super::raw::{Deed, Raw};
use super::secret;
use crate::server::{Answer, Server};
use sdk::pkb::{PkbClient, Purview, ReadFailure, refused};
use wire::pkb::ResponseCode;
use wire::pkb::stu3::{OperationOutcome, Parameters};

const ID: &str = "1d4a8b2d-f885-499f-ba51-50600312f316";

fn purview_of(reference: &str) -> String {
    serde_json::to_string(&Parameters::purview(reference)).unwrap()
}

fn outcome(code: ResponseCode) -> String {
    serde_json::to_string(&OperationOutcome::error("login", Some(code), "why")).unwrap()
}

async fn with(answer: Answer) -> (Server, PkbClient) {
    let server = Server::with([answer]).await;
    let pkb = PkbClient::new(&server.url).unwrap();
    (server, pkb)
}

#[tokio::test]
async fn the_purview_says_whose_token_it_is() {
    let (server, pkb) = with(Answer::json(200, purview_of(&format!("Patient/{ID}")))).await;
    let purview = pkb.purview(&secret("a-1")).await.unwrap();
    assert!(purview == Purview::Patient(uuid::Uuid::parse_str(ID).unwrap()));
    let asked = server.asked();
    assert_eq!(
        (asked.method.as_str(), asked.uri.path()),
        ("GET", "/fhir/Consent/$purview")
    );
    assert_eq!(asked.headers["authorization"], "Bearer a-1");
    assert_eq!(asked.headers["accept"], "application/fhir+json");
    let (_server, pkb) = with(Answer::json(200, purview_of(&format!("Practitioner/{ID}")))).await;
    assert!(pkb.purview(&secret("a-1")).await.unwrap() == Purview::Other("Practitioner"));
}

#[tokio::test]
async fn where_get_is_not_allowed_it_is_asked_for_by_post() {
    let good = purview_of(&format!("Patient/{ID}"));
    let server = Server::with([Answer::json(405, ""), Answer::json(200, good)]).await;
    let pkb = PkbClient::new(&server.url).unwrap();
    assert!(pkb.purview(&secret("a-1")).await.is_ok());
    let asked = server.asked();
    assert_eq!(asked.method, "POST");
    assert_eq!(asked.headers["content-type"], "application/fhir+json");
    assert_eq!(&asked.body[..], br#"{"resourceType":"Parameters"}"#);
}

#[tokio::test]
async fn a_refusal_is_told_by_its_code_wherever_it_stands() {
    for code in ResponseCode::ALL {
        let (_server, pkb) = with(Answer::json(401, outcome(code))).await;
        let failure = pkb.purview(&secret("a-1")).await.unwrap_err();
        assert_eq!(failure, ReadFailure::Code(code));
        let rest = format!(r#"{{"code":"{code}","message":"why"}}"#);
        let (_server, pkb) = with(Answer::json(403, rest)).await;
        let failure = pkb.users_self(&secret("a-1")).await.err();
        assert_eq!(failure, Some(ReadFailure::Code(code)));
    }
    for (status, body) in [
        (401, ""),
        (500, "<html>"),
        (404, r#"{"code":"NOT_FOUND"}"#),
        (307, ""),
    ] {
        let (_server, pkb) = with(Answer::json(status, body)).await;
        let failure = pkb.users_self(&secret("a-1")).await.err();
        assert_eq!(failure, Some(ReadFailure::Answered { status }));
    }
}

#[tokio::test]
async fn an_answer_that_isnt_what_was_asked_for_is_told_as_such() {
    for body in [
        "",
        "{}",
        "<html>",
        r#"{"resourceType":"Parameters"}"#,
        &purview_of("Patient/12"),
    ] {
        let (_server, pkb) = with(Answer::json(200, body)).await;
        let failure = pkb.purview(&secret("a-1")).await.unwrap_err();
        assert_eq!(failure, ReadFailure::Answered { status: 200 }, "{body}");
    }
    let long = format!("{{\"id\":\"{}\"}}", "1".repeat(1 << 20));
    let (_server, pkb) = with(Answer::json(200, long)).await;
    let failure = pkb.users_self(&secret("a-1")).await.err();
    assert_eq!(failure, Some(ReadFailure::Answered { status: 200 }));
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 200\r\n\r\n{\"id\":";
    let server = Raw::that(Deed::Write(half)).await;
    let pkb = PkbClient::new(&format!("http://{}", server.address)).unwrap();
    let failure = pkb.users_self(&secret("a-1")).await.err();
    assert_eq!(failure, Some(ReadFailure::NotReached));
}

#[tokio::test]
async fn any_reading_is_passed_on_as_it_is() {
    let server = Server::with([
        Answer::json(200, "{\"any\":1}"),
        Answer::json(404, outcome(ResponseCode::AccTokenExpired)),
    ])
    .await;
    let pkb = PkbClient::new(&server.url).unwrap();
    let path = "/fhir/Patient?identifier=a|b";
    let answer = pkb
        .get(path, "application/json", &secret("a-1"))
        .await
        .unwrap();
    assert_eq!(answer.text().await.unwrap(), "{\"any\":1}");
    let asked = server.asked();
    assert_eq!(asked.uri.to_string(), "/fhir/Patient?identifier=a|b");
    assert_eq!(asked.headers["accept"], "application/json");
    let answer = pkb.get("/fhir/x", "*/*", &secret("a-1")).await.unwrap();
    let told = refused(answer).await;
    assert_eq!(
        (told.status, told.code),
        (404, Some(ResponseCode::AccTokenExpired))
    );
    assert_eq!(told.body, outcome(ResponseCode::AccTokenExpired));
    assert_eq!(told.content_type.unwrap(), "application/json");
}

#[tokio::test]
async fn what_cant_be_sent_isnt() {
    let server = Server::with([]).await;
    let pkb = PkbClient::new(&server.url).unwrap();
    for (path, accept, token) in [
        ("/fhir/../x", "*/*", "a"),
        ("/fhir", "a\nb", "a"),
        ("/fhir", "*/*", "a\nb"),
    ] {
        let failure = pkb.get(path, accept, &secret(token)).await.err();
        assert_eq!(failure, Some(ReadFailure::Unsendable));
    }
    assert!(server.was_not_asked());
}
