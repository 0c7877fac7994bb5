//! An endpoint of the product: a real server on this machine that answers as it is told.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use standardwebhooks::Webhook;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// One post, as it came.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Post {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Whether the convention's own package takes it.
    pub(crate) fn is_signed_with(&self, secret: &str) -> bool {
        let webhook = Webhook::new(secret).unwrap();
        webhook.verify(&self.body, &self.headers).is_ok()
    }
}

/// How to answer a post.
pub(crate) type Answer = Box<dyn FnOnce() -> Response + Send>;

#[derive(Default)]
struct Seen {
    posts: Mutex<Vec<Post>>,
    answers: Mutex<VecDeque<Answer>>,
    /// Posts that are being held, and the most that ever were.
    held: AtomicUsize,
    most_held: AtomicUsize,
    holding: std::sync::atomic::AtomicBool,
}

/// A server that ends with this value.
pub(crate) struct Endpoint {
    pub(crate) port: u16,
    seen: Arc<Seen>,
    serving: JoinHandle<()>,
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Endpoint {
    /// One that answers 204 unless told otherwise.
    pub(crate) async fn new() -> Self {
        Self::at(0).await
    }

    /// One at a port of this machine.
    pub(crate) async fn at(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Seen::default());
        let app = Router::new().fallback(take).with_state(Arc::clone(&seen));
        let serving = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            port,
            seen,
            serving,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook?shop=7", self.port)
    }

    /// Answers the next post in this way.
    pub(crate) fn will(&self, answer: impl FnOnce() -> Response + Send + 'static) {
        self.seen
            .answers
            .lock()
            .unwrap()
            .push_back(Box::new(answer));
    }

    /// Answers the next post with this status, and headers.
    pub(crate) fn will_say(&self, status: u16, headers: &[(&'static str, &str)]) {
        let mut answer = Response::builder().status(status);
        for (name, value) in headers {
            answer = answer.header(*name, *value);
        }
        let answer = answer.body(Body::from("not for anybody's eyes")).unwrap();
        self.will(move || answer);
    }

    /// Never answers from now on.
    pub(crate) fn will_hold(&self) {
        self.seen.holding.store(true, Ordering::SeqCst);
    }

    pub(crate) fn posts(&self) -> Vec<Post> {
        self.seen.posts.lock().unwrap().clone()
    }

    pub(crate) fn most_held(&self) -> usize {
        self.seen.most_held.load(Ordering::SeqCst)
    }

    /// All posts, once there are so many.
    pub(crate) async fn after(&self, count: usize) -> Vec<Post> {
        let looking = async {
            while self.posts().len() < count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(10), looking).await;
        assert!(found.is_ok(), "{} of {count} came", self.posts().len());
        self.posts()
    }
}

/// Counts a post for as long as it is held.
struct Held(Arc<Seen>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.held.fetch_sub(1, Ordering::SeqCst);
    }
}

async fn take(State(seen): State<Arc<Seen>>, headers: HeaderMap, body: Bytes) -> Response {
    seen.posts.lock().unwrap().push(Post { headers, body });
    if seen.holding.load(Ordering::SeqCst) {
        let held = seen.held.fetch_add(1, Ordering::SeqCst) + 1;
        seen.most_held.fetch_max(held, Ordering::SeqCst);
        let _held = Held(Arc::clone(&seen));
        std::future::pending::<()>().await;
    }
    let answer = seen.answers.lock().unwrap().pop_front();
    match answer {
        Some(answer) => answer(),
        None => Response::builder().status(204).body(Body::empty()).unwrap(),
    }
}
