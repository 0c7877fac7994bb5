//! The feed: rows written by the transactions that cause them, read by live streams.

use super::Db;
use crate::platform::Tx;
use crate::row::RowCells;
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use model::SpineUserId;
use model::message::{Envelope, Status, SubStatus};
use rusqlite::params;
use std::time::Duration;
use store::platform::{Audience, Feed, FeedEntry, FeedItem, Kept, Line, Moved, Told};
use store::row::feed::entry;
use store::row::{Cells as _, int};
use store::{Result, StoreError};
use tokio::sync::watch;

statements! {
    ADD = "INSERT INTO feed (practice, client, at, kind, message, only_for, status, sub_status, client_name) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    LATEST_OF_PRACTICE = "SELECT seq FROM feed WHERE practice = ?1 ORDER BY seq DESC LIMIT 1";
    LATEST_OF_CLIENT = "SELECT seq FROM feed WHERE client = ?1 ORDER BY seq DESC LIMIT 1";
    OF_PRACTICE = "SELECT seq, at, kind, message, only_for, status, sub_status, client_name FROM feed WHERE practice = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";
    OF_CLIENT = "SELECT seq, at, kind, message, only_for, status, sub_status, client_name FROM feed WHERE client = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";
    // One row for a practice and one for a sender, in this order.
    ADD_BOTH = "INSERT INTO feed (practice, client, at, kind, message, only_for, status, sub_status) VALUES (?1, NULL, ?3, 'message', ?4, ?5, NULL, NULL), (NULL, ?2, ?3, 'status', ?6, NULL, ?7, ?8)";
    OLDEST = "SELECT seq, at FROM feed WHERE seq > 0 ORDER BY seq LIMIT ?1";
    FORGET = "DELETE FROM feed WHERE seq <= ?1";
    FIRST_PLACE = "SELECT seq FROM feed WHERE seq > 0 ORDER BY seq LIMIT 1";
    NEWEST_PLACE = "SELECT seq FROM sqlite_sequence WHERE name = 'feed'";
}

/// Every wake-up comes from this process, but for what an operator's command does.
const POLL: Duration = Duration::from_secs(15);

impl Tx<'_> {
    /// Adds a row to an audience's feed, and wakes that audience after COMMIT.
    pub(super) fn tell(
        &mut self,
        audience: Audience,
        at: Timestamp,
        item: &FeedItem,
    ) -> Result<()> {
        let (practice, client) = match &audience {
            Audience::Practice(code) => (Some(code.as_str()), None),
            Audience::Client(id) => (None, Some(id.0.as_bytes())),
        };
        let at = at.as_millisecond();
        match item {
            FeedItem::Message { reference, only } => self.write_one(
                ADD,
                params![
                    practice,
                    client,
                    at,
                    "message",
                    reference.0.as_bytes(),
                    only.as_ref().map(SpineUserId::as_str),
                    None::<&str>,
                    None::<&str>,
                    None::<&str>,
                ],
                "feed",
            ),
            FeedItem::Status {
                message_id,
                status,
                sub_status,
            } => self.write_one(
                ADD,
                params![
                    practice,
                    client,
                    at,
                    "status",
                    message_id.0.as_bytes(),
                    None::<&str>,
                    status.as_str(),
                    sub_status.map(SubStatus::as_str),
                    None::<&str>,
                ],
                "feed",
            ),
            FeedItem::CodeUsed { only, client_name } => self.write_one(
                ADD,
                params![
                    practice,
                    client,
                    at,
                    "code-used",
                    None::<&[u8]>,
                    only.as_str(),
                    None::<&str>,
                    None::<&str>,
                    client_name,
                ],
                "feed",
            ),
        }?;
        self.wake(audience);
        Ok(())
    }

    /// Tells those of a change whom it concerns.
    pub(super) fn tell_of(&mut self, envelope: &Envelope, line: &Line) -> Result<()> {
        let only = line.only.as_ref();
        match (line.told, line.status) {
            (Told::Both, Some(Moved { to, .. })) => self.tell_both(envelope, only, to, line.at),
            (Told::Nobody, _) => Ok(()),
            (Told::Practice | Told::Both, _) => {
                let item = FeedItem::Message {
                    reference: envelope.reference,
                    only: only.cloned(),
                };
                let practice = Audience::Practice(envelope.practice.clone());
                self.tell(practice, line.at, &item)
            }
        }
    }

    /// Tells a practice of a message and its sender of the new status, in one statement.
    pub(super) fn tell_both(
        &mut self,
        envelope: &Envelope,
        only: Option<&SpineUserId>,
        (status, sub_status): (Status, Option<SubStatus>),
        at: Timestamp,
    ) -> Result<()> {
        let rows = params![
            envelope.practice.as_str(),
            envelope.client.0.as_bytes(),
            at.as_millisecond(),
            envelope.reference.0.as_bytes(),
            only.map(SpineUserId::as_str),
            envelope.message_id.0.as_bytes(),
            status.as_str(),
            sub_status.map(SubStatus::as_str),
        ];
        if self.write(ADD_BOTH, rows)? != 2 {
            return Err(StoreError::Inconsistent { place: "feed" });
        }
        self.wake(Audience::Practice(envelope.practice.clone()));
        self.wake(Audience::Client(envelope.client));
        Ok(())
    }

    /// Wakes an audience after COMMIT.
    pub(super) fn wake(&mut self, audience: Audience) {
        if self.side.wakes.last() != Some(&audience) {
            self.side.wakes.push(audience);
        }
    }
}

