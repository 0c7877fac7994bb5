//! A small server with limits that can be waited for, and a client that speaks HTTP by hand.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use futures_util::{StreamExt as _, stream};
use httpkit::front::{Front, guard};
use httpkit::lifecycle::Shutdown;
use httpkit::metrics::{HttpMetrics, Metrics};
use httpkit::pace::Pace;
use httpkit::problem::Refusal;
use httpkit::serve::{Bound, Limits};
use model::clock::ManualClock;
use model::entropy::SeededEntropy;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use wire::problem::ProblemType;

/// Longer than anything here should take.
pub(crate) const LONG: Duration = Duration::from_secs(20);

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) shutdown: Shutdown,
    pub(crate) ended: JoinHandle<io::Result<()>>,
}

/// Limits that are short, and yet long enough for a busy machine where they must not be reached.
pub(crate) fn limits() -> Limits {
    Limits {
        head: Duration::from_millis(400),
        idle: Duration::from_secs(2),
        pace: Pace {
            silence: Duration::from_millis(800),
            grace: Duration::from_secs(1),
            bytes_per_second: 100_000,
        },
        ..Limits::default()
    }
}

impl Server {
    pub(crate) async fn start(limits: Limits) -> Self {
        let bound = Bound::to("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = bound.address();
        assert_eq!(bound.url(), format!("http://{address}"));
        let shutdown = Shutdown::default();
        let ended = tokio::spawn(bound.serve_within(limits, routes(), shutdown.clone()));
        Self {
            address,
            shutdown,
            ended,
        }
    }

    pub(crate) async fn connect(&self) -> Client {
        Client(TcpStream::connect(self.address).await.unwrap())
    }
}

fn routes() -> Router {
    let router = Router::new()
        .route(
            "/peer",
            get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() }),
        )
        .route(
            "/length",
            post(|body: Result<Bytes, _>| async move {
                body.map(|bytes| bytes.len().to_string()).map_err(
                    |error: axum::extract::rejection::BytesRejection| {
                        httpkit::paced::refusal(&error)
                            .unwrap_or_else(|| Refusal::new(ProblemType::TooLarge))
                    },
                )
            })
            .layer(axum::extract::DefaultBodyLimit::disable()),
        )
        .route("/plain", post(|body: Bytes| async move { body }))
        .route(
            "/malformed",
            post(|body: Body| async {
                let mut pieces = body.into_data_stream();
                while let Some(Ok(_)) = pieces.next().await {}
                Refusal::malformed(1, 1, "Not JSON.")
            }),
        )
        .route(
            "/quiet",
            get(|| async {
                let hello = stream::iter([Ok::<_, Infallible>("hello\n")]);
                Body::from_stream(hello.chain(stream::pending())).into_response()
            }),
        )
        .route(
            "/refused",
            post(|| async { Refusal::new(ProblemType::Forbidden) }),
        )
        .route(
            "/slow",
            get(|| async {
                tokio::time::sleep(Duration::from_millis(1_500)).await;
                "done"
            }),
        )
        .route(
            "/ticks",
            get(|| async {
                let ticks = stream::unfold((), |()| async {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    Some((Ok::<_, Infallible>("tick\n"), ()))
                });
                Body::from_stream(ticks).into_response()
            }),
        )
        .route(
            "/endless",
            get(|| async {
                let piece = Bytes::from(vec![b'x'; 64 * 1024]);
                let pieces = stream::repeat_with(move || Ok::<_, Infallible>(piece.clone()));
                Body::from_stream(pieces).into_response()
            }),
        );
    let front = Front {
        base_url: "http://server.test".into(),
        clock: Arc::new(ManualClock::at("2026-11-21T12:00:00Z".parse().unwrap())),
        entropy: Arc::new(SeededEntropy::new(1)),
        metrics: HttpMetrics::new(&Metrics::default()),
    };
    guard(router, front)
}

pub(crate) struct Client(pub(crate) TcpStream);

impl Client {
    pub(crate) async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    pub(crate) async fn get(&mut self, path: &str) -> String {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: server\r\n\r\n"))
            .await;
        self.answer().await
    }

    /// One answer with a length; empty when the connection ended first.
    pub(crate) async fn answer(&mut self) -> String {
        let reading = async {
            let mut text = Vec::new();
            let mut piece = [0; 4096];
            loop {
                let got = self.0.read(&mut piece).await.unwrap_or(0);
                text.extend_from_slice(piece.get(..got).unwrap());
                let so_far = String::from_utf8_lossy(&text).to_string();
                let whole = so_far.split_once("\r\n\r\n").is_some_and(|(head, body)| {
                    let length = head
                        .lines()
                        .find_map(|line| line.strip_prefix("content-length: "));
                    length.is_some_and(|length| length.parse() == Ok(body.len()))
                });
                if whole || got == 0 {
                    return so_far;
                }
            }
        };
        tokio::time::timeout(LONG, reading)
            .await
            .expect("an answer")
    }

    /// Everything until the server hangs up.
    pub(crate) async fn rest(&mut self) -> String {
        let mut text = Vec::new();
        let reading = self.0.read_to_end(&mut text);
        // Hanging up on unread bytes is a reset.
        drop(tokio::time::timeout(LONG, reading).await.expect("an end"));
        String::from_utf8_lossy(&text).to_string()
    }
}
