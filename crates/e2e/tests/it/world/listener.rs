//! An endpoint of the product for webhooks: takes what is well signed, and remembers all of it.

use super::wait;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// One post.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    /// Its `webhook-id`.
    pub(crate) id: String,
    pub(crate) timestamp: String,
    pub(crate) signature: String,
    pub(crate) body: Bytes,
    pub(crate) event: Value,
    pub(crate) genuine: bool,
}

/// It listens until this value is dropped.
pub(crate) struct Listener {
    pub(crate) url: String,
    inner: Arc<Inner>,
    serving: tokio::task::JoinHandle<()>,
}

struct Inner {
    posts: Mutex<Vec<Post>>,
    secrets: Mutex<Vec<Vec<u8>>>,
}

impl Listener {
    /// Listens on this machine.
    pub(crate) async fn start() -> Self {
        let inner = Arc::new(Inner {
            posts: Mutex::default(),
            secrets: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/told", listener.local_addr().unwrap());
        let router = Router::new().fallback(take).with_state(Arc::clone(&inner));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            inner,
            serving,
        }
    }

    /// A secret that may sign from now on.
    pub(crate) fn trust(&self, secret: &str) {
        let key = secret.strip_prefix("whsec_").expect("a webhook secret");
        let key = STANDARD.decode(key).unwrap();
        assert_eq!(key.len(), 32);
        self.inner.secrets.lock().unwrap().push(key);
    }

    /// All that came so far.
    pub(crate) fn posts(&self) -> Vec<Post> {
        self.inner.posts.lock().unwrap().clone()
    }

    /// The types that came about a message, each told once, in order.
    pub(crate) fn told(&self, message_id: &str) -> Vec<String> {
        self.told_where("messageId", message_id)
    }

    /// The same about a patient.
    pub(crate) fn told_of_patient(&self, app_user_id: &str) -> Vec<String> {
        self.told_where("appUserId", app_user_id)
    }

    fn told_where(&self, member: &str, id: &str) -> Vec<String> {
        let mut seen = Vec::new();
        let mut told = Vec::new();
        for post in self.posts() {
            if post.event["data"][member] == id && !seen.contains(&post.id) {
                seen.push(post.id.clone());
                told.push(words(&post.event));
            }
        }
        told
    }

    /// Waits until this was told about a message, and everything that came was well signed.
    pub(crate) async fn until(&self, message_id: &str, what: &str) {
        wait::until(
            &format!("a webhook tells {what} of {message_id}"),
            async || self.told(message_id).iter().any(|told| told == what),
        )
        .await;
        assert!(self.posts().iter().all(|post| post.genuine));
    }

    /// Waits until this was told about a patient, and everything that came was well signed.
    pub(crate) async fn until_patient(&self, app_user_id: &str, what: &str) {
        wait::until(
            &format!("a webhook tells {what} of {app_user_id}"),
            async || {
                self.told_of_patient(app_user_id)
                    .iter()
                    .any(|told| told == what)
            },
        )
        .await;
        assert!(self.posts().iter().all(|post| post.genuine));
    }

    /// Waits until a user's event was told.
    pub(crate) async fn until_user(&self, user: &str, what: &str) {
        wait::until(&format!("a webhook tells {what} of {user}"), async || {
            let about =
                |post: &Post| post.event["data"]["userId"] == user && post.event["type"] == what;
            self.posts().iter().any(about)
        })
        .await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Type, and the status that it brought.
fn words(event: &Value) -> String {
    let data = &event["data"];
    let parts = [
        &event["type"],
        &data["status"],
        &data["subStatus"],
        &data["problem"],
        &data["reason"],
    ];
    let parts = parts.into_iter().filter_map(Value::as_str);
    parts.collect::<Vec<_>>().join(" / ")
}

async fn take(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name: &str| {
        let value = headers.get(name).map(|value| value.to_str().unwrap());
        value.unwrap_or_default().to_owned()
    };
    let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
    let signature = header("webhook-signature");
    let mut signed = format!("{id}.{timestamp}.").into_bytes();
    signed.extend_from_slice(&body);
    let genuine = {
        let secrets = inner.secrets.lock().unwrap();
        signature.split(' ').any(|one| {
            let given = one.strip_prefix("v1,").unwrap_or_default();
            let given = STANDARD.decode(given).unwrap_or_default();
            secrets.iter().any(|secret| {
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
                hmac::verify(&key, &signed, &given).is_ok()
            })
        })
    };
    let event = serde_json::from_slice(&body).unwrap_or_default();
    inner.posts.lock().unwrap().push(Post {
        id,
        timestamp,
        signature,
        body,
        event,
        genuine,
    });
    StatusCode::NO_CONTENT
}
