//! How far a reader of a feed may read: before every transaction that may still write a row.
//!
//! A row's place begins with the number of the transaction that wrote it; see docs/decisions for why.
//! The snapshot that finds the rows says which transaction is the oldest one that runs on the whole
//! server. Mostly that is one of ours and ends in a moment, so a reader waits. If it does not end, it
//! may be one of another database on the same server, which never writes here: then only the
//! transactions of this database are asked about, in three statements whose order matters.

mod place;

pub(crate) use place::{PART, go_on, go_on_growing};

use crate::conn::{Conn, Params};
use crate::core::{Core, Side};
use crate::row::Row;
use crate::sql::{Sql, statements};
use place::{place_of, whole};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use store::Result;
use store::row::Cells;
use tokio_postgres::types::ToSql;

/// The place before which no transaction runs that the statement's own snapshot knows of.
macro_rules! before_all_that_run {
    () => {
        "((SELECT base FROM feed_state WHERE id = 1) \
         + pg_snapshot_xmin(pg_current_snapshot())::text::bigint) << 20"
    };
}
pub(crate) use before_all_that_run;

statements! {
    // The number of the next transaction, and afterwards those of this database that run: whatever is
    // lower than all of these has ended. Who calls itself `baton maintenance` promises to write no feed.
    NEXT_TRANSACTION = "SELECT base, pg_snapshot_xmax(pg_current_snapshot())::text::bigint FROM feed_state WHERE id = 1";
    RUNNING = "SELECT backend_xid::text::bigint FROM pg_stat_get_activity(NULL) WHERE datid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND backend_xid IS NOT NULL AND application_name IS DISTINCT FROM 'baton maintenance'";
}

/// How long a reader waits at first; each time it waits twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(2);
/// So often a reader waits: a tenth of a second altogether.
const WAITS: u32 = 5;

/// When a reader looks again that was not told all.
const SOON: Duration = Duration::from_millis(20);
/// When it does so as long as nothing has moved: thousands of readers may wait for one transaction.
const LATER: Duration = Duration::from_millis(250);

/// A row's place, and the row, if it can be read.
pub(crate) type Found<T> = (i64, Result<T>);

/// Rows of a feed. `sql` is given key, bound and limit, and answers each row's horizon and place before the rest.
pub(crate) struct Question<'a, T> {
    pub(crate) sql: Sql,
    pub(crate) key: &'a (dyn ToSql + Sync),
    /// After which place; before which when the newest is asked for.
    pub(crate) bound: i64,
    pub(crate) newest: bool,
    pub(crate) limit: i64,
    pub(crate) read: fn(&mut Row) -> Result<T>,
}

/// What may be told.
pub(crate) struct Answer<T> {
    pub(crate) rows: Vec<Found<T>>,
    /// There are others, which come after rows that are still to come: when to look again.
    pub(crate) again: Option<Duration>,
}

/// What one look found.
struct Looked<T> {
    rows: Vec<Found<T>>,
    horizon: i64,
}

/// What is remembered between looks.
#[derive(Default)]
pub(crate) struct Horizon {
    /// To wait for this one to move was in vain.
    stuck: AtomicI64,
    /// The last one that held back a row.
    held: AtomicI64,
}

impl Horizon {
    /// When to look again after this one held back a row.
    fn pause(&self, horizon: i64) -> Duration {
        if self.held.swap(horizon, Ordering::Relaxed) == horizon {
            LATER
        } else {
            SOON
        }
    }
}

impl<T: Send> Question<'_, T> {
    pub(crate) async fn ask<S: Side>(&self, core: &Core<S>, known: &Horizon) -> Result<Answer<T>> {
        let first = self.look(core).await?;
        let Some(target) = first.held_back() else {
            return Ok(first.answer(known));
        };
        if known.stuck.load(Ordering::Relaxed) != first.horizon {
            let mut wait = FIRST_WAIT;
            for _ in 0..WAITS {
                tokio::time::sleep(wait).await;
                wait *= 2;
                let again = self.look(core).await?;
                if again.horizon > target {
                    return self.told(core, known, again).await;
                }
            }
            known.stuck.store(first.horizon, Ordering::Relaxed);
        }
        let far = self.look_far(core).await?;
        self.told(core, known, far).await
    }

    /// The answer after a wait. There may be newer rows by now.
    async fn told<S: Side>(
        &self,
        core: &Core<S>,
        known: &Horizon,
        looked: Looked<T>,
    ) -> Result<Answer<T>> {
        if !self.newest || looked.held_back().is_none() {
            return Ok(looked.answer(known));
        }
        // The one before the horizon is the newest that may be told, and nothing comes before it any more.
        let before = Question {
            bound: looked.horizon,
            ..*self
        };
        let mut rows = before.look(core).await?.rows;
        rows.retain(|(place, _)| *place < looked.horizon);
        Ok(Answer {
            rows,
            again: Some(known.pause(looked.horizon)),
        })
    }

    async fn look<S: Side>(&self, core: &Core<S>) -> Result<Looked<T>> {
        core.read(
            "read the feed",
            |conn| async move { self.look_on(&conn).await },
        )
        .await
    }

    async fn look_on(&self, conn: &Conn) -> Result<Looked<T>> {
        let mut horizon = i64::MAX;
        let params: Params<'_> = &[self.key, &self.bound, &self.limit];
        let rows = conn.all(self.sql, params, |cells| {
            horizon = cells.take("feed_state.base")?;
            let place = cells.take("feed.place")?;
            Ok((place, (self.read)(cells)))
        });
        let rows = rows.await?;
        Ok(Looked { rows, horizon })
    }

    /// A look with a horizon of this database's own.
    async fn look_far<S: Side>(&self, core: &Core<S>) -> Result<Looked<T>> {
        core.read("read the feed", |conn| async move {
            // In this order: rows of whoever has ended by the second are seen by the third.
            let (horizon, looked) = futures_util::try_join!(own(&conn), self.look_on(&conn))?;
            let horizon = looked.horizon.max(horizon);
            Ok(Looked { horizon, ..looked })
        })
        .await
    }
}

impl<T> Looked<T> {
    /// The highest place that may not be told yet.
    fn held_back(&self) -> Option<i64> {
        let places = self.rows.iter().map(|(place, _)| *place);
        places.max().filter(|place| *place >= self.horizon)
    }

    fn answer(self, known: &Horizon) -> Answer<T> {
        let again = self.held_back().map(|_| known.pause(self.horizon));
        let mut rows = self.rows;
        rows.retain(|(place, _)| *place < self.horizon);
        Answer { rows, again }
    }
}

/// The place before which nothing of this database is still to come.
pub(crate) async fn behind<S: Side>(core: &Core<S>) -> Result<i64> {
    core.read("look how far the feed is", |conn| async move {
        own(&conn).await
    })
    .await
}

async fn own(conn: &Conn) -> Result<i64> {
    let (next, running) = futures_util::try_join!(
        conn.one(NEXT_TRANSACTION, &[], |cells| {
            let base: i64 = cells.take("feed_state.base")?;
            let next: i64 = cells.take("feed_state.next")?;
            Ok((base, next))
        }),
        conn.all(RUNNING, &[], |cells| cells.take::<i64>("pg_stat_activity")),
    )?;
    let place = "feed_state";
    let (base, next) = next.ok_or(store::StoreError::Inconsistent { place })?;
    let running = running.into_iter().map(|short| whole(next, short));
    Ok(place_of(base, running.fold(next, i64::min)))
}
