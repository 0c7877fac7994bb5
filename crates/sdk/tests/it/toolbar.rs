//! The toolbar API's calls, attachments and stream.

use crate::server::{Answer, Server, http};
use sdk::sse::Received;
use sdk::{Error, ToolbarClient, ToolbarSession};
use serde_json::json;
use wire::practice::{
    AttachmentInfo, ClaimMode, LaunchWidget, PracticeInfo, PractitionerInfo, SignedIn,
};

/// SHA-256 of `abc`.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn session(server: &Server) -> ToolbarSession {
    let signed_in = SignedIn {
        session: "the-session".to_owned(),
        expires_at: String::new(),
        practitioner: PractitionerInfo {
            spine_user_id: "555000000101".to_owned(),
            name: "Dr Amara Okafor".to_owned(),
        },
        practice: PracticeInfo {
            ods_code: "GPPRAC001".to_owned(),
            name: "Riverside Test Practice".to_owned(),
        },
    };
    let client = ToolbarClient::new(http(), &server.url).unwrap();
    let session = client.session(&signed_in).unwrap();
    assert!(!format!("{session:?}").contains("the-session"));
    session
}

async fn attachment(sent: &str, size: u64, sha256: &str) -> Result<Vec<u8>, Error> {
    let server = Server::with([Answer::json(200, sent)]).await;
    let info = AttachmentInfo {
        index: 3,
        file_name: "a.txt".to_owned(),
        mime_type: "text/plain".to_owned(),
        size,
        sha256: sha256.to_owned(),
    };
    let stream = session(&server).attachment("m1", &info).await?;
    assert_eq!(server.asked().uri, "/toolbar/v1/messages/m1/attachments/3");
    assert_eq!(
        server.asked().headers["authorization"],
        "Bearer the-session"
    );
    Ok(stream.read_all().await?.to_vec())
}

#[tokio::test]
async fn an_attachment_is_what_was_sent_or_an_error() {
    assert_eq!(attachment("abc", 3, ABC).await.unwrap(), b"abc");
    assert_eq!(
        attachment("abc", 3, &ABC.to_uppercase()).await.unwrap(),
        b"abc"
    );
    for (sent, size, sha256) in [("abd", 3, ABC), ("abcd", 3, ABC), ("abc", 6_000_000, ABC)] {
        let error = attachment(sent, size, sha256).await.unwrap_err();
        assert!(matches!(error, Error::Unintelligible(_)), "{error}");
    }
    let short = attachment("ab", 3, ABC).await.unwrap_err();
    assert!(matches!(short, Error::Unreachable(_)), "{short}");
}

#[tokio::test]
async fn a_stream_gives_events_and_signs_of_life() {
    let stream = Answer {
        kind: "text/event-stream; charset=utf-8",
        ..Answer::json(
            200,
            "id: 4\nevent: hello\ndata: {}\n\n: beat\n\ndata: x\n\n",
        )
    };
    let server = Server::with([stream, Answer::json(200, "{}")]).await;
    let mut stream = session(&server).stream(Some("3")).await.unwrap();
    assert_eq!(server.asked().headers["last-event-id"], "3");
    let mut names = Vec::new();
    while let Some(received) = stream.next().await.unwrap() {
        if let Received::Event(event) = received {
            names.push((event.name, event.id));
        }
    }
    let four = || Some("4".to_owned());
    assert_eq!(
        names,
        [("hello".to_owned(), four()), ("message".to_owned(), four())]
    );
    assert!(session(&server).stream(None).await.is_err());
}

#[tokio::test]
async fn the_holder_shows_the_fence() {
    let server = Server::with([
        Answer::json(200, json!({"leaseUntil": "2026-11-21T12:01:00Z"})),
        Answer::json(
            200,
            json!({"status": "PENDING", "subStatus": "Failed instant message import"}),
        ),
        Answer::json(409, "{}"),
    ])
    .await;
    let session = session(&server);
    session.renew("m1", 7).await.unwrap();
    assert_eq!(server.asked().body.as_ref(), br#"{"fence":7}"#);
    session.fail("m1", 7, "No room").await.unwrap();
    assert_eq!(server.asked().uri, "/toolbar/v1/messages/m1/fail");
    assert_eq!(
        server.asked().body.as_ref(),
        br#"{"fence":7,"reason":"No room"}"#
    );
    let held = session
        .claim("m1", ClaimMode::Review)
        .await
        .map(|_| ())
        .unwrap_err();
    assert_eq!(held.status(), Some(409));
    assert_eq!(server.asked().body.as_ref(), br#"{"mode":"review"}"#);
}

#[tokio::test]
async fn the_inbox_goes_on_after_a_cursor() {
    let page = json!({"messages": [], "next": "c 1"});
    let server = Server::with([Answer::json(200, &page), Answer::json(200, page)]).await;
    let session = session(&server);
    assert_eq!(
        session.inbox(None).await.unwrap().next.as_deref(),
        Some("c 1")
    );
    session.inbox(Some("c 1")).await.unwrap();
    assert_eq!(server.asked().uri, "/toolbar/v1/messages?after=c%201");
}

#[tokio::test]
async fn widgets_are_listed_hidden_and_opened() {
    let widget = json!({
        "widgetId": "w1", "revision": 2, "name": "Letters", "icon": "letter", "clientName": "Ward",
        "launchUrl": "https://a.example", "requiresUserData": true, "requiresPatientData": false,
        "hidden": false
    });
    let listed = json!({ "widgets": [widget] }).to_string();
    let opened = r#"{"launchUrl":"https://a.example?user=x"}"#;
    let server = Server::with([
        Answer::json(200, &listed),
        Answer::json(204, ""),
        Answer::json(204, ""),
        Answer::json(201, opened),
    ])
    .await;
    let session = session(&server);
    assert_eq!(session.widgets().await.unwrap().widgets[0].revision, 2);
    assert_eq!(server.asked().uri, "/toolbar/v1/widgets");
    session.hide_widget("w/1", true).await.unwrap();
    let asked = server.asked();
    assert_eq!(asked.method, "PUT");
    assert_eq!(asked.uri, "/toolbar/v1/widgets/w%2F1/hidden");
    session.hide_widget("w1", false).await.unwrap();
    assert_eq!(server.asked().method, "DELETE");
    let launch = LaunchWidget {
        revision: 2,
        user: Some("jwt".to_owned()),
        patient: None,
    };
    let launched = session.launch_widget("w1", &launch).await.unwrap();
    assert_eq!(launched.launch_url, "https://a.example?user=x");
    let asked = server.asked();
    assert_eq!(asked.uri, "/toolbar/v1/widgets/w1/launches");
    let body: serde_json::Value = serde_json::from_slice(&asked.body).unwrap();
    assert_eq!(body, json!({ "revision": 2, "user": "jwt" }));
}
