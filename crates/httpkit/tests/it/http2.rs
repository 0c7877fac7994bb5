//! The same limits for those who speak HTTP/2.

use crate::server::{LONG, Server, limits};
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, Response, StatusCode};
use futures_util::stream;
use httpkit::serve::Limits;
use hyper::body::Incoming;
use hyper::client::conn::http2::{Builder, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::convert::Infallible;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

/// A connection, and when it ended.
async fn connect(server: &Server) -> (SendRequest<Body>, JoinHandle<()>) {
    connect_with(server, &Builder::new(TokioExecutor::new())).await
}

async fn connect_with(
    server: &Server,
    builder: &Builder<TokioExecutor>,
) -> (SendRequest<Body>, JoinHandle<()>) {
    let socket = TcpStream::connect(server.address).await.unwrap();
    let (sender, connection) = builder.handshake(TokioIo::new(socket)).await.unwrap();
    let ended = tokio::spawn(async move { drop(connection.await) });
    (sender, ended)
}

async fn ask(sender: &mut SendRequest<Body>, path: &str, body: Body) -> (StatusCode, String) {
    let request = Request::post(format!("http://server{path}"));
    let request = if path == "/length" {
        request
    } else {
        request.method("GET")
    };
    let answering = sender.send_request(request.body(body).unwrap());
    let answer = tokio::time::timeout(LONG, answering)
        .await
        .unwrap()
        .unwrap();
    let status = answer.status();
    let body = to_bytes(Body::new(answer.into_body()), usize::MAX).await;
    (status, String::from_utf8(body.unwrap().to_vec()).unwrap())
}

/// So many pieces of 10,000 bytes, then silence or an end.
fn pieces(count: usize, ends: bool) -> Body {
    let piece = Bytes::from(vec![b'x'; 10_000]);
    let pieces = stream::iter((0..count).map(move |_| Ok::<_, Infallible>(piece.clone())));
    if ends {
        Body::from_stream(pieces)
    } else {
        use futures_util::StreamExt as _;
        Body::from_stream(pieces.chain(stream::pending()))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_larger_than_any_window_pass_and_slow_ones_are_given_up() {
    let server = Server::start(limits()).await;
    let (mut sender, _ended) = connect(&server).await;
    let (status, text) = ask(&mut sender, "/length", pieces(500, true)).await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "5000000"));
    let mut other = sender.clone();
    let stopped = tokio::spawn(async move { ask(&mut other, "/length", pieces(5, false)).await });
    for _ in 0..10 {
        let (status, _) = ask(&mut sender, "/peer", Body::empty()).await;
        assert_eq!(status, StatusCode::OK, "beside one that stopped");
    }
    let (status, text) = stopped.await.unwrap();
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{text}");
    assert!(text.contains("came too slowly"), "{text}");
    assert_eq!(
        ask(&mut sender, "/peer", Body::empty()).await.0,
        StatusCode::OK
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_ones_end_and_busy_ones_do_not() {
    let server = Server::start(limits()).await;
    let (_silent, ended) = connect(&server).await;
    tokio::time::timeout(LONG, ended)
        .await
        .expect("cut")
        .unwrap();
    let (mut sender, ended) = connect(&server).await;
    let (status, text) = ask(&mut sender, "/slow", Body::empty()).await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "done"));
    let begun = Instant::now();
    tokio::time::timeout(LONG, ended)
        .await
        .expect("cut")
        .unwrap();
    assert!(begun.elapsed() > Duration::from_millis(1_500));
}

/// An answer of which nothing is read as long as it is held.
async fn open(sender: &mut SendRequest<Body>, path: &str) -> Response<Incoming> {
    let request = Request::get(format!("http://server{path}"));
    let answering = sender.send_request(request.body(Body::empty()).unwrap());
    tokio::time::timeout(LONG, answering)
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_takes_nothing_of_the_answer_is_given_up() {
    let server = Server::start(Limits {
        connections: 1,
        ..limits()
    })
    .await;
    // One that leaves no window at all, and one that does not open it again.
    let mut none = Builder::new(TokioExecutor::new());
    none.initial_stream_window_size(0);
    for builder in [none, Builder::new(TokioExecutor::new())] {
        let (mut sender, ended) = connect_with(&server, &builder).await;
        let _unread = open(&mut sender, "/endless").await;
        // Its place is free again, though it still holds on.
        let mut other = server.connect().await;
        assert!(other.get("/peer").await.contains("200 OK"));
        drop(other);
        tokio::time::timeout(LONG, ended).await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_answer_that_is_not_read_does_not_end_what_is_beside_it() {
    let server = Server::start(limits()).await;
    let (mut sender, ended) = connect(&server).await;
    let quiet = open(&mut sender, "/quiet").await;
    let _unread = open(&mut sender, "/endless").await;
    // Longer than anybody has to read an answer; this one says nothing meanwhile.
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert!(!ended.is_finished());
    assert_eq!(ask(&mut sender, "/slow", Body::empty()).await.1, "done");
    drop(quiet);
    tokio::time::timeout(LONG, ended)
        .await
        .expect("cut")
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_lets_open_requests_finish() {
    let server = Server::start(limits()).await;
    let (mut sender, ended) = connect(&server).await;
    let asked = tokio::spawn(async move { ask(&mut sender, "/slow", Body::empty()).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.shutdown.begin();
    assert_eq!(asked.await.unwrap().1, "done");
    tokio::time::timeout(LONG, ended).await.unwrap().unwrap();
    tokio::time::timeout(LONG, server.ended)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
}
