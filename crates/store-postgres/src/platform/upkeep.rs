//! Upkeep: parts of the tables that are split by time are made before they are needed, and dropped when
//! nothing in them is needed any more.
//!
//! Rows that fit no part are in the default one and are as good there, so whatever goes wrong here may
//! wait for the next round. Both need the table for themselves for a few milliseconds. Others queue behind
//! whoever waits for that, so a round ends when it would have to wait for longer than a moment.

mod part;

use super::Db;
use crate::conn::Params;
use crate::core::Call;
use crate::horizon::{PART, behind};
use crate::sql::statements;
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use part::Part;
use std::collections::HashSet;
use store::platform::{Tended, Upkeep};
use store::row::Cells;
use store::{Result, StoreError};

statements! {
    // One node at a time: whoever comes second has nothing left to do.
    TAKE_TURN = "SELECT pg_try_advisory_xact_lock(hashtextextended('baton upkeep', 0))";
    IS_BUSY = "SELECT coalesce(current_setting('baton.busy', true), '') = 'yes'";
    PARTS = "SELECT part.relname::text FROM pg_inherits JOIN pg_class AS part ON part.oid = pg_inherits.inhrelid JOIN pg_class AS whole ON whole.oid = pg_inherits.inhparent WHERE whole.oid = ANY (ARRAY['message', 'message_body', 'attachment', 'coded_item', 'history', 'feed']::regclass[]) AND part.relkind = 'r'";
    // Whether all rows of the feed below a place are forgotten, and from before a time.
    FORGOTTEN = "SELECT NOT EXISTS (SELECT 1 FROM feed WHERE place > (SELECT forgotten FROM feed_state WHERE id = 1) AND place >= $1 AND place < $2) AND coalesce((SELECT at FROM feed WHERE place >= $1 AND place < $2 ORDER BY place DESC LIMIT 1) < $3, true)";
    // What was forgotten long ago and whose part is not full yet, as little happens.
    CLEAR = "DELETE FROM feed WHERE place IN (SELECT place FROM (SELECT place, at FROM feed WHERE place <= (SELECT forgotten FROM feed_state WHERE id = 1) ORDER BY place LIMIT 2000) AS oldest WHERE at < $1)";
}

/// What makes the parts of a time, for tests.
#[cfg(test)]
pub(super) fn parts_at(now: Timestamp) -> Vec<String> {
    let parts = Part::wanted(now, 0);
    parts.iter().map(Part::made).collect()
}

/// Tables of what a message carries: nothing stays in them when it is emptied.
const CONTENT: [&str; 3] = ["message_body", "attachment", "coded_item"];
/// Tables of which something stays.
const LASTING: [&str; 2] = ["message", "history"];
/// So many parts are there before they are needed, beside the present one.
const AHEAD: i16 = 2;
/// How long a forgotten row of the feed waits for its part to be dropped.
const LINGERS: SignedDuration = SignedDuration::from_hours(7 * 24);

#[async_trait]
impl Upkeep for Db {
    async fn tend(&self, now: Timestamp, feed_before: Timestamp) -> Result<Tended> {
        let horizon = behind(self).await?;
        let there = self.parts().await?;
        let mut busy = false;
        let wanted = Part::wanted(now, horizon >> PART);
        for part in &wanted {
            if !busy && !there.contains(&part.name()) {
                busy = self.carry_out(&part.made()).await?;
            }
        }
        // Counted by what is there: another node may have been faster, and a part may have to wait.
        let made = self.parts().await?;
        let missing = wanted.iter().map(Part::name);
        let missing: Vec<String> = missing.filter(|name| !made.contains(name)).collect();
        if !busy && !missing.is_empty() {
            tracing::info!(
                ?missing,
                "these parts of tables are not there: another node is making them, or the default part is too \
                 large to be looked through; it serves as well"
            );
        }
        for part in there.iter().filter_map(|name| Part::named(name)) {
            if !busy && self.is_past(&part, now, horizon, feed_before).await? {
                busy = self.carry_out(&part.dropped()).await?;
            }
        }
        if busy {
            tracing::info!("a table is in use, and its upkeep is left to the next round");
        }
        let left = self.parts().await?;
        self.clear(feed_before - LINGERS).await?;
        Ok(Tended {
            made: count(&made, &there),
            dropped: count(&made, &left),
        })
    }
}

fn count(these: &HashSet<String>, without: &HashSet<String>) -> u32 {
    let count = these.difference(without).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl Db {
    /// The names of all parts.
    async fn parts(&self) -> Result<HashSet<String>> {
        let parts = self.read("list parts of tables", |conn| async move {
            conn.all(PARTS, &[], |cells| cells.take("pg_class.relname"))
                .await
        });
        Ok(parts.await?.into_iter().collect())
    }

    /// Changes a table, unless another node is doing so; whether that would have meant to wait.
    async fn carry_out(&self, definition: &str) -> Result<bool> {
        let call = Call::new("tend the tables").repeatable();
        self.write(call, |tx| async move {
            let turn = tx.one(TAKE_TURN, &[], |cells| {
                cells.take("pg_try_advisory_xact_lock")
            });
            if turn.await? != Some(true) {
                return Ok(false);
            }
            tx.run(definition).await?;
            let busy = tx.one(IS_BUSY, &[], |cells| cells.take("current_setting"));
            Ok(busy.await? == Some(true))
        })
        .await
    }

    /// Whether nothing in a part is needed any more, and nothing will come to it.
    async fn is_past(
        &self,
        part: &Part,
        now: Timestamp,
        horizon: i64,
        feed_before: Timestamp,
    ) -> Result<bool> {
        match *part {
            // Whether it is empty is looked at when it is locked.
            Part::Month { table, month } => {
                Ok(CONTENT.contains(&table) && month < part::Month::of(now))
            }
            Part::Feed { number } => {
                let (from, to) = (number << PART, (number + 1) << PART);
                if to > horizon {
                    return Ok(false);
                }
                let before = feed_before.as_millisecond();
                let past = self.read("look whether the feed is forgotten", |conn| async move {
                    let which: Params<'_> = &[&from, &to, &before];
                    conn.one(FORGOTTEN, which, |cells| cells.take("feed")).await
                });
                let place = "feed_state";
                past.await?.ok_or(StoreError::Inconsistent { place })
            }
        }
    }

    async fn clear(&self, before: Timestamp) -> Result<()> {
        let before = before.as_millisecond();
        let call = Call::new("clear the feed").repeatable();
        self.write(call, |tx| async move { tx.write(CLEAR, &[&before]).await })
            .await?;
        Ok(())
    }
}
