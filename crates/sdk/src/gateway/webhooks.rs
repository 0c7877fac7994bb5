//! Endpoints that are told.

use super::GatewayClient;
use crate::Error;
use crate::http::{fill, send_for, send_only};
use wire::gateway::webhooks::{
    DeliveryList, NewWebhook, SecretRotated, Webhook, WebhookAdded, WebhookList,
};
use wire::paths::gateway as paths;

fn of(template: &str, id: &str) -> String {
    fill(template, "webhookId", id)
}

impl GatewayClient {
    /// Adds an endpoint. Its secret is in this answer and in no other.
    ///
    /// ```
    /// # mod doc { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/gateway.in")); } use doc::{gateway, run};
    /// # run(async { let (http, url) = gateway().await;
    /// # let gateway = sdk::GatewayClient::new(http, &url, "bgk_…")?;
    /// use wire::gateway::webhooks::NewWebhook;
    ///
    /// let wanted = NewWebhook {
    ///     url: "https://product.example/baton".to_owned(),
    ///     events: vec!["message.refused".to_owned(), "message.status".to_owned()],
    ///     description: None,
    /// };
    /// let added = gateway.add_webhook(&wanted).await?;
    /// assert!(added.secret.starts_with("whsec_"));
    /// gateway.test_webhook(&added.webhook.webhook_id).await?;
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Error`].
    pub async fn add_webhook(&self, wanted: &NewWebhook) -> Result<WebhookAdded, Error> {
        send_for(self.post(paths::WEBHOOKS).json(wanted)).await
    }

    /// Every endpoint.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn webhooks(&self) -> Result<WebhookList, Error> {
        send_for(self.get(paths::WEBHOOKS)).await
    }

    /// One endpoint; 404 when there is none.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn webhook(&self, id: &str) -> Result<Webhook, Error> {
        send_for(self.get(&of(paths::WEBHOOK, id))).await
    }

    /// Deletes an endpoint.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn delete_webhook(&self, id: &str) -> Result<(), Error> {
        send_only(self.delete(&of(paths::WEBHOOK, id))).await
    }

    /// Has a test posted to an endpoint. What came of it is among [`Self::deliveries`].
    ///
    /// # Errors
    /// [`Error`].
    pub async fn test_webhook(&self, id: &str) -> Result<(), Error> {
        send_only(self.post(&of(paths::WEBHOOK_TEST, id))).await
    }

    /// Gives an endpoint a new secret; for a day both sign.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn rotate_webhook_secret(&self, id: &str) -> Result<SecretRotated, Error> {
        send_for(self.post(&of(paths::WEBHOOK_ROTATE, id))).await
    }

    /// Has an endpoint that was disabled posted to again.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn enable_webhook(&self, id: &str) -> Result<Webhook, Error> {
        send_for(self.post(&of(paths::WEBHOOK_ENABLE, id))).await
    }

    /// What was posted to an endpoint lately, newest first.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn deliveries(&self, id: &str) -> Result<DeliveryList, Error> {
        send_for(self.get(&of(paths::WEBHOOK_DELIVERIES, id))).await
    }
}
