//! What stands between a gateway and PKB: passes everything on, to its end even when the gateway dies meanwhile, and
//! remembers every token and code that went by, and how often it was sent.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use reqwest::Url;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

const MOST: usize = 4 * 1024 * 1024;
const TOKEN: &str = "/apiToken.action";

/// It stands until this value is dropped.
pub(crate) struct Tap {
    pub(crate) url: String,
    inner: Arc<Inner>,
    serving: tokio::task::JoinHandle<()>,
}

/// What went by.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    /// Refresh tokens that came from the gateway, and how often each.
    pub(crate) refreshes: BTreeMap<String, u32>,
    /// Codes that came from the gateway, and how often each.
    pub(crate) codes: BTreeMap<String, u32>,
    /// Tokens in answers.
    pub(crate) tokens: Vec<String>,
    /// Answers of the token endpoint that did not come whole.
    pub(crate) broken: u32,
}

impl Seen {
    /// Sends of something that had been sent before.
    pub(crate) fn repeated(&self) -> u32 {
        let all = self.refreshes.values().chain(self.codes.values());
        all.map(|times| times - 1).sum()
    }
}

struct Inner {
    behind: String,
    seen: Mutex<Seen>,
    /// Token calls are sent twice, as a careless client would.
    doubles: bool,
    /// Readings are passed on so much later.
    late: Mutex<Duration>,
    busy: watch::Sender<usize>,
    http: reqwest::Client,
}

impl Tap {
    /// Before the PKB at `behind`.
    pub(crate) async fn before(behind: &str) -> Self {
        Self::with(behind, false).await
    }

    /// The same, but sends every token call twice: what the counts must see.
    pub(crate) async fn doubling(behind: &str) -> Self {
        Self::with(behind, true).await
    }

    async fn with(behind: &str, doubles: bool) -> Self {
        let inner = Arc::new(Inner {
            behind: behind.to_owned(),
            seen: Mutex::default(),
            doubles,
            late: Mutex::default(),
            busy: watch::channel(0).0,
            http: httpkit::outbound::client(Some(Duration::from_secs(60))).unwrap(),
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

    /// Readings are passed on so much later from now on.
    pub(crate) fn delay(&self, late: Duration) {
        *self.inner.late.lock().unwrap() = late;
    }

    /// What went by so far.
    pub(crate) fn seen(&self) -> Seen {
        self.inner.seen().clone()
    }

    /// Waits until everything that came has been passed on, and answered or lost.
    pub(crate) async fn idle(&self) {
        let mut busy = self.inner.busy.subscribe();
        let _ = busy.wait_for(|count| *count == 0).await;
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Inner {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }

    fn note_call(&self, body: &[u8]) {
        let form = String::from_utf8_lossy(body);
        let form = Url::parse(&format!("http://form/?{form}")).unwrap();
        let mut seen = self.seen();
        for (name, value) in form.query_pairs() {
            let sent = match name.as_ref() {
                "refresh_token" => &mut seen.refreshes,
                "code" => &mut seen.codes,
                _ => continue,
            };
            *sent.entry(value.into_owned()).or_default() += 1;
        }
    }

    fn note_answer(&self, body: &[u8]) {
        let said: Value = serde_json::from_slice(body).unwrap_or_default();
        let tokens = ["access_token", "refresh_token"].map(|name| said[name].as_str());
        let tokens = tokens.into_iter().flatten().map(str::to_owned);
        self.seen().tokens.extend(tokens);
    }
}

async fn pass(State(tap): State<Arc<Inner>>, request: Request) -> Response {
    tap.busy.send_modify(|count| *count += 1);
    // A call that left the gateway arrives, even if the gateway is dead by then.
    let passing = tokio::spawn(async move {
        let answer = pass_on(&tap, request).await;
        tap.busy.send_modify(|count| *count -= 1);
        answer
    });
    passing.await.unwrap()
}

async fn pass_on(tap: &Inner, request: Request) -> Response {
    let (head, body) = request.into_parts();
    // A gateway that dies while it sends has sent nothing.
    let Ok(body) = axum::body::to_bytes(body, MOST).await else {
        return plain(400);
    };
    let is_token = head.method == Method::POST && head.uri.path() == TOKEN;
    if is_token {
        tap.note_call(&body);
    } else {
        let late = *tap.late.lock().unwrap();
        tokio::time::sleep(late).await;
    }
    let url = format!("{}{}", tap.behind, head.uri);
    let headers = without_hops(head.headers);
    let call = || {
        let call = tap.http.request(head.method.clone(), &url);
        call.headers(headers.clone()).body(body.clone()).send()
    };
    let mut answer = call().await;
    if is_token && tap.doubles {
        answer = call().await;
    }
    let whole = async {
        let answer = answer.ok()?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        Some((status, headers, answer.bytes().await.ok()?))
    };
    let Some((status, headers, bytes)) = whole.await else {
        if is_token {
            tap.seen().broken += 1;
        }
        return broken();
    };
    if is_token {
        tap.note_answer(&bytes);
    }
    let mut passed = Response::new(Body::from(bytes));
    *passed.status_mut() = status;
    *passed.headers_mut() = without_hops(headers);
    passed
}

/// Half an answer, and then nothing: as when the connection breaks.
fn broken() -> Response {
    let broken = futures_util::stream::iter([
        Ok(Bytes::from_static(b"{")),
        Err(std::io::Error::other("lost")),
    ]);
    Response::new(Body::from_stream(broken))
}

fn plain(status: u16) -> Response {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    answer
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
