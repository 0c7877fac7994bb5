//! What is known of a refresh token when a call fails, over real sockets.

use super::raw::{Deed, Raw};
use super::stranger::Stranger;
use super::{TOKENS, secret};
use crate::server::{Answer, Server};
use sdk::pkb::{Patience, PkbClient, TokenFailure, Tokens};
use std::time::{Duration, Instant};

/// For what never answers; a busy machine must still manage to connect.
const BRIEF: Patience = Patience {
    connect: Duration::from_secs(1),
    whole: Duration::from_secs(2),
};

async fn refresh(base: &str) -> Result<Tokens, TokenFailure> {
    refresh_within(Patience::default(), base).await
}

async fn refresh_within(patience: Patience, base: &str) -> Result<Tokens, TokenFailure> {
    let pkb = PkbClient::with_patience(base, patience).unwrap();
    pkb.refresh("our-client", &secret("r-1")).await
}

/// Over a raw server; whatever comes of it, the token was sent at most once.
async fn raw(deed: Deed) -> (Result<Tokens, TokenFailure>, usize) {
    let server = Raw::that(deed).await;
    let patience = match deed {
        Deed::Silent => BRIEF,
        _ => Patience::default(),
    };
    let result = refresh_within(patience, &format!("http://{}", server.address)).await;
    // Time for a second try, if anybody were to make one.
    tokio::time::sleep(Duration::from_millis(50)).await;
    let (requests, connections) = server.seen();
    assert_eq!(connections, 1);
    (result, requests)
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let result = refresh(&format!("http://{address}")).await;
    assert_eq!(result, Err(TokenFailure::NotSent));
    // No name either.
    let result = refresh("http://pkb.invalid").await;
    assert_eq!(result, Err(TokenFailure::NotSent));
}

