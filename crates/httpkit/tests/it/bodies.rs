//! Bodies that come slowly, stop, or are not wanted.

use crate::server::{Server, limits};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt as _;

fn head(path: &str, length: usize) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: server\r\nContent-Length: {length}\r\n\r\n")
}

fn assert_given_up(answer: &str) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(head.contains("retry-after: 5"), "{answer}");
    assert!(head.contains("connection: close"), "{answer}");
    assert!(body.contains("/problems/unavailable"), "{answer}");
    assert!(body.contains("came too slowly"), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_stops_is_given_up() {
    let server = Server::start(limits()).await;
    let mut client = server.connect().await;
    client.send(&head("/length", 100)).await;
    client.send("half").await;
    assert_given_up(&client.rest().await);
    // And where the library's own reader refuses.
    let mut client = server.connect().await;
    client.send(&head("/plain", 100)).await;
    client.send("half").await;
    assert_given_up(&client.rest().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_refused_already_stays_so_when_the_rest_does_not_come() {
    let server = Server::start(limits()).await;
    let mut client = server.connect().await;
    client.send(&head("/malformed", 100)).await;
    client.send("half").await;
    let answer = client.rest().await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(answer.contains("/problems/malformed-json"), "{answer}");
    assert!(!answer.contains("retry-after"), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_byte_at_a_time_is_ended_by_the_rate() {
    let server = Server::start(limits()).await;
    let mut client = server.connect().await;
    client.send(&head("/length", 1_000)).await;
    let begun = Instant::now();
    let (reading, mut writing) = client.0.split();
    let dripping = async {
        while writing.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::select! {
        () = dripping => panic!("it goes on until it is answered"),
        readable = reading.readable() => readable.unwrap(),
    }
    assert!(begun.elapsed() > Duration::from_millis(900));
    assert_given_up(&client.answer().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_steady_body_may_take_longer_than_the_grace() {
    let server = Server::start(limits()).await;
    let mut client = server.connect().await;
    let piece = "x".repeat(40_000);
    client.send(&head("/length", 15 * piece.len())).await;
    for _ in 0..15 {
        client.send(&piece).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(client.answer().await.ends_with("600000"));
    assert!(client.get("/peer").await.contains("200 OK"), "and again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_body_that_nobody_reads_closes_the_connection_and_says_so() {
    let server = Server::start(limits()).await;
    let mut client = server.connect().await;
    client.send(&head("/refused", 10_000_000)).await;
    let answer = client.rest().await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    // A short one is no reason.
    let mut client = server.connect().await;
    client.send(&(head("/refused", 4) + "body")).await;
    assert!(client.answer().await.starts_with("HTTP/1.1 403"));
    assert!(client.get("/peer").await.contains("200 OK"));
}
