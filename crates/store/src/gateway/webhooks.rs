//! Endpoints that are told, and every delivery that is still owed to one.

use super::{Entry, HappeningKind, Sealed};
use crate::Result;
use async_trait::async_trait;
use jiff::Timestamp;
use model::WebhookId;

/// An endpoint to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWebhook {
    /// Its name.
    pub id: WebhookId,
    /// Where to post.
    pub url: String,
    /// For people.
    pub description: Option<String>,
    /// What it wants to hear of; all when empty.
    pub wants: Vec<HappeningKind>,
    /// Its secret.
    pub secret: Sealed,
    /// When it was added.
    pub made_at: Timestamp,
}

/// An endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its name.
    pub id: WebhookId,
    /// Where to post.
    pub url: String,
    /// For people.
    pub description: Option<String>,
    /// What it wants to hear of; all when empty.
    pub wants: Vec<HappeningKind>,
    /// Its secret.
    pub secret: Sealed,
    /// Its secret before, which signs as well until the moment given.
    pub former_secret: Option<(Sealed, Timestamp)>,
    /// When it was added.
    pub made_at: Timestamp,
    /// Since when nothing is posted to it, and why (`asked`, `gone` for a 410).
    pub disabled: Option<(Timestamp, String)>,
    /// The last answer: when, and what.
    pub last: Option<(Timestamp, Answer)>,
}

/// What changes at an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookChange {
    /// Another secret; the present one stays good until the moment given.
    Rotate {
        /// The new one.
        secret: Sealed,
        /// The present one, sealed for its new place.
        former: Sealed,
        /// How long that signs as well.
        former_until: Timestamp,
    },
    /// Nothing is posted any more; what is owed to it is given up.
    Disable {
        /// Since when.
        at: Timestamp,
        /// Why.
        why: &'static str,
    },
    /// It is posted to again.
    Enable,
}

/// What came of one post, without anything that the endpoint wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An HTTP status.
    Status(u16),
    /// No answer; one of a few fixed words: `unreachable`, `timed-out`, `refused-address`, `tls`.
    Nothing(String),
}

/// How a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// Owed: due at some moment, or being posted.
    Owed,
    /// Answered with 2xx.
    Delivered,
    /// Given up.
    Failed,
}

impl DeliveryState {
    /// As it is stored and told.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owed => "owed",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Owed, Self::Delivered, Self::Failed]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// One event owed to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// To whom.
    pub webhook: WebhookId,
    /// What.
    pub entry: Entry,
    /// How it stands.
    pub state: DeliveryState,
    /// Posts so far.
    pub tries: u32,
    /// When it is posted next, if owed.
    pub due_at: Timestamp,
    /// The last post: when, and what came of it.
    pub last: Option<(Timestamp, Answer)>,
}

/// Endpoints and deliveries.
#[async_trait]
pub trait Webhooks: Send + Sync {
    /// Adds an endpoint. It hears of what happens from now on.
    async fn add(&self, webhook: &NewWebhook) -> Result<()>;
    /// One endpoint.
    async fn get(&self, id: WebhookId) -> Result<Option<Webhook>>;
    /// All endpoints, oldest first.
    async fn list(&self) -> Result<Vec<Webhook>>;
    /// Changes one. `false` when there is none.
    async fn change(&self, id: WebhookId, change: &WebhookChange) -> Result<bool>;
    /// Deletes one with its deliveries. `false` when there is none.
    async fn delete(&self, id: WebhookId) -> Result<bool>;
    /// Owes this endpoint a test, enabled or not. `false` when there is none.
    async fn test(&self, by: &str, id: WebhookId, at: Timestamp) -> Result<bool>;

    /// Takes deliveries that are due, oldest first, at most `limit` and at most `each` of one endpoint (those it
    /// already holds not counted): nobody else gets them before `lease_until`. Endpoints in `busy` are left out. A row
    /// that cannot be read is set aside for [`super::SET_ASIDE`] and logged.
    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        busy: &[WebhookId],
        each: u32,
        limit: u32,
    ) -> Result<Vec<Delivery>>;
    /// Notes what came of a post: [`DeliveryState::Owed`] with the next moment, or an end. A delivery or endpoint
    /// that went meanwhile is no error. The endpoint's last answer changes with it.
    async fn answered(
        &self,
        delivery: &Delivery,
        at: Timestamp,
        answer: &Answer,
        state: DeliveryState,
        due_at: Timestamp,
    ) -> Result<()>;
    /// The last deliveries of an endpoint, newest first.
    async fn deliveries(&self, id: WebhookId, limit: u32) -> Result<Vec<Delivery>>;
    /// Drops deliveries that ended before `before`, at most `limit`; how many.
    async fn forget(&self, before: Timestamp, limit: u32) -> Result<u64>;
    /// How many deliveries are owed, and the oldest due moment among them.
    async fn owed(&self) -> Result<(u64, Option<Timestamp>)>;
}
