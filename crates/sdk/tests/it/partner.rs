//! The partner API's calls as they go out.

use crate::server::{Answer, Server, http};
use axum::http::Method;
use sdk::partner::Told;
use sdk::{PartnerClient, StreamedMessage};
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
async fn a_message_made_while_it_is_sent_arrives_whole_and_with_its_length() {
    let answer = json!({"messageStatusEndpoint": "/api/v1/messages/x/status"});
    let server = Server::with([Answer::json(200, &answer), Answer::json(200, &answer)]).await;
    let text = serde_json::to_string(&message()).unwrap();
    let streamed = || {
        let pieces: Vec<_> = text.as_bytes().chunks(7).map(<[u8]>::to_vec).collect();
        StreamedMessage {
            length: text.len() as u64,
            body: reqwest::Body::wrap_stream(futures_util::stream::iter(
                pieces.into_iter().map(Ok::<_, std::io::Error>),
            )),
        }
    };
    let client = client(&server);
    client
        .send_streamed(Some("the-token"), streamed())
        .await
        .unwrap();
    let asked = server.asked();
    assert_eq!(asked.uri.path(), "/api/v1/messages/instant");
    assert_eq!(asked.headers["accesstoken"], "the-token");
    assert_eq!(asked.headers["content-type"], "application/json");
    assert_eq!(asked.headers["content-length"], text.len().to_string());
    assert_eq!(asked.body, text.as_bytes());
    client.send_streamed(None, streamed()).await.unwrap();
    assert_eq!(server.asked().uri.path(), "/api/v1/messages");
}

#[tokio::test]
async fn a_message_that_breaks_off_while_it_is_made_is_no_request() {
    let server = Server::with([]).await;
    let pieces = [
        Ok(b"{\"messageId\":".to_vec()),
        Err(std::io::Error::other("gone")),
    ];
    let streamed = StreamedMessage {
        length: 100,
        body: reqwest::Body::wrap_stream(futures_util::stream::iter(pieces)),
    };
    let error = client(&server)
        .send_streamed(None, streamed)
        .await
        .unwrap_err();
    assert!(error.is_temporary() && error.status().is_none());
    assert!(server.was_not_asked());
}

#[tokio::test]
async fn events_come_with_their_places_and_go_on_after_one() {
    let events = "id: 7\nevent: status\ndata: {\"messageId\":\"m\",\"status\":\"COMPLETED\",\
        \"subStatus\":\"Imported automatically\",\"dateTime\":\"2026-11-21T12:00:00Z\"}\n\n: alive\n\n\
        id: 9\nevent: gap\ndata: {\"detail\":\"x\"}\n\nid: 10\nevent: news\ndata: y\n\n\
        id: 11\nevent: status\ndata: {\"other\":1}\n\n";
    let server = Server::with([Answer {
        kind: "text/event-stream",
        ..Answer::json(200, events)
    }])
    .await;
    let mut stream = client(&server).events(Some("6")).await.unwrap().unwrap();
    assert_eq!(server.asked().headers["last-event-id"], "6");
    assert_eq!(server.asked().uri.path(), "/api/v1/events");
    let mut told = Vec::new();
    while let Some(next) = stream.next().await.unwrap() {
        told.push(next);
    }
    told.retain(|told| *told != Told::Alive);
    let place = |text: &str| Some(text.to_owned());
    let Some(Told::Status { place: at, event }) = told.first() else {
        panic!("no status");
    };
    assert_eq!(
        (at.as_deref(), event.status.as_str()),
        (Some("7"), "COMPLETED")
    );
    assert_eq!(
        told[1..],
        [
            Told::Gap { place: place("9") },
            Told::Other { place: place("10") },
            Told::Gap { place: place("11") }
        ]
    );
}

#[tokio::test]
async fn a_platform_without_a_stream_is_told_from_one_that_fails() {
    let server = Server::with([
        Answer::json(404, "{}"),
        Answer::json(405, "{}"),
        Answer::json(200, "{}"),
        Answer::json(503, "{}"),
    ])
    .await;
    let client = client(&server);
    for _ in 0..3 {
        assert!(client.events(None).await.unwrap().is_none());
    }
    assert!(!server.asked().headers.contains_key("last-event-id"));
    let failed = client.events(None).await.err().unwrap();
    assert_eq!(failed.status(), Some(503));
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
