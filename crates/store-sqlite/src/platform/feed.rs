//! The feed: rows written by the transactions that cause them, read by live streams.

use super::Db;
use crate::row::{Cells, int};
use crate::sql::statements;
use crate::writer::Tx;
use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::params;
use store::platform::{Audience, Feed, FeedEntry, FeedItem};
use store::{Result, StoreError};
use tokio::sync::watch;

statements! {
    ADD = "INSERT INTO feed (practice, client, at, kind, message, only_for, status, sub_status, client_name) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    LATEST_OF_PRACTICE = "SELECT seq FROM feed WHERE practice = ?1 ORDER BY seq DESC LIMIT 1";
    LATEST_OF_CLIENT = "SELECT seq FROM feed WHERE client = ?1 ORDER BY seq DESC LIMIT 1";
    OF_PRACTICE = "SELECT seq, at, kind, message, only_for, status, sub_status, client_name FROM feed WHERE practice = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";
    OF_CLIENT = "SELECT seq, at, kind, message, only_for, status, sub_status, client_name FROM feed WHERE client = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";
    // Looks at the oldest places only: a row goes when it and those before it are old.
    FORGET = "DELETE FROM feed WHERE seq IN (SELECT seq FROM (SELECT seq, at FROM feed WHERE seq > 0 ORDER BY seq LIMIT ?2) WHERE at < ?1)";
}

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
                    only.as_ref().map(model::SpineUserId::as_str),
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
                    sub_status.map(model::message::SubStatus::as_str),
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

    /// Wakes an audience after COMMIT.
    pub(super) fn wake(&mut self, audience: Audience) {
        if self.wakes.last() != Some(&audience) {
            self.wakes.push(audience);
        }
    }
}

fn entry(cells: &mut Cells<'_>) -> Result<FeedEntry> {
    let seq = cells.take("feed.seq")?;
    let at = cells.take("feed.at")?;
    let kind: String = cells.take("feed.kind")?;
    let item = match kind.as_str() {
        "message" => FeedItem::Message {
            reference: cells.take("feed.message")?,
            only: cells.take("feed.only_for")?,
        },
        "status" => {
            let message_id = cells.take("feed.message")?;
            let _nobody: Option<String> = cells.take("feed.only_for")?;
            FeedItem::Status {
                message_id,
                status: cells.take("feed.status")?,
                sub_status: cells.take("feed.sub_status")?,
            }
        }
        "code-used" => {
            let _no_message: Option<Vec<u8>> = cells.take("feed.message")?;
            let only = cells.take("feed.only_for")?;
            let _no_status: Option<String> = cells.take("feed.status")?;
            let _no_sub_status: Option<String> = cells.take("feed.sub_status")?;
            FeedItem::CodeUsed {
                only,
                client_name: cells.take("feed.client_name")?,
            }
        }
        _ => return Err(StoreError::Inconsistent { place: "feed.kind" }),
    };
    Ok(FeedEntry { seq, at, item })
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
        self.read("read the feed", |conn| match audience {
            Audience::Practice(code) => {
                conn.all(OF_PRACTICE, params![code.as_str(), after, limit], entry)
            }
            Audience::Client(id) => {
                conn.all(OF_CLIENT, params![id.0.as_bytes(), after, limit], entry)
            }
        })
    }

    fn wakes(&self, audience: &Audience) -> watch::Receiver<u64> {
        self.hub.subscribe(audience)
    }

    async fn forget(&self, before: Timestamp, limit: u32) -> Result<u64> {
        self.write("forget the feed", move |tx| {
            let gone = tx.write(FORGET, params![before.as_millisecond(), limit])?;
            Ok(gone as u64)
        })
        .await
    }
}
