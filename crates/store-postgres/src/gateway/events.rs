//! The gateway's feed. Places are given and read as on the platform ([`crate::horizon`]), so that nobody waits for
//! anybody in order to tell something.

use super::Db;
use crate::attempt::Call;
use crate::conn::Params;
use crate::horizon::{Question, before_all_that_run, behind, go_on_growing};
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use model::ClientMessageId;
use std::sync::Arc;
use std::time::Duration;
use store::gateway::{Entry, Events, Place, Wake};
use store::platform::Kept;
use store::row::gateway::events::entry;
use store::row::{Cells as _, int};
use store::{Result, StoreError};

/// Rows of some kind, each with the place that [`before_all_that_run`] gives, and its own place twice.
macro_rules! rows {
    ($which:literal, $order:literal) => {
        concat!(
            "SELECT ",
            before_all_that_run!(),
            ", place, place, at, by, kind, message, app_user, webhook, status, sub_status, problem, patient, reason FROM event WHERE kind <> $1 AND ",
            $which,
            " ORDER BY ",
            $order,
            " LIMIT $3"
        )
    };
}

statements! {
    SINCE = rows!("place > $2", "place");
    LATEST = rows!("place < $2", "place DESC");
    OF_MESSAGE = "SELECT place, at, by, kind, message, app_user, webhook, status, sub_status, problem, patient, reason FROM event WHERE message = $1 ORDER BY place LIMIT 500";
    STATE = "SELECT forgotten, greatest(forgotten, (SELECT place FROM event ORDER BY place DESC LIMIT 1)) FROM feed_state WHERE id = 1";
    LOCK_STATE = "SELECT forgotten FROM feed_state WHERE id = 1 FOR UPDATE";
    OLDEST = "SELECT place, at, EXISTS (SELECT FROM delivery WHERE delivery.place = event.place AND state = 'owed') FROM event WHERE place < $1 ORDER BY place LIMIT $2";
    FORGET = "UPDATE feed_state SET forgotten = greatest(forgotten, $1) WHERE id = 1";
    // Deliveries of these go with them.
    DROP = "DELETE FROM event WHERE place <= $1";
    GO_ON_GROWING = go_on_growing!("event");
}

/// What no stream tells: tests of endpoints.
const HIDDEN: &str = "webhook.test";

impl Db {
    fn question(sql: crate::sql::Sql, bound: i64, limit: i64) -> Question<'static, Entry> {
        Question {
            sql,
            key: &HIDDEN,
            bound,
            newest: false,
            limit,
            read: entry,
        }
    }

    /// Has readers look again.
    fn wake_after(&self, pause: Duration) {
        let wakes = Arc::clone(&self.wakes);
        tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            wakes.wake(Wake::Events);
        });
    }
}

#[async_trait]
impl Events for Db {
    async fn latest(&self) -> Result<Place> {
        let question = Question {
            newest: true,
            ..Self::question(LATEST, i64::MAX, 1)
        };
        let answer = question.ask(self, &self.horizon).await?;
        let latest = answer.rows.first().map(|(place, _)| *place);
        Ok(latest.and_then(|place| place.try_into().ok()).unwrap_or(0))
    }

    async fn since(&self, after: Place, limit: u32) -> Result<Vec<Entry>> {
        // A caller may bring any number as its last place.
        let mut after = int(after);
        let mut entries = Vec::new();
        loop {
            let wanted = (limit as usize).saturating_sub(entries.len());
            let question = Self::question(SINCE, after, int(wanted));
            let answer = question.ask(self, &self.horizon).await?;
            let full = answer.rows.len() == wanted;
            for (place, row) in answer.rows {
                after = place;
                match row {
                    Ok(entry) => entries.push(entry),
                    // One damaged row must not end every stream that comes to it.
                    Err(cause) => tracing::error!(%cause, "an event was left out"),
                }
            }
            if let Some(pause) = answer.again {
                self.wake_after(pause);
            }
            if !full || entries.len() >= limit as usize {
                return Ok(entries);
            }
        }
    }

    async fn of_message(&self, message: ClientMessageId) -> Result<Vec<Entry>> {
        self.read("read a message's events", |conn| async move {
            conn.all(OF_MESSAGE, &[&message.0], entry).await
        })
        .await
    }

    async fn kept(&self) -> Result<Kept> {
        let kept = self.read("read which events are kept", |conn| async move {
            conn.one(STATE, &[], |row| {
                Ok(Kept {
                    forgotten: row.take("feed_state.forgotten")?,
                    newest: row.take("event.place")?,
                })
            })
            .await
        });
        let place = "feed_state";
        kept.await?.ok_or(StoreError::Inconsistent { place })
    }

    async fn forget(&self, before: Timestamp, limit: u32) -> Result<u64> {
        let horizon = behind(self).await?;
        let call = Call::new("forget events").repeatable();
        let limit = i64::from(limit);
        self.write(call, |tx| async move {
            // One node at a time.
            tx.write(LOCK_STATE, &[]).await?;
            let which: Params<'_> = &[&horizon, &limit];
            let oldest = tx.all(OLDEST, which, |row| {
                let place: i64 = row.take("event.place")?;
                let at: Timestamp = row.take("event.at")?;
                let owed: bool = row.take("delivery.state")?;
                Ok((place, at, owed))
            });
            let oldest = oldest.await?;
            let old = oldest
                .iter()
                .take_while(|(_, at, owed)| *at < before && !owed);
            if let Some((place, ..)) = old.clone().last() {
                let place: Params<'_> = &[place];
                tx.write_one(FORGET, place, "feed_state").await?;
                tx.write(DROP, place).await?;
            }
            Ok(old.count() as u64)
        })
        .await
    }
}
