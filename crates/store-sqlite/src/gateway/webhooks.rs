//! Endpoints that are told, and what is owed to them.

use super::{Db, Tx};
use crate::conn::Conn;
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use model::WebhookId;
use rusqlite::params;
use store::Result;
use store::gateway::{
    Answer, Delivery, DeliveryState, Happening, NewWebhook, Wake, Webhook, WebhookChange, Webhooks,
    aside_until,
};
use store::row::gateway::webhooks::{answer, delivery, wants, webhook};
use store::row::{Cells as _, int};
use tracing::error;

macro_rules! endpoint {
    () => {
        "SELECT id, url, description, wants, secret_key, secret, former_key, former, former_until, made_at, disabled_at, disabled_why, last_at, last_status, last_word FROM webhook "
    };
}

macro_rules! owed {
    () => {
        "SELECT delivery.webhook, delivery.state, delivery.tries, delivery.due_at, delivery.last_at, delivery.last_status, delivery.last_word, event.place, event.at, event.by, event.kind, event.message, event.app_user, event.webhook, event.status, event.sub_status, event.problem, event.patient, event.reason FROM delivery JOIN event ON event.place = delivery.place "
    };
}

statements! {
    ADD = "INSERT INTO webhook (id, url, description, wants, secret_key, secret, made_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    GET = concat!(endpoint!(), "WHERE id = ?1");
    ENDPOINTS = concat!(endpoint!(), "ORDER BY made_at, id");
    IDS = "SELECT id FROM webhook";
    ROTATE = "UPDATE webhook SET secret_key = ?2, secret = ?3, former_key = ?4, former = ?5, former_until = ?6 WHERE id = ?1";
    DISABLE = "UPDATE webhook SET disabled_at = coalesce(disabled_at, ?2), disabled_why = coalesce(disabled_why, ?3) WHERE id = ?1";
    GIVE_UP = "UPDATE delivery SET state = 'failed', ended_at = ?2 WHERE webhook = ?1 AND state = 'owed'";
    ENABLE = "UPDATE webhook SET disabled_at = NULL, disabled_why = NULL WHERE id = ?1";
    DELETE = "DELETE FROM webhook WHERE id = ?1";
    DUE_OF = "SELECT place, due_at FROM delivery WHERE webhook = ?1 AND state = 'owed' AND due_at <= ?2 ORDER BY due_at, place LIMIT ?3";
    TAKE = "UPDATE delivery SET due_at = ?3 WHERE webhook = ?1 AND place = ?2";
    TAKEN = concat!(owed!(), "WHERE delivery.webhook = ?1 AND delivery.place = ?2");
    ANSWERED = "UPDATE delivery SET state = ?3, tries = tries + 1, due_at = ?4, ended_at = ?5, last_at = ?6, last_status = ?7, last_word = ?8 WHERE webhook = ?1 AND place = ?2 AND state = 'owed'";
    LAST_ANSWER = "UPDATE webhook SET last_at = ?2, last_status = ?3, last_word = ?4 WHERE id = ?1";
    NEWEST_OF = concat!(owed!(), "WHERE delivery.webhook = ?1 ORDER BY delivery.place DESC LIMIT ?2");
    ENDED = "SELECT webhook, place FROM delivery WHERE ended_at < ?1 ORDER BY ended_at LIMIT ?2";
    DROP_DELIVERY = "DELETE FROM delivery WHERE webhook = ?1 AND place = ?2";
    OWED_TO = "SELECT count(*), min(due_at) FROM delivery WHERE webhook = ?1 AND state = 'owed'";
}

fn change(tx: &mut Tx<'_>, id: WebhookId, change: &WebhookChange) -> Result<bool> {
    let key = id.0.as_bytes();
    let touched = match change {
        WebhookChange::Rotate {
            secret,
            former,
            former_until,
        } => tx.write(
            ROTATE,
            params![
                key,
                secret.key.0.as_bytes(),
                secret.bytes,
                former.key.0.as_bytes(),
                former.bytes,
                former_until.as_millisecond(),
            ],
        )?,
        WebhookChange::Disable { at, why } => {
            let at = at.as_millisecond();
            tx.write(GIVE_UP, params![key, at])?;
            tx.write(DISABLE, params![key, at, why])?
        }
        WebhookChange::Enable => tx.write(ENABLE, [key])?,
    };
    Ok(touched > 0)
}

/// What is due, oldest first, of every endpoint but the busy ones.
fn due(
    conn: &Conn<'_>,
    now: Timestamp,
    busy: &[WebhookId],
    each: u32,
    limit: u32,
) -> Result<Vec<(Timestamp, i64, WebhookId)>> {
    let mut due = Vec::new();
    for id in conn.all(IDS, [], |cells| cells.take::<WebhookId>("webhook.id"))? {
        if busy.contains(&id) {
            continue;
        }
        let bounds = params![id.0.as_bytes(), now.as_millisecond(), each.min(limit)];
        due.extend(conn.all(DUE_OF, bounds, |cells| {
            let place: i64 = cells.take("delivery.place")?;
            Ok((cells.take("delivery.due_at")?, place, id))
        })?);
    }
    due.sort_unstable();
    due.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(due)
}

