//! Endpoints that are told, and what is owed to each.

use super::Db;
use crate::attempt::Call;
use crate::conn::Params;
use crate::row::clean;
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use model::WebhookId;
use store::gateway::{
    Answer, Delivery, DeliveryState, Happening, NewWebhook, Webhook, WebhookChange, Webhooks,
    aside_until,
};
use store::row::Cells as _;
use store::row::gateway::webhooks::{answer, delivery, wants, webhook};
use store::{Result, StoreError};
use tracing::error;
use uuid::Uuid;

/// Endpoints, in the order of `store::row::gateway::webhooks::webhook`.
macro_rules! webhooks {
    ($which:literal) => {
        concat!(
            "SELECT webhook.id, url, description, wants, secret_key, secret, former_key, former, former_until, made_at, disabled_at, disabled_why, answer.at, answer.status, answer.word FROM webhook LEFT JOIN webhook_answer AS answer ON answer.webhook = webhook.id ",
            $which
        )
    };
}

/// A delivery and its event, in the order of `store::row::gateway::webhooks::delivery`.
macro_rules! deliveries {
    ($from:literal) => {
        deliveries!("", $from)
    };
    ($before:literal, $from:literal) => {
        concat!(
            "SELECT ",
            $before,
            "owed.webhook, owed.state, owed.tries, owed.due_at, owed.last_at, owed.last_status, owed.last_word, event.place, event.at, event.by, event.kind, event.message, event.app_user, event.webhook, event.status, event.sub_status, event.problem, event.patient, event.reason FROM ",
            $from
        )
    };
}

statements! {
    ADD = "INSERT INTO webhook (id, url, description, wants, secret_key, secret, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    GET = webhooks!("WHERE webhook.id = $1");
    LIST = webhooks!("ORDER BY made_at, webhook.id");
    ROTATE = "UPDATE webhook SET secret_key = $2, secret = $3, former_key = $4, former = $5, former_until = $6 WHERE id = $1";
    DISABLE = "UPDATE webhook SET disabled_why = coalesce(disabled_why, $3), disabled_at = coalesce(disabled_at, $2) WHERE id = $1";
    // In a statement after that: it sees what was owed until the endpoint was disabled.
    GIVE_UP = "UPDATE delivery SET state = 'failed', ended_at = $2 WHERE webhook = $1 AND state = 'owed'";
    ENABLE = "UPDATE webhook SET disabled_at = NULL, disabled_why = NULL WHERE id = $1";
    DELETE = "DELETE FROM webhook WHERE id = $1";
    HOLD = "SELECT id FROM webhook WHERE id = $1 FOR SHARE";

    CLAIM = concat!("WITH due AS (SELECT first.webhook, first.place FROM webhook CROSS JOIN LATERAL (SELECT webhook, place, due_at FROM delivery WHERE delivery.webhook = webhook.id AND state = 'owed' AND due_at <= $1 ORDER BY due_at, place LIMIT $4 FOR UPDATE SKIP LOCKED) AS first WHERE NOT webhook.id = ANY ($3::uuid[]) ORDER BY first.due_at, first.place LIMIT $5), owed AS (UPDATE delivery SET due_at = $2 FROM due WHERE delivery.webhook = due.webhook AND delivery.place = due.place RETURNING delivery.*) ", deliveries!("owed.webhook, owed.place, ", "owed JOIN event ON event.place = owed.place ORDER BY owed.place"));
    SET_ASIDE = "UPDATE delivery SET due_at = $3 WHERE webhook = $1 AND place = $2";
    NOTE_ANSWER = "INSERT INTO webhook_answer AS answer (webhook, at, status, word) SELECT id, $2, $3, $4 FROM webhook WHERE id = $1 FOR KEY SHARE ON CONFLICT (webhook) DO UPDATE SET at = excluded.at, status = excluded.status, word = excluded.word WHERE answer.at <= excluded.at";
    ANSWERED = "UPDATE delivery SET state = $3, tries = tries + 1, due_at = $4, ended_at = CASE WHEN $3 <> 'owed' THEN $5::bigint END, last_at = $5, last_status = $6, last_word = $7 WHERE webhook = $1 AND place = $2 AND state = 'owed'";
    DELIVERIES = deliveries!("delivery AS owed JOIN event ON event.place = owed.place WHERE owed.webhook = $1 ORDER BY owed.place DESC LIMIT $2");
    FORGET = "WITH old AS (SELECT webhook, place FROM delivery WHERE ended_at < $1 ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED) DELETE FROM delivery USING old WHERE delivery.webhook = old.webhook AND delivery.place = old.place";
    OWED = "SELECT (SELECT count(*) FROM delivery WHERE state = 'owed'), (SELECT due_at FROM delivery WHERE state = 'owed' ORDER BY due_at LIMIT 1)";
}

/// A new secret must not be rotated away a second time: then the present one would be its own former.
fn call_of(change: &WebhookChange) -> Call {
    let call = Call::new("change endpoint");
    match change {
        WebhookChange::Rotate { .. } => call,
        WebhookChange::Disable { .. } | WebhookChange::Enable => call.repeatable(),
    }
}

