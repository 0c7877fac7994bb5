//! Endpoints, and a user of whom there is something to tell.

use super::sealing::{add_key, add_user, sealed};
use crate::conformance::world::at;
use crate::gateway::{
    Answer, Delivery, DeliveryState, GatewayStore, HappeningKind, NewWebhook, Webhook,
    WebhookChange,
};
use model::{DataKeyId, UserId, WebhookId};
use std::collections::BTreeSet;
use uuid::Uuid;

pub(super) const BY: &str = "product:k1";

/// A store with a data key and a user of whom there is something to tell.
pub(super) struct World {
    pub(super) store: GatewayStore,
    pub(super) key: DataKeyId,
    pub(super) user: UserId,
}

pub(super) fn id(number: u128) -> WebhookId {
    WebhookId(Uuid::from_u128(0x3E_0000 + number))
}

/// How many seconds a claim lasts.
pub(super) const LEASE: i64 = 60;

impl World {
    pub(super) async fn new(store: GatewayStore) -> Self {
        Self {
            key: add_key(&store, 1).await,
            user: add_user(&store, "a").await,
            store,
        }
    }

    pub(super) fn endpoint(&self, number: u128, wants: &[HappeningKind]) -> NewWebhook {
        NewWebhook {
            id: id(number),
            url: format!("https://example.org/hooks/{number}"),
            description: Some(format!("Number {number}")),
            wants: wants.to_vec(),
            secret: sealed(self.key, "whsec"),
            made_at: at(number.try_into().unwrap()),
        }
    }

    pub(super) async fn add(&self, number: u128, wants: &[HappeningKind]) -> WebhookId {
        let endpoint = self.endpoint(number, wants);
        self.store.webhooks.add(&endpoint).await.unwrap();
        endpoint.id
    }

    pub(super) async fn get(&self, id: WebhookId) -> Webhook {
        self.store.webhooks.get(id).await.unwrap().unwrap()
    }

    pub(super) async fn change(&self, id: WebhookId, change: WebhookChange) {
        assert!(self.store.webhooks.change(id, &change).await.unwrap());
    }

    pub(super) async fn disable(&self, id: WebhookId, when: i64) {
        let change = WebhookChange::Disable {
            at: at(when),
            why: "asked",
        };
        self.change(id, change).await;
    }

    /// Tells `user.authorised`.
    pub(super) async fn tell(&self, when: i64) {
        let token = sealed(self.key, &format!("token of {when}"));
        let users = &self.store.users;
        let authorised = users.authorise(BY, &self.user, &token, at(when)).await;
        assert!(authorised.unwrap().is_some());
    }

    pub(super) async fn claim(&self, now: i64) -> Vec<Delivery> {
        self.claim_some(now, &[], 100, 100).await
    }

    pub(super) async fn claim_some(
        &self,
        now: i64,
        busy: &[WebhookId],
        each: u32,
        limit: u32,
    ) -> Vec<Delivery> {
        let webhooks = &self.store.webhooks;
        let claimed = webhooks
            .claim(at(now), at(now + LEASE), busy, each, limit)
            .await;
        claimed.unwrap()
    }

    pub(super) async fn deliveries(&self, id: WebhookId) -> Vec<Delivery> {
        self.store.webhooks.deliveries(id, 100).await.unwrap()
    }

    pub(super) async fn states(&self, id: WebhookId) -> Vec<DeliveryState> {
        let deliveries = self.deliveries(id).await;
        deliveries.iter().map(|delivery| delivery.state).collect()
    }

    pub(super) async fn answered(
        &self,
        delivery: &Delivery,
        when: i64,
        status: u16,
        state: DeliveryState,
    ) {
        let answer = Answer::Status(status);
        let webhooks = &self.store.webhooks;
        let noted = webhooks.answered(delivery, at(when), &answer, state, at(when + 300));
        noted.await.unwrap();
    }
}

pub(super) fn to(deliveries: &[Delivery]) -> BTreeSet<WebhookId> {
    deliveries.iter().map(|delivery| delivery.webhook).collect()
}