#[async_trait]
impl Webhooks for Db {
    async fn add(&self, webhook: &NewWebhook) -> Result<()> {
        let new = webhook.clone();
        self.write("add an endpoint", move |tx| {
            let row = params![
                new.id.0.as_bytes(),
                new.url,
                new.description,
                wants(&new.wants),
                new.secret.key.0.as_bytes(),
                new.secret.bytes,
                new.made_at.as_millisecond(),
            ];
            tx.write_one(ADD, row, "webhook")
        })
        .await
    }

    async fn get(&self, id: WebhookId) -> Result<Option<Webhook>> {
        self.read("read an endpoint", |conn| {
            conn.one(GET, [id.0.as_bytes()], |cells| webhook(cells))
        })
    }

    async fn list(&self) -> Result<Vec<Webhook>> {
        self.read("list endpoints", |conn| {
            conn.all(ENDPOINTS, [], |cells| webhook(cells))
        })
    }

    async fn change(&self, id: WebhookId, change: &WebhookChange) -> Result<bool> {
        let what = change.clone();
        self.write("change an endpoint", move |tx| self::change(tx, id, &what))
            .await
    }

    async fn delete(&self, id: WebhookId) -> Result<bool> {
        self.write("delete an endpoint", move |tx| {
            *tx.forget = true;
            Ok(tx.write(DELETE, [id.0.as_bytes()])? > 0)
        })
        .await
    }

    async fn test(&self, by: &str, id: WebhookId, at: Timestamp) -> Result<bool> {
        let by = by.to_owned();
        self.write("test an endpoint", move |tx| {
            if tx.one(GET, [id.0.as_bytes()], |_| Ok(()))?.is_none() {
                return Ok(false);
            }
            tx.tell(&by, at, &Happening::Test(id))?;
            Ok(true)
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
        // Most looks find nothing due: those do not queue for the writer.
        let busy = busy.to_owned();
        if self
            .read("look for deliveries", |conn| due(conn, now, &busy, 1, 1))?
            .is_empty()
        {
            return Ok(Vec::new());
        }
        self.write("claim deliveries", move |tx| {
            let due = due(tx, now, &busy, each, limit)?;
            let mut taken = Vec::with_capacity(due.len());
            for (_, place, id) in due {
                let key = id.0.as_bytes();
                let row = params![key, place, lease_until.as_millisecond()];
                tx.write_one(TAKE, row, "delivery.due_at")?;
                match tx.one(TAKEN, params![key, place], |cells| Ok(delivery(cells)))? {
                    Some(Ok(delivery)) => taken.push(delivery),
                    None => {}
                    Some(Err(cause)) => {
                        error!(place, %cause, "a delivery cannot be read; it is set aside");
                        let row = params![key, place, aside_until(now).as_millisecond()];
                        tx.write_one(TAKE, row, "delivery.due_at")?;
                    }
                }
            }
            Ok(taken)
        })
        .await
    }

    async fn answered(
        &self,
        delivery: &Delivery,
        at: Timestamp,
        answer: &Answer,
        state: DeliveryState,
        due_at: Timestamp,
    ) -> Result<()> {
        let (id, place) = (delivery.webhook, int(delivery.entry.place));
        let said = answer.clone();
        self.write("note an endpoint's answer", move |tx| {
            let key = id.0.as_bytes();
            let at = at.as_millisecond();
            let (status, word) = self::answer(&said);
            let ended = (state != DeliveryState::Owed).then_some(at);
            let row = params![
                key,
                place,
                state.as_str(),
                due_at.as_millisecond(),
                ended,
                at,
                status,
                word,
            ];
            tx.write(ANSWERED, row)?;
            tx.write(LAST_ANSWER, params![key, at, status, word])?;
            if state == DeliveryState::Owed {
                tx.side.wake(Wake::Events);
            }
            Ok(())
        })
        .await
    }

    async fn deliveries(&self, id: WebhookId, limit: u32) -> Result<Vec<Delivery>> {
        self.read("list deliveries", |conn| {
            conn.all(NEWEST_OF, params![id.0.as_bytes(), limit], |cells| {
                delivery(cells)
            })
        })
    }

    async fn forget(&self, before: Timestamp, limit: u32) -> Result<u64> {
        self.write("forget deliveries", move |tx| {
            let ended = tx.all(ENDED, params![before.as_millisecond(), limit], |cells| {
                let id: WebhookId = cells.take("delivery.webhook")?;
                let place: i64 = cells.take("delivery.place")?;
                Ok((id, place))
            })?;
            for (id, place) in &ended {
                tx.write_one(DROP_DELIVERY, params![id.0.as_bytes(), place], "delivery")?;
            }
            Ok(ended.len() as u64)
        })
        .await
    }

    async fn owed(&self) -> Result<(u64, Option<Timestamp>)> {
        self.read("count what is owed", |conn| {
            let (mut count, mut oldest) = (0, None::<Timestamp>);
            for id in conn.all(IDS, [], |cells| cells.take::<WebhookId>("webhook.id"))? {
                let owed = conn.one(OWED_TO, [id.0.as_bytes()], |cells| {
                    let count: u64 = cells.take("delivery.webhook")?;
                    Ok((count, cells.take::<Option<Timestamp>>("delivery.due_at")?))
                })?;
                let (more, due) = owed.unwrap_or_default();
                count += more;
                oldest = [oldest, due].into_iter().flatten().min();
            }
            Ok((count, oldest))
        })
    }
}