#[tokio::test]
async fn where_tls_fails_nothing_was_sent() {
    for deed in [
        Deed::Greet(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        Deed::Greet(b""),
        // A handshake that never ends runs into the time for connecting, not into that for the whole.
        Deed::Ignore,
    ] {
        let server = Raw::that(deed).await;
        let result = refresh_within(BRIEF, &format!("https://{}", server.address)).await;
        assert_eq!(result, Err(TokenFailure::NotSent));
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_trusts_gets_no_token() {
    let stranger = Stranger::waiting().await;
    let result = refresh(&format!("https://{}", stranger.address)).await;
    assert_eq!(result, Err(TokenFailure::NotSent));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(stranger.heard(), 0);
    // It is the certificate that is at fault: who trusts everybody speaks with it.
    let http = reqwest::Client::builder()
        .tls_danger_accept_invalid_certs(true)
        .build()
        .unwrap();
    drop(
        http.get(format!("https://{}", stranger.address))
            .send()
            .await,
    );
    assert!(stranger.heard() > 0);
}

#[tokio::test]
async fn the_time_for_connecting_is_over_before_that_for_the_whole() {
    let odd = Patience {
        connect: Duration::from_secs(60),
        whole: Duration::from_millis(300),
    };
    let server = Raw::that(Deed::Ignore).await;
    let result = refresh_within(odd, &format!("https://{}", server.address)).await;
    assert_eq!(result, Err(TokenFailure::NotSent));
}

#[tokio::test]
async fn a_peer_that_hangs_up_after_the_request_has_lost_the_answer() {
    let (result, requests) = raw(Deed::HangUp).await;
    assert_eq!((result, requests), (Err(TokenFailure::Lost), 1));
    let (result, requests) = raw(Deed::Write(b"HTTP/1.1 200 OK\r\ncontent-le")).await;
    assert_eq!((result, requests), (Err(TokenFailure::Lost), 1));
    let (result, requests) = raw(Deed::Write(b"not HTTP at all\r\n\r\n")).await;
    assert_eq!((result, requests), (Err(TokenFailure::Lost), 1));
}

#[tokio::test]
async fn a_peer_that_never_answers_has_lost_the_answer() {
    let started = Instant::now();
    let (result, requests) = raw(Deed::Silent).await;
    assert_eq!((result, requests), (Err(TokenFailure::Lost), 1));
    assert!(started.elapsed() < Duration::from_secs(15));
}

#[tokio::test]
async fn half_an_answer_is_a_lost_one() {
    let half = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 200\r\n\r\n\
        {\"access_token\":\"a\",\"token_type\":\"Bearer\",\"expires_in\":600}";
    let (result, requests) = raw(Deed::Write(half)).await;
    assert_eq!((result, requests), (Err(TokenFailure::Lost), 1));
    let unfinished = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{\"ac\r\n";
    let (result, requests) = raw(Deed::Write(unfinished)).await;
    assert_eq!((result, requests), (Err(TokenFailure::Lost), 1));
}

#[tokio::test]
async fn an_answer_beyond_64_kib_is_a_lost_one() {
    let (result, requests) = raw(Deed::Flood(1 << 20)).await;
    assert_eq!((result, requests), (Err(TokenFailure::Lost), 1));
}

#[tokio::test]
async fn an_answer_that_cant_be_read_is_a_lost_one() {
    for body in [
        "",
        "<html>",
        "{}",
        r#"{"access_token":"","token_type":"Bearer","expires_in":600}"#,
        r#"{"access_token":"a\nb","token_type":"Bearer","expires_in":600}"#,
        r#"{"access_token":"a","token_type":"mac","expires_in":600}"#,
        r#"{"error":"invalid_grant"}"#,
    ] {
        let server = Server::with([Answer::json(200, body)]).await;
        assert_eq!(
            refresh(&server.url).await,
            Err(TokenFailure::Lost),
            "{body}"
        );
    }
}

#[tokio::test]
async fn what_a_go_between_says_is_no_answer() {
    for status in [502, 504] {
        let server = Server::with([Answer::json(status, r#"{"error":"invalid_grant"}"#)]).await;
        assert_eq!(
            refresh(&server.url).await,
            Err(TokenFailure::Lost),
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_refusal_is_told_with_its_code_and_how_long_to_wait() {
    let told = async |status: u16, body: &str, header| {
        let mut answer = Answer::json(status, body);
        answer.header = header;
        let server = Server::with([answer]).await;
        refresh(&server.url).await.unwrap_err()
    };
    let answered = |status, error, seconds: Option<u64>| TokenFailure::Answered {
        status,
        error,
        retry_after: seconds.map(Duration::from_secs),
    };
    let wait = Some(("retry-after", "7"));
    for (status, body, error) in [
        (
            400,
            r#"{"error":"invalid_grant","error_description":"x"}"#,
            Some("invalid_grant"),
        ),
        (401, r#"{"error":"invalid_client"}"#, Some("invalid_client")),
        (400, r#"{"error":"Mrs Whitfield"}"#, None),
        (400, "<html>", None),
        (429, "", None),
        (500, "", None),
        (503, "", None),
    ] {
        assert_eq!(
            told(status, body, None).await,
            answered(status, error, None),
            "{status} {body}"
        );
        assert_eq!(
            told(status, body, wait).await,
            answered(status, error, Some(7))
        );
    }
    // PKB's own codes for a session that is over.
    for body in [
        r#"{"code":"API_SESSION_EXPIRED"}"#,
        r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"login","details":{"coding":[{"code":"API_SESSION_INVALID"}]}}]}"#,
    ] {
        assert_eq!(
            told(401, body, None).await,
            answered(401, Some("invalid_grant"), None)
        );
    }
    let words = answered(400, Some("invalid_grant"), None).to_string();
    assert_eq!(words, "PKB answered 400 (invalid_grant)");
}

#[tokio::test]
async fn a_refusal_that_breaks_off_is_still_a_refusal() {
    let half = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 200\r\n\r\n{\"error\":\"invalid_gr";
    let (result, requests) = raw(Deed::Write(half)).await;
    let refusal = TokenFailure::Answered {
        status: 400,
        error: None,
        retry_after: None,
    };
    assert_eq!((result, requests), (Err(refusal), 1));
}

#[tokio::test]
async fn a_redirect_is_never_followed() {
    let target = Server::with([Answer::json(200, TOKENS)]).await;
    for status in [301, 302, 303, 307, 308] {
        let mut answer = Answer::json(status, "");
        answer.header = Some(("location", target.url.clone().leak()));
        let server = Server::with([answer]).await;
        let refusal = TokenFailure::Answered {
            status,
            error: None,
            retry_after: None,
        };
        assert_eq!(refresh(&server.url).await, Err(refusal));
    }
    assert!(target.was_not_asked());
}

#[tokio::test]
async fn a_connection_of_an_earlier_call_is_never_used_again() {
    // A server may close a connection while it is idle. A token sent into it would be lost without need,
    // or sent again in silence.
    let answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 58\r\n\r\n\
        {\"access_token\":\"a\",\"token_type\":\"Bearer\",\"expires_in\":60}";
    let server = Raw::that(Deed::HangUpOnTheSecond(answer)).await;
    let pkb = PkbClient::new(&format!("http://{}", server.address)).unwrap();
    let first = pkb.refresh("our-client", &secret("r-1")).await;
    assert!(first.is_ok());
    let second = pkb.refresh("our-client", &secret("r-2")).await;
    assert_eq!(second, Err(TokenFailure::Lost));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(server.seen(), (2, 2));
}
