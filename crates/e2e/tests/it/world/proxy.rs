//! What stands between a gateway and its platform: passes everything on, remembers the tokens that went by, and
//! can be out of order.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use wire::paths::partner as paths;

const MOST: usize = 128 * 1024 * 1024;

/// How it behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// Everything is passed on.
    Good,
    /// Messages are passed on, and so many of their answers are lost.
    LosesAnswers(u32),
    /// Everything is answered so.
    Answers(u16),
}

/// It stands until this value is dropped.
pub(crate) struct Proxy {
    pub(crate) url: String,
    inner: Arc<Inner>,
    serving: tokio::task::JoinHandle<()>,
}

struct Inner {
    behind: Mutex<String>,
    mood: Mutex<Mood>,
    tokens: Mutex<Vec<String>>,
    /// Message ids in the order in which the platform took them, and how often each was passed on.
    sent: Mutex<Vec<String>>,
    passed: Mutex<BTreeMap<String, u32>>,
    http: reqwest::Client,
}

impl Proxy {
    /// Before the platform at `behind`.
    pub(crate) async fn before(behind: &str) -> Self {
        let inner = Arc::new(Inner {
            behind: Mutex::new(behind.to_owned()),
            mood: Mutex::new(Mood::Good),
            tokens: Mutex::default(),
            sent: Mutex::default(),
            passed: Mutex::default(),
            http: httpkit::outbound::client(Some(Duration::from_secs(600))).unwrap(),
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

    /// Behaves so from now on.
    pub(crate) fn be(&self, mood: Mood) {
        *self.inner.mood.lock().unwrap() = mood;
    }

    /// How it behaves: what is left of it.
    pub(crate) fn mood(&self) -> Mood {
        *self.inner.mood.lock().unwrap()
    }

    /// The platform is somewhere else now.
    pub(crate) fn lead_to(&self, behind: &str) {
        behind.clone_into(&mut self.inner.behind.lock().unwrap());
    }

    /// The tokens that went by.
    pub(crate) fn tokens(&self) -> Vec<String> {
        self.inner.tokens.lock().unwrap().clone()
    }

    /// The ids of messages in the order in which the platform first took them.
    pub(crate) fn sent(&self) -> Vec<String> {
        self.inner.sent.lock().unwrap().clone()
    }

    /// How often a message was passed on.
    pub(crate) fn passed(&self, id: &str) -> u32 {
        let passed = self.inner.passed.lock().unwrap();
        passed.get(id).copied().unwrap_or_default()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn plain(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    let answer = Response::builder().status(status);
    answer
        .header("retry-after", "1")
        .body(Body::empty())
        .unwrap()
}

async fn pass(State(proxy): State<Arc<Inner>>, request: Request) -> Response {
    let mood = *proxy.mood.lock().unwrap();
    if let Mood::Answers(status) = mood {
        return plain(status);
    }
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let url = format!("{}{}", proxy.behind.lock().unwrap(), head.uri);
    let Ok(body) = axum::body::to_bytes(body, MOST).await else {
        return plain(400);
    };
    let is_message =
        head.method == Method::POST && [paths::MESSAGES, paths::INSTANT].contains(&path.as_str());
    let id = is_message.then(|| message_id(&body));
    if let Some(id) = &id {
        *proxy.passed.lock().unwrap().entry(id.clone()).or_default() += 1;
    }
    let mut forwarded = proxy.http.request(head.method, url);
    forwarded = forwarded.headers(without_hops(head.headers));
    let Ok(answer) = forwarded.body(body).send().await else {
        return plain(502);
    };
    let status = answer.status();
    let headers = without_hops(answer.headers().clone());
    if let Some(id) = id {
        if status == 200 {
            let mut sent = proxy.sent.lock().unwrap();
            if !sent.contains(&id) {
                sent.push(id);
            }
        }
        let mut mood = proxy.mood.lock().unwrap();
        if let Mood::LosesAnswers(left @ 1..) = *mood {
            *mood = Mood::LosesAnswers(left - 1);
            // Half an answer, and then nothing: as when the connection breaks.
            let broken = futures_util::stream::iter([
                Ok(Bytes::from_static(b"{")),
                Err(std::io::Error::other("lost")),
            ]);
            return Response::new(Body::from_stream(broken));
        }
    }
    let body = if path == paths::ACCESS_TOKEN {
        let bytes = answer.bytes().await.unwrap_or_default();
        let said: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if let Some(token) = said["token"].as_str() {
            proxy.tokens.lock().unwrap().push(token.to_owned());
        }
        Body::from(bytes)
    } else {
        Body::from_stream(answer.bytes_stream())
    };
    let mut passed = Response::new(body);
    *passed.status_mut() = status;
    *passed.headers_mut() = headers;
    passed
}

fn message_id(body: &[u8]) -> String {
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    said["messageId"].as_str().unwrap_or_default().to_owned()
}

/// Headers that are about one connection only stay on it.
fn without_hops(mut headers: HeaderMap) -> HeaderMap {
    for name in [
        header::HOST,
        header::CONNECTION,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
    ] {
        headers.remove(name);
    }
    headers
}