#[async_trait]
impl Feed for Db {
    async fn latest(&self, audience: &Audience) -> Result<u64> {
        let latest = self.read("read the newest place", |conn| match audience {
            Audience::Practice(code) => conn.one(LATEST_OF_PRACTICE, [code.as_str()], |cells| {
                cells.take("feed.seq")
            }),
            Audience::Client(id) => conn.one(LATEST_OF_CLIENT, [id.0.as_bytes()], |cells| {
                cells.take("feed.seq")
            }),
        })?;
        Ok(latest.unwrap_or(0))
    }

    async fn since(&self, audience: &Audience, after: u64, limit: u32) -> Result<Vec<FeedEntry>> {
        // A caller may bring any number as its last place.
        let after = int(after);
        let entry = |cells: &mut RowCells<'_>| Ok(entry(cells));
        let rows = self.read("read the feed", |conn| match audience {
            Audience::Practice(code) => {
                conn.all(OF_PRACTICE, params![code.as_str(), after, limit], entry)
            }
            Audience::Client(id) => {
                conn.all(OF_CLIENT, params![id.0.as_bytes(), after, limit], entry)
            }
        })?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            match row {
                Ok(entry) => entries.push(entry),
                // One damaged row must not end every stream that comes to it.
                Err(cause) => tracing::error!(%cause, "a row was left out of a feed"),
            }
        }
        Ok(entries)
    }

    fn wakes(&self, audience: &Audience) -> watch::Receiver<u64> {
        self.hub.subscribe(audience)
    }

    fn poll(&self) -> Duration {
        POLL
    }

    async fn forget(&self, before: Timestamp, limit: u32) -> Result<u64> {
        self.write("forget the feed", move |tx| {
            let oldest = tx.all(OLDEST, [limit], |cells| {
                let seq: i64 = cells.take("feed.seq")?;
                let at: Timestamp = cells.take("feed.at")?;
                Ok((seq, at))
            })?;
            let old = oldest.iter().take_while(|(_, at)| *at < before).last();
            match old {
                Some((seq, _)) => Ok(tx.write(FORGET, [seq])? as u64),
                None => Ok(0),
            }
        })
        .await
    }

    async fn kept(&self) -> Result<Kept> {
        self.read("read which places are kept", |conn| {
            let seq = |cells: &mut RowCells<'_>| cells.take::<u64>("feed.seq");
            let newest = conn.one(NEWEST_PLACE, [], seq)?.unwrap_or(0);
            let first = conn.one(FIRST_PLACE, [], seq)?;
            let forgotten = first.map_or(newest, |first| first.saturating_sub(1));
            Ok(Kept { forgotten, newest })
        })
    }
}
