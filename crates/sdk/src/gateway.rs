//! The gateway's product API (contract E), as a supplier's product calls it.
//!
//! ```
//! # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/gateway.in")); } use doc::{gateway, run};
//! # run(async { let (http, url) = gateway().await;
//! use sdk::GatewayClient;
//! use sdk::gateway::FileToSend;
//! use wire::gateway::{INSTANT, MessageEntry};
//!
//! let gateway = GatewayClient::new(http, &url, "bgk_…")?;
//!
//! // Once for each practitioner: their code from the toolbar.
//! gateway.put_user("dr-okafor", Some("Dr Amara Okafor")).await?;
//! gateway.authorise("dr-okafor", "K7WQ 4RTX").await?;
//!
//! // As often as you like: hand a message over, and go on with your work.
//! let entry = MessageEntry {
//!     kind: INSTANT.to_owned(),
//!     user_id: Some("dr-okafor".to_owned()),
//!     message_id: Some("5f0c2c3e-6d0b-4c0e-9a57-3b1f6f0d7e21".to_owned()),
//!     topic: "ConsultationSummary".to_owned(),
//!     to: "GPPRAC001".to_owned(),
//!     nhs_number: "9547852140".to_owned(),
//!     ..MessageEntry::default()
//! };
//! let letter = FileToSend::whole("Letter.pdf", "application/pdf", b"%PDF-1.7 and so on".to_vec());
//! let entered = gateway.send_files(&entry, vec![letter]).await?;
//! assert_eq!(entered.state, "queued");
//!
//! // Or be told, by `events` or a webhook.
//! let message = gateway.message(&entered.message_id).await?;
//! assert_eq!(message.summary.status.as_deref(), Some("COMPLETED"));
//! # Ok(()) });
//! ```

mod events;
mod form;
mod messages;
mod patients;
mod users;
mod webhooks;

pub use events::{GatewayEvents, Heard};
pub use form::FileToSend;
pub use messages::MessageFilter;
pub use patients::{PatientFilter, PkbAnswer};

use crate::http::{BadAddress, Base, CALL_TIMEOUT, secret_header};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, RequestBuilder};
use std::time::Duration;

/// A message brings up to 84 MiB and is answered only when all of it is on stable storage.
const SEND_TIMEOUT: Duration = Duration::from_secs(120);

/// Calls a gateway with one product's key. Cheap to clone.
#[derive(Clone, Debug)]
pub struct GatewayClient {
    http: reqwest::Client,
    base: Base,
    key: HeaderValue,
}

impl GatewayClient {
    /// A client of the gateway at `base`, for instance `http://127.0.0.1:8090`.
    ///
    /// # Errors
    /// [`BadAddress`] when `base` is not an absolute address or `key` cannot stand in a header.
    pub fn new(http: reqwest::Client, base: &str, key: &str) -> Result<Self, BadAddress> {
        Ok(Self {
            http,
            base: Base::parse(base)?,
            key: secret_header(&format!("Bearer {key}"))?,
        })
    }

    fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, self.base.at(path))
            .header(AUTHORIZATION, self.key.clone())
            .timeout(CALL_TIMEOUT)
    }

    /// A path with those of `pairs` that are set.
    fn asking(path: &str, pairs: &[(&str, Option<&str>)]) -> String {
        let set = pairs
            .iter()
            .filter_map(|(name, value)| Some((name, (*value)?)));
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(set)
            .finish();
        if query.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{query}")
        }
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.call(Method::GET, path)
    }

    fn post(&self, path: &str) -> RequestBuilder {
        self.call(Method::POST, path)
    }

    fn delete(&self, path: &str) -> RequestBuilder {
        self.call(Method::DELETE, path)
    }
}
