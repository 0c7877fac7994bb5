//! How long connections last, how many there may be, and how they end.

use crate::server::{Client, LONG, Server, limits};
use httpkit::serve::Limits;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

fn cut_within(begun: Instant, from: u64, to: u64) {
    let took = begun.elapsed();
    let range = Duration::from_millis(from)..Duration::from_millis(to);
    assert!(range.contains(&took), "cut after {took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_nothing_is_cut_off() {
    let server = Server::start(limits()).await;
    let begun = Instant::now();
    let mut client = server.connect().await;
    assert_eq!(client.rest().await, "");
    cut_within(begun, 300, 5_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_a_head_is_cut_off_however_it_drips() {
    let server = Server::start(limits()).await;
    let mut client = server.connect().await;
    let begun = Instant::now();
    client.send("GET /peer HTTP/1.1\r\nHost: s").await;
    let (mut reading, mut writing) = client.0.into_split();
    let dripping = tokio::spawn(async move {
        while writing.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let mut nothing = Vec::new();
    drop(
        tokio::time::timeout(LONG, reading.read_to_end(&mut nothing))
            .await
            .expect("an end"),
    );
    assert_eq!(nothing, b"");
    cut_within(begun, 300, 5_000);
    tokio::time::timeout(LONG, dripping)
        .await
        .expect("cut")
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn between_requests_there_is_more_time_and_then_an_end() {
    let server = Server::start(limits()).await;
    let mut client = server.connect().await;
    let own = client.0.local_addr().unwrap().to_string();
    assert!(client.get("/peer").await.ends_with(&own));
    // More than for a head.
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(client.get("/peer").await.ends_with(&own));
    let begun = Instant::now();
    assert_eq!(client.rest().await, "");
    cut_within(begun, 1_500, 10_000);
    // Half a second request gets no more than a first one.
    let server = Server::start(Limits {
        idle: LONG,
        ..limits()
    })
    .await;
    let mut client = server.connect().await;
    assert!(client.get("/peer").await.contains("200 OK"));
    let begun = Instant::now();
    client.send("GET /pe").await;
    assert_eq!(client.rest().await, "");
    cut_within(begun, 300, 5_000);
    // Nor does one that began while another was open.
    let mut client = server.connect().await;
    ask(&mut client).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    client.send("GET /pe").await;
    assert!(client.answer().await.ends_with("done"));
    let begun = Instant::now();
    assert_eq!(client.rest().await, "");
    cut_within(begun, 300, 5_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_in_progress_and_a_stream_last_longer_than_any_limit() {
    let server = Server::start(limits()).await;
    let mut client = server.connect().await;
    assert!(client.get("/slow").await.ends_with("done"));
    let mut client = server.connect().await;
    client
        .send("GET /ticks HTTP/1.1\r\nHost: server\r\n\r\n")
        .await;
    let begun = Instant::now();
    let mut ticks = 0;
    let mut piece = [0; 4096];
    while begun.elapsed() < Duration::from_secs(2) {
        assert!(client.0.read(&mut piece).await.unwrap() > 0, "it goes on");
        ticks += 1;
    }
    assert!(ticks > 5, "{ticks}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_read_the_answer_is_given_up() {
    let server = Server::start(Limits {
        connections: 1,
        ..limits()
    })
    .await;
    let mut client = server.connect().await;
    client
        .send("GET /endless HTTP/1.1\r\nHost: server\r\n\r\n")
        .await;
    // Its place is free again, though it still holds on.
    let mut other = server.connect().await;
    assert!(other.get("/peer").await.contains("200 OK"));
    drop(client);
}

async fn ask(client: &mut Client) {
    client
        .send("GET /slow HTTP/1.1\r\nHost: server\r\n\r\n")
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_the_cap_newcomers_wait_until_a_place_is_free() {
    let server = Server::start(Limits {
        connections: 2,
        ..limits()
    })
    .await;
    let (mut one, mut two) = (server.connect().await, server.connect().await);
    ask(&mut one).await;
    ask(&mut two).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut third = server.connect().await;
    let asked = third.get("/peer");
    let early = tokio::time::timeout(Duration::from_millis(500), asked).await;
    assert!(early.is_err(), "both places are taken");
    assert!(one.answer().await.ends_with("done"));
    assert!(two.answer().await.ends_with("done"));
    assert!(third.answer().await.contains("200 OK"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_connection_makes_room_for_a_newcomer() {
    let server = Server::start(Limits {
        connections: 3,
        head: Duration::from_secs(60),
        idle: Duration::from_secs(60),
        ..limits()
    })
    .await;
    let mut fresh = server.connect().await;
    let mut half = server.connect().await;
    half.send("GET /pe").await;
    let mut idle = server.connect().await;
    assert!(idle.get("/peer").await.contains("200 OK"));
    for _ in 0..3 {
        let mut newcomer = server.connect().await;
        assert!(newcomer.get("/peer").await.contains("200 OK"));
        ask(&mut newcomer).await;
        tokio::spawn(async move { newcomer.answer().await });
    }
    for gone in [&mut fresh, &mut half, &mut idle] {
        assert_eq!(gone.rest().await, "");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_lets_open_requests_finish_and_idle_ones_go() {
    let server = Server::start(Limits {
        head: LONG,
        idle: LONG,
        ..limits()
    })
    .await;
    let (mut busy, mut idle) = (server.connect().await, server.connect().await);
    let mut fresh = server.connect().await;
    assert!(idle.get("/peer").await.contains("200 OK"));
    ask(&mut busy).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let begun = Instant::now();
    server.shutdown.begin();
    assert_eq!(idle.rest().await, "");
    assert_eq!(fresh.rest().await, "");
    assert!(begun.elapsed() < Duration::from_secs(5), "at once");
    assert!(busy.answer().await.ends_with("done"));
    assert_eq!(busy.rest().await, "");
    tokio::time::timeout(LONG, server.ended)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!(
        tokio::net::TcpStream::connect(server.address)
            .await
            .is_err()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_waits_for_nobody_longer_than_it_said() {
    let server = Server::start(Limits {
        patience: Duration::from_millis(500),
        ..limits()
    })
    .await;
    let mut client = server.connect().await;
    client
        .send("GET /ticks HTTP/1.1\r\nHost: server\r\n\r\n")
        .await;
    assert!(client.0.read(&mut [0; 512]).await.unwrap() > 0);
    server.shutdown.begin();
    tokio::time::timeout(LONG, server.ended)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
}
