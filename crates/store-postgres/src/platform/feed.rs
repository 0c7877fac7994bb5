//! The feed: rows written by the transactions that cause them, read by live streams.
//!
//! A row's place begins with the number of the transaction that wrote it. Transactions end in another
//! order than that of their numbers, so a reader stops before the oldest one that still runs: whatever
//! comes later has a later place. See [`crate::horizon`] for how it knows, and docs/decisions for why.

use super::Db;
use crate::conn::Params;
use crate::core::Call;
use crate::horizon::{Question, before_all_that_run, behind, go_on_growing};
use crate::sql::{Sql, statements};
use async_trait::async_trait;
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use store::Result;
use store::platform::{Audience, Feed, FeedEntry, Kept};
use store::row::feed::entry;
use store::row::{Cells, int};
use tokio::sync::watch;
use tokio_postgres::types::ToSql;

/// Rows up to there are forgotten, though they may still be in their table.
macro_rules! forgotten {
    () => {
        "(SELECT forgotten FROM feed_state WHERE id = 1)"
    };
}

/// Rows of one audience, each with the place that [`before_all_that_run`] gives, and its own place twice.
macro_rules! rows {
    ($whose:literal, $which:literal, $order:literal) => {
        concat!(
            "SELECT ",
            before_all_that_run!(),
            ", place, place, at, kind, message, only_for, status, sub_status, client_name \
             FROM feed WHERE ",
            $whose,
            " AND ",
            $which,
            " AND place > ",
            forgotten!(),
            " ORDER BY ",
            $order,
            " LIMIT $3"
        )
    };
}

statements! {
    OF_PRACTICE = rows!("practice = $1", "place > $2", "place");
    OF_CLIENT = rows!("client = $1", "place > $2", "place");
    LATEST_OF_PRACTICE = rows!("practice = $1", "place < $2", "place DESC");
    LATEST_OF_CLIENT = rows!("client = $1", "place < $2", "place DESC");
    STATE = concat!("SELECT forgotten, greatest(forgotten, (SELECT place FROM feed WHERE place > ", forgotten!(), " ORDER BY place DESC LIMIT 1)) FROM feed_state WHERE id = 1");
    LOCK_STATE = "SELECT forgotten FROM feed_state WHERE id = 1 FOR UPDATE";
    OLDEST = "SELECT place, at FROM feed WHERE place > $1 AND place < $2 ORDER BY place LIMIT $3";
    FORGET = "UPDATE feed_state SET forgotten = $1 WHERE id = 1";
    GO_ON_GROWING = go_on_growing!("feed");
}

/// How long a reader waits for a wake-up, which may be lost on its way from another node.
const POLL: Duration = Duration::from_secs(2);

/// An audience's statement, and what that finds the audience by.
fn of<'a>(
    audience: &'a Audience,
    practice: Sql,
    client: Sql,
) -> (Sql, Box<dyn ToSql + Sync + Send + 'a>) {
    match audience {
        Audience::Practice(code) => (practice, Box::new(code.as_str())),
        Audience::Client(id) => (client, Box::new(id.0)),
    }
}

impl Db {
    /// Has an audience's readers look again.
    fn wake_after(&self, pause: Duration, audience: &Audience) {
        let (hub, audience) = (Arc::clone(&self.hub), audience.clone());
        tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            hub.wake(&audience);
        });
    }
}

#[async_trait]
impl Feed for Db {
    async fn latest(&self, audience: &Audience) -> Result<u64> {
        let (sql, key) = of(audience, LATEST_OF_PRACTICE, LATEST_OF_CLIENT);
        let question = Question {
            sql,
            key: &*key,
            bound: i64::MAX,
            newest: true,
            limit: 1,
            read: entry,
        };
        let answer = question.ask(self, &self.horizon).await?;
        let latest = answer.rows.first().map(|(place, _)| *place);
        Ok(latest.and_then(|place| place.try_into().ok()).unwrap_or(0))
    }

    async fn since(&self, audience: &Audience, after: u64, limit: u32) -> Result<Vec<FeedEntry>> {
        let (sql, key) = of(audience, OF_PRACTICE, OF_CLIENT);
        // A caller may bring any number as its last place.
        let mut after = int(after);
        let mut entries = Vec::new();
        loop {
            let wanted = (limit as usize).saturating_sub(entries.len());
            let question = Question {
                sql,
                key: &*key,
                bound: after,
                newest: false,
                limit: int(wanted),
                read: entry,
            };
            let answer = question.ask(self, &self.horizon).await?;
            let full = answer.rows.len() == wanted;
            for (place, row) in answer.rows {
                after = place;
                match row {
                    Ok(entry) => entries.push(entry),
                    // One damaged row must not end every stream that comes to it.
                    Err(cause) => tracing::error!(%cause, "a row was left out of a feed"),
                }
            }
            if let Some(pause) = answer.again {
                self.wake_after(pause, audience);
            }
            if !full || entries.len() >= limit as usize {
                return Ok(entries);
            }
        }
    }

    fn wakes(&self, audience: &Audience) -> watch::Receiver<u64> {
        self.hub.subscribe(audience)
    }

    fn poll(&self) -> Duration {
        POLL
    }

    /// Rows are forgotten by their place, and leave their tables when these are dropped.
    async fn forget(&self, before: Timestamp, limit: u32) -> Result<u64> {
        let horizon = behind(self).await?;
        let call = Call::new("forget the feed").repeatable();
        self.write(call, |tx| async move {
            let forgotten = tx.one(LOCK_STATE, &[], |cells| {
                cells.take::<i64>("feed_state.forgotten")
            });
            let forgotten = forgotten.await?.unwrap_or(0);
            let which: Params<'_> = &[&forgotten, &horizon, &i64::from(limit)];
            let oldest = tx.all(OLDEST, which, |cells| {
                let place: i64 = cells.take("feed.place")?;
                let at: Timestamp = cells.take("feed.at")?;
                Ok((place, at))
            });
            let oldest = oldest.await?;
            let old = oldest.iter().take_while(|(_, at)| *at < before);
            if let Some((place, _)) = old.clone().last() {
                let place: Params<'_> = &[place];
                tx.write_one(FORGET, place, "feed_state").await?;
            }
            Ok(old.count() as u64)
        })
        .await
    }

    async fn kept(&self) -> Result<Kept> {
        let kept = self.read("read which places are kept", |conn| async move {
            conn.one(STATE, &[], |cells| {
                Ok(Kept {
                    forgotten: cells.take("feed_state.forgotten")?,
                    newest: cells.take("feed.place")?,
                })
            })
            .await
        });
        let place = "feed_state";
        kept.await?.ok_or(store::StoreError::Inconsistent { place })
    }
}
