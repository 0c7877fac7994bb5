//! Over a real socket: senders that go away, and senders that are refused while they send.

use crate::sample::{ID, base64, pdf_of, standard};
use crate::world::{World, request};
use axum::body::Body;
use axum::http::Method;
use httpkit::serve::Bound;
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use wire::paths::partner;

const MIB: usize = 1024 * 1024;

/// The platform at an address of its own.
async fn listening(world: &World) -> SocketAddr {
    let bound = Bound::to("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = bound.address();
    tokio::spawn(bound.serve(world.router.clone(), world.shutdown.clone()));
    address
}

async fn until<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting)
        .await
        .expect(what);
}

fn head(key: &str, length: usize) -> String {
    format!(
        "POST {} HTTP/1.1\r\nHost: platform\r\nApiKey: {key}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n",
        partner::MESSAGES
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sender_that_goes_away_in_the_middle_leaves_nothing() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let address = listening(&world).await;
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket
        .write_all(head(&partner.key, 6 * MIB).as_bytes())
        .await
        .unwrap();
    let opening = format!(
        "{{\"attachments\":[{{\"content\":\"{}",
        base64(&pdf_of(2 * MIB / 4 * 3))
    );
    socket.write_all(opening.as_bytes()).await.unwrap();
    until("a file was begun", || async {
        world.blob_files().len() == 1
    })
    .await;
    drop(socket);
    until("the file went", || async { world.blob_files().is_empty() }).await;
    assert_eq!(world.messages().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sender_that_goes_away_after_the_last_byte_has_sent_the_message() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let address = listening(&world).await;
    let mut message = standard();
    message["attachments"][0]["content"] = base64(&pdf_of(MIB)).into();
    let text = message.to_string();
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket
        .write_all(head(&partner.key, text.len()).as_bytes())
        .await
        .unwrap();
    socket.write_all(text.as_bytes()).await.unwrap();
    socket.shutdown().await.unwrap();
    drop(socket);
    // Either nothing is left of it or all: the message and its file go together.
    let settled = || async { world.messages().await == 1 || world.blob_files().is_empty() };
    tokio::time::sleep(Duration::from_millis(300)).await;
    until("it settled", settled).await;
    let stored = world.messages().await;
    assert_eq!(world.blob_files().len() as u64, stored);
    let status = partner.status(&world, ID).await.status.as_u16();
    assert_eq!(status, if stored == 1 { 200 } else { 404 });
    assert_eq!(
        partner.send(&world, &message).await.status.as_u16(),
        200,
        "a retry makes it whole"
    );
    assert_eq!((world.messages().await, world.blob_files().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sender_refused_at_the_first_byte_reads_the_problem_after_the_last() {
    let world = World::new().await;
    let partner = world.integrator("Pharmacy First").await;
    let address = listening(&world).await;
    let cases = [
        (partner.key.as_str(), "{,", "malformed-json"),
        ("bak_unknown_key", "{", "unauthorized"),
    ];
    for (key, opening, expected) in cases {
        let length = 30 * MIB;
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket
            .write_all(head(key, length).as_bytes())
            .await
            .unwrap();
        socket.write_all(opening.as_bytes()).await.unwrap();
        let filler = vec![b' '; length - opening.len()];
        for piece in filler.chunks(64 * 1024) {
            socket.write_all(piece).await.expect("the server reads on");
        }
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.contains(expected), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sender_that_asks_first_is_refused_before_it_sends() {
    let world = World::new().await;
    let address = listening(&world).await;
    let mut socket = TcpStream::connect(address).await.unwrap();
    let head =
        head("bak_unknown_key", 30 * MIB).replacen("\r\n", "\r\nExpect: 100-continue\r\n", 1);
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 12];
    let reading = tokio::time::timeout(Duration::from_secs(5), socket.read_exact(&mut answer));
    reading.await.expect("an answer at once").unwrap();
    assert_eq!(answer, b"HTTP/1.1 401");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_are_no_request_do_no_harm() {
    let world = World::new().await;
    let address = listening(&world).await;
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        "A".repeat(100_000).as_bytes(),
    ] {
        let mut socket = TcpStream::connect(address).await.unwrap();
        // The server may hang up while we still send.
        drop(socket.write_all(bytes).await);
        drop(socket.shutdown().await);
        let mut answer = Vec::new();
        drop(socket.read_to_end(&mut answer).await);
        assert!(!answer.windows(4).any(|four| four == b" 500"));
    }
    let live = request(Method::GET, wire::paths::operator::LIVE, &[], Body::empty());
    assert_eq!(world.call(live).await.status.as_u16(), 200);
}
