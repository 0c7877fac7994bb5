//! A gateway whose workers run, with a product that calls it, a clock that stands still, and no platform.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use axum::response::Response;
use gateway::admin::Admin;
use gateway::vault::Vault;
use gateway::vault::kek::LocalKey;
use gateway::{Gateway, GatewayConfig};
use httpkit::lifecycle::Shutdown;
use jiff::SignedDuration;
use model::clock::ManualClock;
use model::entropy::SeededEntropy;
use model::{Clock as _, Secret, UserId};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use store::gateway::GatewayStore;
use tokio::task::JoinHandle;
use tower::ServiceExt as _;

/// One gateway node at work.
pub(crate) struct Desk {
    pub(crate) store: GatewayStore,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) entropy: Arc<SeededEntropy>,
    pub(crate) key_id: String,
    key: Secret,
    shutdown: Shutdown,
    router: Router,
    working: JoinHandle<()>,
}

/// An endpoint as its owner knows it.
pub(crate) struct Told {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Desk {
    /// At noon on a day in November 2026. Endpoints may be on this machine.
    pub(crate) async fn new() -> Self {
        Self::allowing(true).await
    }

    /// One where endpoints on this machine are allowed, or not.
    pub(crate) async fn allowing(private: bool) -> Self {
        let store = store_sqlite::open_gateway_temporary().unwrap();
        let clock = ManualClock::at("2026-11-21T12:00:00Z".parse().unwrap());
        let entropy = SeededEntropy::new(7);
        let admin = Admin {
            store: &store,
            now: clock.now(),
            entropy: &entropy,
        };
        let issued = admin.issue_key("Test product", None).await.unwrap();
        let (id, key) = (issued.id, issued.key);
        Self::start(
            store,
            Arc::new(clock),
            Arc::new(entropy),
            (id, key),
            private,
        )
        .await
    }

    async fn start(
        store: GatewayStore,
        clock: Arc<ManualClock>,
        entropy: Arc<SeededEntropy>,
        (key_id, key): (String, Secret),
        private: bool,
    ) -> Self {
        let bytes: Vec<u8> = (0..32).map(|place| place * 7).collect();
        let kek = Arc::new(LocalKey::from_bytes(&bytes, entropy.clone()).unwrap());
        let sealed = store.vault.clone();
        let vault = Vault::open(kek, Vec::new(), sealed, clock.clone(), entropy.clone());
        let vault = vault.await.unwrap();
        // Nobody listens at the platform's address.
        let base = "http://gateway.test".to_owned();
        let platform = "http://127.0.0.1:1".to_owned();
        let mut config = GatewayConfig::new(base, platform, Secret::new("key".to_owned()));
        config.allow_private_webhooks = private;
        config.pace.look = Duration::from_millis(20);
        config.pace.grace = Duration::from_millis(500);
        let shutdown = Shutdown::default();
        let gateway = Gateway::new(
            config,
            store.clone(),
            vault,
            clock.clone(),
            entropy.clone(),
            shutdown.clone(),
        )
        .unwrap();
        Self {
            store,
            clock,
            entropy,
            key_id,
            key,
            shutdown,
            router: gateway.router(|router| router),
            working: tokio::spawn(gateway.work()),
        }
    }

    /// Ends the node, and waits until it has ended.
    pub(crate) async fn stop(&mut self) {
        self.shutdown.begin();
        let ended = tokio::time::timeout(Duration::from_secs(10), &mut self.working).await;
        ended.expect("the workers end").unwrap();
    }

    /// The node again, after it was stopped, with its database.
    pub(crate) async fn again(self, private: bool) -> Self {
        let key = (self.key_id, self.key);
        Self::start(self.store, self.clock, self.entropy, key, private).await
    }

    /// Time goes by.
    pub(crate) fn wait(&self, by: SignedDuration) {
        self.clock.advance(by);
    }

    /// Enough time that workers have looked several times.
    pub(crate) async fn pause(&self) {
        tokio::time::sleep(Duration::from_millis(150)).await;
    }

    pub(crate) async fn open(&self, method: &str, path: &str, body: Value) -> Response {
        self.open_after(method, path, body, None).await
    }

    pub(crate) async fn open_after(
        &self,
        method: &str,
        path: &str,
        body: Value,
        after: Option<&str>,
    ) -> Response {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.key.reveal()));
        if let Some(after) = after {
            request = request.header("last-event-id", after);
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header("content-type", "application/json");
            Body::from(body.to_string())
        };
        let request = request.body(body).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// A call without a key.
    pub(crate) async fn call_unknown(&self, method: &str, path: &str) -> StatusCode {
        let request = Request::builder().method(method).uri(path);
        let request = request.body(Body::empty()).unwrap();
        self.router.clone().oneshot(request).await.unwrap().status()
    }

    /// A call's status, and its body where it is JSON.
    pub(crate) async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let answer = self.open(method, path, body).await;
        let status = answer.status().as_u16();
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call("GET", path, Value::Null).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    /// Adds an endpoint that hears of everything.
    pub(crate) async fn add(&self, url: &str) -> Told {
        let (status, body) = self.call("POST", "/v1/webhooks", json!({"url": url})).await;
        assert_eq!(status, 201, "{body}");
        Told {
            id: body["webhookId"].as_str().unwrap().to_owned(),
            secret: body["secret"].as_str().unwrap().to_owned(),
        }
    }

    /// Owes an endpoint a test.
    pub(crate) async fn test(&self, told: &Told) {
        let path = format!("/v1/webhooks/{}/test", told.id);
        let (status, body) = self.call("POST", &path, Value::Null).await;
        assert_eq!(status, 202, "{body}");
    }

    pub(crate) async fn webhook(&self, told: &Told) -> Value {
        self.get(&format!("/v1/webhooks/{}", told.id)).await
    }

    pub(crate) async fn deliveries(&self, told: &Told) -> Vec<Value> {
        let path = format!("/v1/webhooks/{}/deliveries", told.id);
        let list = self.get(&path).await;
        list["deliveries"].as_array().unwrap().clone()
    }

    /// The newest delivery, once its state is this one.
    pub(crate) async fn delivery_once(&self, told: &Told, is: impl Fn(&Value) -> bool) -> Value {
        let looking = async {
            loop {
                let newest = self.deliveries(told).await.into_iter().next();
                if let Some(newest) = newest.filter(|newest| is(newest)) {
                    return newest;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(10), looking).await;
        let Ok(found) = found else {
            panic!("it never came to it: {:#?}", self.deliveries(told).await);
        };
        found
    }

    /// An endpoint, once nothing is posted to it any more.
    pub(crate) async fn disabled(&self, told: &Told) -> Value {
        let looking = async {
            loop {
                let shown = self.webhook(told).await;
                if shown["state"] == "disabled" {
                    return shown;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(10), looking).await;
        found.expect("it is disabled")
    }

    /// Lets something happen: a user is forgotten.
    pub(crate) async fn happen(&self, user: &str) {
        let user = UserId::parse(user).unwrap();
        let now = self.clock.now();
        self.store.users.put(&user, None, now).await.unwrap();
        assert!(
            self.store
                .users
                .delete("gateway", &user, now)
                .await
                .unwrap()
        );
    }
}