#[async_trait]
impl Webhooks for Db {
    async fn add(&self, webhook: &NewWebhook) -> Result<()> {
        let call = Call::new("add endpoint").repeatable();
        let description = &webhook.description.as_deref().map(clean);
        let (url, wants) = (&clean(&webhook.url), wants(&webhook.wants));
        let made_at = webhook.made_at.as_millisecond();
        let secret = &&*webhook.secret.bytes;
        self.write(call, |tx| async move {
            let row: Params<'_> = &[
                &webhook.id.0,
                &&**url,
                &description.as_deref(),
                &wants,
                &webhook.secret.key.0,
                secret,
                &made_at,
            ];
            tx.write(ADD, row).await.map(drop)
        })
        .await
    }

    async fn get(&self, id: WebhookId) -> Result<Option<Webhook>> {
        self.read("read endpoint", |conn| async move {
            conn.one(GET, &[&id.0], webhook).await
        })
        .await
    }

    async fn list(&self) -> Result<Vec<Webhook>> {
        self.read("list endpoints", |conn| async move {
            conn.all(LIST, &[], webhook).await
        })
        .await
    }

    async fn change(&self, id: WebhookId, change: &WebhookChange) -> Result<bool> {
        self.write(call_of(change), |tx| async move {
            let changed = match change {
                WebhookChange::Rotate {
                    secret,
                    former,
                    former_until,
                } => {
                    let row: Params<'_> = &[
                        &id.0,
                        &secret.key.0,
                        &&*secret.bytes,
                        &former.key.0,
                        &&*former.bytes,
                        &former_until.as_millisecond(),
                    ];
                    tx.write(ROTATE, row).await?
                }
                WebhookChange::Disable { at, why } => {
                    let at = at.as_millisecond();
                    let disable: Params<'_> = &[&id.0, &at, why];
                    let give_up: Params<'_> = &[&id.0, &at];
                    let (disabled, _) = futures_util::try_join!(
                        tx.write(DISABLE, disable),
                        tx.write(GIVE_UP, give_up)
                    )?;
                    disabled
                }
                WebhookChange::Enable => tx.write(ENABLE, &[&id.0]).await?,
            };
            Ok(changed == 1)
        })
        .await
    }

    async fn delete(&self, id: WebhookId) -> Result<bool> {
        let call = Call::new("delete endpoint");
        self.write(call, |tx| async move {
            Ok(tx.write(DELETE, &[&id.0]).await? == 1)
        })
        .await
    }

    async fn test(&self, by: &str, id: WebhookId, at: Timestamp) -> Result<bool> {
        let call = Call::new("test endpoint");
        self.write(call, |tx| async move {
            let there = tx.write(HOLD, &[&id.0]).await? == 1;
            if there {
                tx.happen(by, at, &Happening::Test(id));
            }
            Ok(there)
        })
        .await
    }

    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        busy: &[WebhookId],
        each: u32,
        limit: u32,
    ) -> Result<Vec<Delivery>> {
        // What a COMMIT in doubt has taken comes back when its lease ends.
        let call = Call::new("claim deliveries").repeatable();
        let later = aside_until(now).as_millisecond();
        let (now, until) = (now.as_millisecond(), lease_until.as_millisecond());
        let (each, limit) = (i64::from(each), i64::from(limit));
        let busy: &Vec<Uuid> = &busy.iter().map(|id| id.0).collect();
        self.write(call, |tx| async move {
            let which: Params<'_> = &[&now, &until, busy, &each, &limit];
            let found = tx.all(CLAIM, which, |row| {
                let id: WebhookId = row.take("delivery.webhook")?;
                let place: i64 = row.take("delivery.place")?;
                Ok((id, place, delivery(row)))
            });
            let mut all = Vec::new();
            for (id, place, delivery) in found.await? {
                match delivery {
                    Ok(delivery) => all.push(delivery),
                    Err(cause) => {
                        error!(place, %cause, "a delivery cannot be read; it is set aside");
                        let row: Params<'_> = &[&id.0, &place, &later];
                        tx.write_one(SET_ASIDE, row, "delivery.due_at").await?;
                    }
                }
            }
            Ok(all)
        })
        .await
    }

    async fn answered(
        &self,
        delivery: &Delivery,
        at: Timestamp,
        given: &Answer,
        state: DeliveryState,
        due_at: Timestamp,
    ) -> Result<()> {
        let call = Call::new("note an endpoint's answer").repeatable();
        let place = store::row::int(delivery.entry.place);
        let (at, due_at) = (at.as_millisecond(), due_at.as_millisecond());
        let (status, word) = answer(given);
        self.write(call, |tx| async move {
            let answer: Params<'_> = &[&delivery.webhook.0, &at, &status, &word];
            let change: Params<'_> = &[
                &delivery.webhook.0,
                &place,
                &state.as_str(),
                &due_at,
                &at,
                &status,
                &word,
            ];
            futures_util::try_join!(tx.write(NOTE_ANSWER, answer), tx.write(ANSWERED, change))?;
            Ok(())
        })
        .await
    }

    async fn deliveries(&self, id: WebhookId, limit: u32) -> Result<Vec<Delivery>> {
        let limit = i64::from(limit);
        self.read("list deliveries", |conn| async move {
            conn.all(DELIVERIES, &[&id.0, &limit], delivery).await
        })
        .await
    }

    async fn forget(&self, before: Timestamp, limit: u32) -> Result<u64> {
        let call = Call::new("forget deliveries").repeatable();
        let (before, limit) = (before.as_millisecond(), i64::from(limit));
        self.write(call, |tx| async move {
            tx.write(FORGET, &[&before, &limit]).await
        })
        .await
    }

    async fn owed(&self) -> Result<(u64, Option<Timestamp>)> {
        let owed = self
            .read("count what is owed", |conn| async move {
                conn.one(OWED, &[], |row| {
                    Ok((row.take("delivery.state")?, row.take("delivery.due_at")?))
                })
                .await
            })
            .await?;
        let place = "delivery.state";
        owed.ok_or(StoreError::Inconsistent { place })
    }
}
