//! How far a reader may read: before every transaction that may still write a row.
//!
//! The snapshot that finds the rows says which transaction is the oldest one that runs on the whole
//! server. Mostly that is one of ours and ends in a moment, so a reader waits. If it does not end, it
//! may be one of another database on the same server, which never writes here: then only the
//! transactions of this database are asked about, in three statements whose order matters.

use super::super::Db;
use super::place::{place_of, whole};
use super::{NEXT_TRANSACTION, RUNNING};
use crate::conn::{Conn, Params};
use crate::sql::Sql;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use store::Result;
use store::platform::FeedEntry;
use store::row::Cells;
use tokio_postgres::types::ToSql;

/// How long a reader waits at first; each time it waits twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(2);
/// So often a reader waits: a tenth of a second altogether.
const WAITS: u32 = 5;

/// When a reader looks again that was not told all.
const SOON: Duration = Duration::from_millis(20);
/// When it does so as long as nothing has moved: thousands of readers may wait for one transaction.
const LATER: Duration = Duration::from_millis(250);

/// A row's place, and the row, if it can be read.
pub(super) type Found = (i64, Result<FeedEntry>);

/// Rows of one audience.
pub(super) struct Question<'a> {
    pub(super) sql: Sql,
    pub(super) key: &'a (dyn ToSql + Sync),
    /// After which place; before which when the newest is asked for.
    pub(super) bound: i64,
    pub(super) newest: bool,
    pub(super) limit: i64,
}

/// What may be told.
pub(super) struct Answer {
    pub(super) rows: Vec<Found>,
    /// There are others, which come after rows that are still to come: when to look again.
    pub(super) again: Option<Duration>,
}

/// What one look found.
struct Looked {
    rows: Vec<Found>,
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

impl Question<'_> {
    pub(super) async fn ask(&self, db: &Db) -> Result<Answer> {
        let first = self.look(db).await?;
        let Some(target) = first.held_back() else {
            return Ok(first.answer(db));
        };
        if db.horizon.stuck.load(Ordering::Relaxed) != first.horizon {
            let mut wait = FIRST_WAIT;
            for _ in 0..WAITS {
                tokio::time::sleep(wait).await;
                wait *= 2;
                let again = self.look(db).await?;
                if again.horizon > target {
                    return self.told(db, again).await;
                }
            }
            db.horizon.stuck.store(first.horizon, Ordering::Relaxed);
        }
        let far = self.look_far(db).await?;
        self.told(db, far).await
    }

    /// The answer after a wait. There may be newer rows by now.
    async fn told(&self, db: &Db, looked: Looked) -> Result<Answer> {
        if !self.newest || looked.held_back().is_none() {
            return Ok(looked.answer(db));
        }
        // The one before the horizon is the newest that may be told, and nothing comes before it any more.
        let before = Question {
            bound: looked.horizon,
            ..*self
        };
        let mut rows = before.look(db).await?.rows;
        rows.retain(|(place, _)| *place < looked.horizon);
        Ok(Answer {
            rows,
            again: Some(db.horizon.pause(looked.horizon)),
        })
    }

    async fn look(&self, db: &Db) -> Result<Looked> {
        db.read(
            "read the feed",
            |conn| async move { self.look_on(&conn).await },
        )
        .await
    }

    async fn look_on(&self, conn: &Conn) -> Result<Looked> {
        let mut horizon = i64::MAX;
        let params: Params<'_> = &[self.key, &self.bound, &self.limit];
        let rows = conn.all(self.sql, params, |cells| {
            horizon = cells.take("feed_state.base")?;
            let place = cells.take("feed.place")?;
            Ok((place, store::row::feed::entry(cells)))
        });
        let rows = rows.await?;
        Ok(Looked { rows, horizon })
    }

    /// A look with a horizon of this database's own.
    async fn look_far(&self, db: &Db) -> Result<Looked> {
        db.read("read the feed", |conn| async move {
            // In this order: rows of whoever has ended by the second are seen by the third.
            let (horizon, looked) = futures_util::try_join!(own(&conn), self.look_on(&conn))?;
            let horizon = looked.horizon.max(horizon);
            Ok(Looked { horizon, ..looked })
        })
        .await
    }
}

impl Looked {
    /// The highest place that may not be told yet.
    fn held_back(&self) -> Option<i64> {
        let places = self.rows.iter().map(|(place, _)| *place);
        places.max().filter(|place| *place >= self.horizon)
    }

    fn answer(self, db: &Db) -> Answer {
        let again = self.held_back().map(|_| db.horizon.pause(self.horizon));
        let mut rows = self.rows;
        rows.retain(|(place, _)| *place < self.horizon);
        Answer { rows, again }
    }
}

/// The place before which nothing of this database is still to come.
pub(in crate::platform) async fn behind(db: &Db) -> Result<i64> {
    db.read("look how far the feed is", |conn| async move {
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
