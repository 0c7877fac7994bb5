//! Over real connections: an answer that is lost, and a refresh token that is spent all the same.

use crate::pkb_world::{APP, CALLBACK, PkbWorld, encoded, patient, refused};
use httpkit::lifecycle::Shutdown;
use httpkit::serve::Bound;
use serde_json::json;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A server on a port of its own; ends with the signal.
async fn served(world: &PkbWorld) -> (SocketAddr, Shutdown) {
    let bound = Bound::to(SocketAddr::from(([127, 0, 0, 1], 0)))
        .await
        .unwrap();
    let address = bound.address();
    let shutdown = Shutdown::default();
    tokio::spawn(bound.serve(world.router.clone(), shutdown.clone()));
    (address, shutdown)
}

/// Everything that comes back on a connection that stays open for more.
async fn post(address: SocketAddr, fields: &[(&str, &str)]) -> Vec<u8> {
    let body = encoded(fields);
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /apiToken.action HTTP/1.1\r\nhost: {address}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut came = Vec::new();
    // A connection may be reset as well as closed.
    drop(stream.read_to_end(&mut came).await);
    came
}

#[tokio::test]
async fn a_lost_answer_has_spent_the_token_and_breaks_the_connection() {
    let world = PkbWorld::documented();
    let (address, shutdown) = served(&world).await;
    let pair = world.tokens(&patient()).await;
    world.control("", &json!({"loseAnswers": 1})).await;
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", APP),
        ("refresh_token", &pair.refresh),
    ];
    let came = post(address, &refresh).await;
    assert_eq!(String::from_utf8_lossy(&came), "");
    assert_eq!(world.count("refreshed").await, 1);
    assert_eq!(world.count("answer-lost").await, 1);
    // Using it again is what must not be done.
    refused(&world.refresh(&pair.refresh).await, "invalid_grant");
    let answer = world.data("/json/users/self", &pair.access).await;
    assert_eq!(answer.json()["code"], "API_SESSION_INVALID");
    shutdown.begin();
}

#[tokio::test]
async fn the_answer_to_a_code_can_be_lost_too() {
    let world = PkbWorld::documented();
    let (address, shutdown) = served(&world).await;
    let code = world.code(&patient()).await;
    world.control("", &json!({"loseAnswers": 1})).await;
    let wrong = [("grant_type", "authorization_code"), ("client_id", APP)];
    let exchange = [
        ("grant_type", "authorization_code"),
        ("client_id", APP),
        ("code", &code),
        ("redirect_uri", CALLBACK),
    ];
    // A refusal spends nothing, so there is nothing to lose.
    let refused_first =
        tokio::time::timeout(std::time::Duration::from_millis(300), post(address, &wrong));
    assert!(
        refused_first.await.is_err(),
        "answered, and the connection stays open"
    );
    assert_eq!(post(address, &exchange).await, b"");
    assert_eq!(world.count("code-exchanged").await, 1);
    refused(&world.exchange(&code).await, "invalid_grant");
    shutdown.begin();
}
