//! The gateway's client, beyond what its examples show.

use crate::server::{Answer, Server, http};
use axum::http::Method;
use sdk::GatewayClient;
use sdk::gateway::{FileToSend, MessageFilter};
use serde_json::json;
use wire::gateway::{FileEntry, MessageEntry};
use wire::problem::ProblemType;

fn client(server: &Server) -> GatewayClient {
    GatewayClient::new(http(), &server.url, "bgk_a_b").unwrap()
}

#[tokio::test]
async fn a_form_has_the_message_first_then_each_file_and_its_length() {
    let answer = json!({"messageId": "m", "state": "queued"});
    let server = Server::with([Answer::json(202, &answer)]).await;
    let entry = MessageEntry {
        topic: "T".to_owned(),
        files: vec![FileEntry {
            file_name: "left out".to_owned(),
            mime_type: String::new(),
            content: String::new(),
        }],
        ..MessageEntry::default()
    };
    let files = vec![
        FileToSend::whole("Löss \"1\".txt", "text/plain", "one"),
        FileToSend::whole("b.pdf", "application/pdf", "%PDF-"),
    ];
    let entered = client(&server).send_files(&entry, files).await.unwrap();
    assert_eq!(entered.state, "queued");
    let asked = server.asked();
    assert_eq!(
        (asked.method, asked.uri.path()),
        (Method::POST, "/v1/messages")
    );
    assert_eq!(asked.headers["authorization"], "Bearer bgk_a_b");
    assert_eq!(
        asked.headers["content-length"],
        asked.body.len().to_string()
    );
    let kind = asked.headers["content-type"].to_str().unwrap();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    let body = std::str::from_utf8(&asked.body).unwrap();
    let parts: Vec<_> = body.split(&format!("--{boundary}")).collect();
    assert_eq!(parts.len(), 5);
    assert!(parts[1].contains("name=\"message\"") && parts[1].contains("\"topic\":\"T\""));
    assert!(!parts[1].contains("left out"));
    assert!(
        parts[2]
            .contains("filename=\"Löss %221%22.txt\"\r\nContent-Type: text/plain\r\n\r\none\r\n")
    );
    assert!(parts[3].ends_with("application/pdf\r\n\r\n%PDF-\r\n"));
    assert_eq!(parts[4], "--\r\n");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_to_its_end_is_no_message() {
    let server = Server::with([]).await;
    let pieces = [
        Ok(b"one".to_vec().into()),
        Err(std::io::Error::other("the disk is gone")),
    ];
    let content = futures_util::stream::iter(pieces);
    let file = FileToSend::streamed("a.txt", "text/plain", 6, content);
    let (client, entry) = (client(&server), MessageEntry::default());
    let error = client.send_files(&entry, vec![file]).await.unwrap_err();
    assert!(error.is_temporary() && error.status().is_none());
    assert!(server.was_not_asked());
}

#[tokio::test]
async fn what_is_asked_for_stands_escaped_in_the_query_and_the_path() {
    let server = Server::with([
        Answer::json(200, json!({"messages": []})),
        Answer::json(404, json!({})),
    ])
    .await;
    let filter = MessageFilter {
        user_id: Some("a b&c".to_owned()),
        limit: Some(5),
        ..MessageFilter::default()
    };
    client(&server).messages(&filter).await.unwrap();
    assert_eq!(server.asked().uri, "/v1/messages?userId=a+b%26c&limit=5");
    assert!(client(&server).user("a/b").await.is_err());
    assert_eq!(server.asked().uri, "/v1/users/a%2Fb");
}

#[test]
fn a_client_prints_no_key() {
    let client = GatewayClient::new(http(), "http://127.0.0.1:8090", "bgk_a_secret").unwrap();
    assert!(!format!("{client:?}").contains("secret"));
}

#[tokio::test]
async fn a_reading_is_passed_on_as_it_came_and_the_gateways_own_word_is_a_refusal() {
    let outcome = json!({"resourceType": "OperationOutcome"});
    let needed = json!({
        "type": "http://gateway.test/problems/link-needed", "title": "T", "status": 409, "instance": "urn:uuid:x",
        "detail": "The patient has to authorise again."
    });
    let refused = Answer {
        kind: "application/problem+json",
        ..Answer::json(409, &needed)
    };
    let server = Server::with([Answer::json(403, &outcome), refused]).await;
    let client = client(&server);
    let path = "/fhir/Patient?identifier=a%7Cb";
    let answer = client.read_pkb("a/b", path, "application/fhir+json").await;
    let answer = answer.unwrap();
    assert_eq!(
        (answer.status(), answer.content_type()),
        (403, Some("application/json"))
    );
    assert_eq!(answer.read_all().await.unwrap(), outcome.to_string());
    let asked = server.asked();
    let at = "/v1/patients/a%2Fb/pkb/fhir/Patient?identifier=a%7Cb";
    assert_eq!(asked.uri.to_string(), at);
    assert_eq!(asked.headers["accept"], "application/fhir+json");
    let error = client.read_pkb("a", "/fhir/$x", "*/*").await.unwrap_err();
    assert_eq!(error.kind(), Some(ProblemType::LinkNeeded));
}

#[tokio::test]
async fn a_reading_cannot_lead_to_another_call() {
    let server = Server::with([]).await;
    let client = client(&server);
    for path in [
        "/fhir/../../../b/pkb/fhir/Patient",
        "/fhir/%2E./Patient",
        "fhir/Patient",
        "/fhir\\..\\x",
        "/fhir/Patient#x",
    ] {
        let error = client.read_pkb("a", path, "*/*").await.unwrap_err();
        assert!(!error.is_temporary(), "{path}");
    }
    assert!(server.was_not_asked());
}
