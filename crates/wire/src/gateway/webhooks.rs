//! Endpoints of the product that are told what happens, and what they are told.

use serde::{Deserialize, Serialize};

/// An endpoint to be added; no `Debug`, since an address may hold a secret.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewWebhook {
    /// Where to post: `https://` or `http://`.
    pub url: String,
    /// The types of events it wants; all when left out or empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
    /// For people; at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// An endpoint; no `Debug`, since an address may hold a secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// Its name: a UUID.
    pub webhook_id: String,
    /// Where is posted.
    pub url: String,
    /// The types of events it wants; all when empty.
    pub events: Vec<String>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `enabled` or `disabled`.
    pub state: String,
    /// Why nothing is posted: `gone` (it answered 410) or `asked`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<String>,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<String>,
    /// When it was added.
    pub created_at: String,
    /// The secret before the last rotation signs as well until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former_secret_until: Option<String>,
    /// What came of the last post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_answer: Option<WebhookAnswer>,
}

/// What came of one post. Nothing that an endpoint writes is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookAnswer {
    /// When.
    pub at: String,
    /// The HTTP status, if it answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why there was no answer: `unreachable`, `timed-out`, `refused-address`, `tls` or `no-secret`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// An endpoint that was added, with its secret: shown this once.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookAdded {
    /// The endpoint.
    #[serde(flatten)]
    pub webhook: Webhook,
    /// `whsec_` and Base64: with this it checks signatures.
    pub secret: String,
}

/// All endpoints.
#[derive(Clone, Serialize, Deserialize)]
pub struct WebhookList {
    /// Oldest first.
    pub webhooks: Vec<Webhook>,
}

/// A new secret: shown this once.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretRotated {
    /// `whsec_` and Base64.
    pub secret: String,
    /// The secret before signs as well until then.
    pub former_secret_until: String,
}

/// The last deliveries of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryList {
    /// Newest first; at most 100.
    pub deliveries: Vec<Delivery>,
}

/// One event owed to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// The `webhook-id` that it carries.
    pub event_id: String,
    /// What is posted.
    pub event: Event,
    /// `owed`, `delivered` or `failed`.
    pub state: String,
    /// Posts so far.
    pub tries: u32,
    /// When it is posted next, if owed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_try_at: Option<String>,
    /// What came of the last post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_answer: Option<WebhookAnswer>,
}

/// Something that happened: the body of a webhook, and the data of a server-sent event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Such as `message.accepted`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened, RFC 3339.
    pub timestamp: String,
    /// To what, and nothing of a patient.
    pub data: EventData,
}

/// What an event is about.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventData {
    /// The message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// The user, by the product's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The patient, by the app's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_user_id: Option<String>,
    /// Where the message stands at the gateway: `queued`, `accepted` or `refused`; or the patient's link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The platform's status of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// In detail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_status: Option<String>,
    /// The name of the problem's type, for a refused message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Why, of what happened to a patient's link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl std::fmt::Debug for EventData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // An app's own id of a patient could lead to a person.
        let patient = self.app_user_id.as_ref().map(|_| "…");
        f.debug_struct("EventData")
            .field("message_id", &self.message_id)
            .field("user_id", &self.user_id)
            .field("app_user_id", &patient)
            .field("state", &self.state)
            .field("status", &self.status)
            .field("sub_status", &self.sub_status)
            .field("problem", &self.problem)
            .field("reason", &self.reason)
            .finish()
    }
}
