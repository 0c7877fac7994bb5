//! An endpoint for webhooks, as a product has one: it takes nothing that is not signed with its secret.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use httpkit::lifecycle::Shutdown;
use httpkit::serve::Bound;
use sha2::Sha256;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use wire::gateway::Event;

/// A listening endpoint. It ends with [`Listener::end`].
pub(super) struct Listener {
    /// Where it is.
    pub(super) url: String,
    secret: Arc<OnceLock<Vec<u8>>>,
    told: mpsc::UnboundedReceiver<Event>,
    shutdown: Shutdown,
    serving: JoinHandle<std::io::Result<()>>,
}

#[derive(Clone)]
struct Endpoint {
    secret: Arc<OnceLock<Vec<u8>>>,
    tell: mpsc::UnboundedSender<Event>,
}

impl Listener {
    /// Listens on this machine.
    pub(super) async fn start() -> anyhow::Result<Self> {
        let bound = Bound::to(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let url = format!("{}/", bound.url());
        let secret = Arc::<OnceLock<_>>::default();
        let (tell, told) = mpsc::unbounded_channel();
        let endpoint = Endpoint {
            secret: Arc::clone(&secret),
            tell,
        };
        let router = Router::new().route("/", post(take)).with_state(endpoint);
        let shutdown = Shutdown::default();
        let serving = tokio::spawn(bound.serve(router, shutdown.clone()));
        Ok(Self {
            url,
            secret,
            told,
            shutdown,
            serving,
        })
    }

    /// The secret, as the gateway showed it.
    pub(super) fn trust(&self, secret: &str) -> anyhow::Result<()> {
        let text = secret.strip_prefix("whsec_").unwrap_or(secret);
        let bytes = STANDARD
            .decode(text)
            .map_err(|_| anyhow::anyhow!("the gateway's webhook secret is no Base64"))?;
        drop(self.secret.set(bytes));
        Ok(())
    }

    /// The next event that came, genuine; `None` when nothing comes for so long.
    pub(super) async fn next(&mut self, within: Duration) -> Option<Event> {
        tokio::time::timeout(within, self.told.recv())
            .await
            .ok()
            .flatten()
    }

    /// Stops listening.
    pub(super) async fn end(self) {
        self.shutdown.begin();
        drop(self.serving.await);
    }
}

async fn take(State(endpoint): State<Endpoint>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let Some(secret) = endpoint.secret.get() else {
        return StatusCode::SERVICE_UNAVAILABLE;
    };
    if !is_genuine(secret, &headers, &body) {
        return StatusCode::UNAUTHORIZED;
    }
    if let Ok(event) = serde_json::from_slice(&body) {
        // The demo may have seen enough.
        drop(endpoint.tell.send(event));
    }
    StatusCode::NO_CONTENT
}

/// Standard Webhooks: an HMAC over id, time and the body as it came.
fn is_genuine(secret: &[u8], headers: &HeaderMap, body: &[u8]) -> bool {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(id), Some(time), Some(signatures)) = (
        header("webhook-id"),
        header("webhook-timestamp"),
        header("webhook-signature"),
    ) else {
        return false;
    };
    signatures.split(' ').any(|signature| {
        let given = signature
            .strip_prefix("v1,")
            .and_then(|text| STANDARD.decode(text).ok());
        let mac = Hmac::<Sha256>::new_from_slice(secret).ok();
        let (Some(given), Some(mut mac)) = (given, mac) else {
            return false;
        };
        mac.update(format!("{id}.{time}.").as_bytes());
        mac.update(body);
        mac.verify_slice(&given).is_ok()
    })
}
