//! The feed: rows written by the transactions that cause them, together with what is owed to endpoints.

use super::{Db, Tx};
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use model::ClientMessageId;
use rusqlite::params;
use store::Result;
use store::gateway::{Entry, Events, Happening, Place, Wake};
use store::platform::Kept;
use store::row::gateway::events::{columns, entry};
use store::row::{Cells as _, int};
use uuid::Uuid;

statements! {
    ADD = "INSERT INTO event (at, by, kind, message, app_user, webhook, status, sub_status, problem, patient, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    OWE = "INSERT INTO delivery (webhook, place, state, due_at) SELECT id, ?1, 'owed', ?2 FROM webhook WHERE disabled_at IS NULL AND (wants = 0 OR wants & ?3 <> 0)";
    // A test is owed to one endpoint, enabled or not.
    OWE_TEST = "INSERT INTO delivery (webhook, place, state, due_at) SELECT id, ?1, 'owed', ?2 FROM webhook WHERE id = ?3";
    LATEST = "SELECT place FROM event WHERE place > 0 ORDER BY place DESC LIMIT 1";
    SINCE = "SELECT place, at, by, kind, message, app_user, webhook, status, sub_status, problem, patient, reason FROM event WHERE place > ?1 AND kind <> 'webhook.test' ORDER BY place LIMIT ?2";
    OF_MESSAGE = "SELECT place, at, by, kind, message, app_user, webhook, status, sub_status, problem, patient, reason FROM event WHERE message = ?1 ORDER BY place LIMIT ?2";
    FIRST_PLACE = "SELECT place FROM event WHERE place > 0 ORDER BY place LIMIT 1";
    NEWEST_PLACE = "SELECT seq FROM sqlite_sequence WHERE name = 'event'";
    KEPT = "SELECT forgotten FROM event_kept WHERE id = 1";
    OLDEST = "SELECT place, at, EXISTS (SELECT 1 FROM delivery INDEXED BY delivery_of_event WHERE delivery.place = event.place AND delivery.state = 'owed') FROM event WHERE place > 0 ORDER BY place LIMIT ?1";
    FORGET = "DELETE FROM event WHERE place <= ?1";
}

/// So many rows about one message are read at most.
const OF_ONE: u32 = 500;

impl Tx<'_> {
    /// Notes what happened and owes it to the endpoints that want it; whoever waits is woken after COMMIT.
    pub(super) fn tell(&mut self, by: &str, at: Timestamp, what: &Happening) -> Result<()> {
        let columns = columns(what);
        let at = at.as_millisecond();
        let row = params![
            at,
            by,
            columns.kind,
            columns.message.as_ref().map(Uuid::as_bytes),
            columns.app_user,
            columns.webhook.as_ref().map(Uuid::as_bytes),
            columns.status,
            columns.sub_status,
            columns.problem,
            columns.patient,
            columns.reason,
        ];
        self.write_one(ADD, row, "event")?;
        let place = self.last_insert_id();
        match what {
            Happening::Test(webhook) => {
                self.write_one(
                    OWE_TEST,
                    params![place, at, webhook.0.as_bytes()],
                    "delivery",
                )?;
            }
            _ => {
                self.write(OWE, params![place, at, columns.bit])?;
            }
        }
        self.side.wake(Wake::Events);
        Ok(())
    }
}

#[async_trait]
impl Events for Db {
    async fn latest(&self) -> Result<Place> {
        let latest = self.read("read the newest event", |conn| {
            conn.one(LATEST, [], |cells| cells.take("event.place"))
        })?;
        Ok(latest.unwrap_or(0))
    }

    async fn since(&self, after: Place, limit: u32) -> Result<Vec<Entry>> {
        let rows = self.read("read events", |conn| {
            conn.all(SINCE, params![int(after), limit], |cells| Ok(entry(cells)))
        })?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            match row {
                Ok(entry) => entries.push(entry),
                // One damaged row must not end every stream that comes to it.
                Err(cause) => tracing::error!(%cause, "a row was left out of the events"),
            }
        }
        Ok(entries)
    }

    async fn of_message(&self, message: ClientMessageId) -> Result<Vec<Entry>> {
        self.read("read a message's events", |conn| {
            conn.all(OF_MESSAGE, params![message.0.as_bytes(), OF_ONE], |cells| {
                entry(cells)
            })
        })
    }

    async fn kept(&self) -> Result<Kept> {
        self.read("read which events are kept", |conn| {
            let newest = conn.one(NEWEST_PLACE, [], |cells| cells.take("event.place"))?;
            let newest: u64 = newest.unwrap_or(0);
            let first = conn.one(FIRST_PLACE, [], |cells| cells.take::<u64>("event.place"))?;
            let before = first.map_or(newest, |first| first.saturating_sub(1));
            let kept = conn.one(KEPT, [], |cells| cells.take("event_kept.forgotten"))?;
            Ok(Kept {
                forgotten: before.max(kept.unwrap_or(0)),
                newest,
            })
        })
    }

    async fn forget(&self, before: Timestamp, limit: u32) -> Result<u64> {
        self.write("forget events", move |tx| {
            let oldest = tx.all(OLDEST, [limit], |cells| {
                let place: i64 = cells.take("event.place")?;
                let at: Timestamp = cells.take("event.at")?;
                let owed: bool = cells.take("delivery.state")?;
                Ok((place, at < before && !owed))
            })?;
            match oldest.iter().take_while(|(_, old)| *old).last() {
                // Deliveries go with their events.
                Some((place, _)) => Ok(tx.write(FORGET, [place])? as u64),
                None => Ok(0),
            }
        })
        .await
    }
}
