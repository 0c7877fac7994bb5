//! The partner API's calls as they go out.

use crate::server::{Answer, Server, http};
use axum::http::Method;
use sdk::PartnerClient;
use serde_json::{Value, json};
use wire::partner::{Attachment, Identified, SUBJECT_TYPE, SendMessage};

fn client(server: &Server) -> PartnerClient {
    PartnerClient::new(http(), &server.url, "the-key").unwrap()
}

fn message() -> SendMessage {
    SendMessage {
        message_id: "0b0e1d9e-0000-4000-8000-000000000001".to_owned(),
        kind: wire::partner::INSTANT_TYPE.to_owned(),
        topic: "Discharge".to_owned(),
        recipient: Identified::new("OdsOrganisationId", "GPPRAC001"),
        subject: Identified::new(SUBJECT_TYPE, "9547852140"),
        expiry_date_time: None,
        body: None,
        attachments: vec![Attachment {
            mime_type: "text/plain".to_owned(),
            file_name: "a.txt".to_owned(),
            content: "eA==".to_owned(),
        }],
        coded_data_items: Vec::new(),
    }
}

#[tokio::test]
async fn every_call_carries_the_key() {
    let server = Server::with([Answer::json(200, ""), Answer::json(200, "[]")]).await;
    client(&server).test().await.unwrap();
    assert_eq!(server.asked().headers["apikey"], "the-key");
    assert_eq!(server.asked().uri, "/api/v1/test");
    assert!(client(&server).topics().await.unwrap().is_empty());
    assert_eq!(server.asked().uri, "/api/v1/topics");
}

#[tokio::test]
async fn an_instant_message_goes_out_under_its_token() {
    let answer = json!({"messageStatusEndpoint": "/api/v1/messages/x/status"});
    let server = Server::with([Answer::json(200, &answer), Answer::json(200, &answer)]).await;
    client(&server)
        .send_instant("the-token", &message())
        .await
        .unwrap();
    let asked = server.asked();
    assert_eq!(
        (asked.method, asked.uri.path()),
        (Method::POST, "/api/v1/messages/instant")
    );
    assert_eq!(asked.headers["accesstoken"], "the-token");
    let body: Value = serde_json::from_slice(&asked.body).unwrap();
    assert_eq!(body["type"], "ToolbarInstantMessage");
    assert_eq!(body["subject"]["id"]["value"], "9547852140");
    client(&server).send_standard(&message()).await.unwrap();
    assert_eq!(server.asked().uri, "/api/v1/messages");
    assert!(!server.asked().headers.contains_key("accesstoken"));
}

#[tokio::test]
async fn a_code_becomes_a_token_and_a_token_is_verified() {
    let server = Server::with([
        Answer::json(200, json!({"token": "t"})),
        Answer::json(200, ""),
        Answer::json(410, "{}"),
        Answer::json(403, "{}"),
    ])
    .await;
    let client = client(&server);
    assert_eq!(client.exchange("ABCD2345").await.unwrap().token, "t");
    assert_eq!(
        server.asked().body.as_ref(),
        br#"{"accessCode":"ABCD2345"}"#
    );
    assert!(client.verify("t").await.unwrap());
    assert!(!client.verify("t").await.unwrap());
    assert_eq!(client.verify("t").await.unwrap_err().status(), Some(403));
}

#[tokio::test]
async fn a_message_id_cannot_lead_elsewhere() {
    let server = Server::with([Answer::json(404, "{}")]).await;
    client(&server).status("../topics?x#y").await.unwrap_err();
    assert_eq!(
        server.asked().uri,
        "/api/v1/messages/..%2Ftopics%3Fx%23y/status"
    );
}
