//! A server that answers as it is told and remembers what it was asked.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// What to answer: status, content type, body, other headers.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) body: Vec<u8>,
    pub(crate) header: Option<(&'static str, &'static str)>,
}

impl Answer {
    pub(crate) fn json(status: u16, body: impl ToString) -> Self {
        Self {
            status,
            kind: "application/json",
            body: body.to_string().into_bytes(),
            header: None,
        }
    }
}

#[derive(Default)]
struct Inner {
    asked: Vec<Asked>,
    answers: VecDeque<Answer>,
}

pub(crate) struct Server {
    pub(crate) url: String,
    inner: Arc<Mutex<Inner>>,
}

impl Server {
    /// Gives `answers` in turn.
    pub(crate) async fn with(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Mutex::new(Inner {
            answers: answers.into_iter().collect(),
            ..Inner::default()
        }));
        let app = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, inner }
    }

    /// Whether nothing whole has been asked.
    pub(crate) fn was_not_asked(&self) -> bool {
        self.inner.lock().unwrap().asked.is_empty()
    }

    /// What was asked last.
    pub(crate) fn asked(&self) -> Asked {
        self.inner.lock().unwrap().asked.last().unwrap().clone()
    }
}

async fn answer(
    State(inner): State<Arc<Mutex<Inner>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut inner = inner.lock().unwrap();
    inner.asked.push(Asked {
        method,
        uri,
        headers,
        body,
    });
    let answer = inner.answers.pop_front().unwrap();
    let mut response = Response::builder()
        .status(answer.status)
        .header("content-type", answer.kind);
    if let Some((name, value)) = answer.header {
        response = response.header(name, value);
    }
    response.body(Body::from(answer.body)).unwrap()
}

pub(crate) fn http() -> reqwest::Client {
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder().build().unwrap()
}
