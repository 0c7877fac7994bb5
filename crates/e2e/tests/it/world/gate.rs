//! A record system's door that holds an import: before it is passed on, or before its answer is.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;

const HELD_WITHIN: Duration = Duration::from_secs(60);
const MOST: usize = 128 * 1024 * 1024;

/// Where an import is held.
#[derive(Clone, Copy)]
pub(crate) enum Holds {
    BeforeWriting,
    AfterWriting,
}

/// The door. It closes with this value.
pub(crate) struct Gate {
    /// Where a toolbar finds it.
    pub(crate) url: String,
    inner: Arc<Inner>,
    serving: tokio::task::JoinHandle<()>,
}

struct Inner {
    behind: String,
    holds: Holds,
    held: Notify,
    http: reqwest::Client,
}

impl Gate {
    /// A door before the record system at `behind`.
    pub(crate) async fn open(behind: &str, holds: Holds) -> Self {
        let http = httpkit::outbound::client(Some(HELD_WITHIN)).unwrap();
        let inner = Arc::new(Inner {
            behind: behind.to_owned(),
            holds,
            held: Notify::new(),
            http,
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(pass).with_state(Arc::clone(&inner));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            inner,
            serving,
        }
    }

    /// Returns when an import is being held.
    pub(crate) async fn held(&self) {
        let held = self.inner.held.notified();
        let held = tokio::time::timeout(HELD_WITHIN, held).await;
        held.expect("no import came to the gate");
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn pass(State(gate): State<Arc<Inner>>, request: Request) -> Response {
    let import = request.method() == Method::POST;
    if import && matches!(gate.holds, Holds::BeforeWriting) {
        return hold(&gate).await;
    }
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, MOST).await.unwrap();
    let url = format!("{}{}", gate.behind, head.uri);
    let mut forwarded = gate.http.request(head.method, url);
    for name in ["accept", "content-type"] {
        if let Some(value) = head.headers.get(name) {
            forwarded = forwarded.header(name, value);
        }
    }
    let answer = forwarded.body(body).send().await.unwrap();
    if import {
        assert_eq!(answer.status(), StatusCode::OK);
        return hold(&gate).await;
    }
    let mut passed = Response::builder().status(answer.status());
    if let Some(kind) = answer.headers().get("content-type") {
        passed = passed.header("content-type", kind);
    }
    let body = Body::from(answer.bytes().await.unwrap());
    passed.body(body).unwrap()
}

/// Never answers.
async fn hold(gate: &Inner) -> Response {
    gate.held.notify_one();
    std::future::pending().await
}
