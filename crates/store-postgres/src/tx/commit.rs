//! COMMIT: everything that was collected, and then the word, in one round trip.
//!
//! A server that waits for a standby can be told to wait no longer, by an operator or by a time-out of its
//! own. It then says COMMIT with a mere warning, though only one disk has the transaction. So no time-out of
//! the server runs meanwhile, this side waits a limited time, and a warning or silence means doubt. A COMMIT
//! in doubt is never told as success.

use super::{Leaves, Tx};
use crate::link::{Sent, Turn};
use crate::sql::{Sql, statements};
use crate::trouble::Trouble;
use faultpoint::Point;
use std::time::Duration;
use store::StoreError;
use tokio::time::timeout;
use tokio_postgres::Statement;
use tokio_postgres::types::ToSql;

statements! {
    // Something to wait for, in a transaction that writes nothing else: it comes after all that was read.
    CONFIRM = "SELECT pg_logical_emit_message(true, 'baton', ''::text)";
}

/// How long a standby may keep a COMMIT waiting.
const COMMIT_WITHIN: Duration = Duration::from_secs(20);
const NO_TIME_OUT: &str = "SET LOCAL statement_timeout = 0";
const COMMIT: &str = "COMMIT";

/// A transaction that has not certainly happened.
pub(crate) enum Unfinished {
    /// Nothing of it is left.
    Not(Trouble),
    /// All of it or nothing.
    InDoubt(Trouble),
    /// Nothing of it is left, and a second time would go the same way.
    Refused(StoreError),
}

impl From<Trouble> for Unfinished {
    fn from(trouble: Trouble) -> Self {
        Self::Not(trouble)
    }
}

pub(crate) type Columns<'c> = Vec<&'c (dyn ToSql + Sync)>;

/// A statement that writes what was collected, and what it is given.
pub(crate) type Request<'c> = (Sql, Columns<'c>);

impl<L: Leaves> Tx<L> {
    /// Writes what was collected and commits. With `confirm` it waits for standbys even if it writes nothing.
    pub(crate) async fn commit(&self, confirm: bool) -> Result<(), Unfinished> {
        let lines = std::mem::take(&mut *self.lines());
        if lines.is_empty() && !self.confirms() && self.is_unopened() {
            *self.lines() = lines;
            return Ok(());
        }
        let done = self.commit_lines(&lines, confirm || self.confirms()).await;
        // Whom to wake is still asked for.
        *self.lines() = lines;
        done
    }

    async fn commit_lines(&self, lines: &L, confirm: bool) -> Result<(), Unfinished> {
        let written = lines.written(self).await;
        if let Some(trouble) = self.trouble() {
            return Err(Unfinished::Not(trouble));
        }
        let written = written.map_err(Unfinished::Refused)?;
        let mut requests = lines.requests(&written);
        if confirm {
            requests.push((CONFIRM, Vec::new()));
        }
        reach(Point::Commit).await?;
        self.send(&requests).await?;
        faultpoint::pass(Point::Committed);
        Ok(())
    }

    async fn send(&self, requests: &[Request<'_>]) -> Result<(), Unfinished> {
        let turn = self.link.turn().await;
        let mut prepared = Vec::with_capacity(requests.len());
        for (sql, columns) in requests {
            prepared.push((turn.prepare(*sql).await?, columns.as_slice()));
        }
        let warnings = self.link.warnings();
        let opened = self.open(&turn).await?;
        let mut sent = Vec::with_capacity(prepared.len());
        for (statement, columns) in prepared {
            sent.push(execute(&turn, statement, columns).await);
        }
        let no_time_out = turn.send_text(NO_TIME_OUT).await;
        let commit = turn.send_text(COMMIT).await;
        drop(turn);
        let answers = async {
            self.opened(opened).await?;
            for answer in sent {
                answer.wait().await?;
            }
            // It fails in a transaction that failed, where COMMIT would say ROLLBACK and call that success.
            no_time_out.wait().await?;
            commit.wait().await
        };
        match timeout(COMMIT_WITHIN, answers).await {
            Ok(Ok(())) if self.link.warnings() == warnings => Ok(()),
            Ok(Ok(())) => Err(Unfinished::InDoubt(Trouble::doubt(
                "COMMIT came with a warning",
            ))),
            // The server refused one of them: then it has refused them all.
            Ok(Err(trouble)) if trouble.answered => Err(Unfinished::Not(trouble)),
            Ok(Err(trouble)) => Err(Unfinished::InDoubt(trouble)),
            Err(_) => Err(Unfinished::InDoubt(Trouble::silence())),
        }
    }
}

async fn execute<'l>(
    turn: &Turn<'l>,
    statement: Statement,
    columns: &'l [&'l (dyn ToSql + Sync)],
) -> Sent<'l, u64> {
    let client = turn.client();
    turn.send(async move { client.execute(&statement, columns).await })
        .await
}

/// Passes a fault point that may block, where a plan is armed.
async fn reach(point: Point) -> Result<(), Trouble> {
    if !faultpoint::is_armed() {
        return Ok(());
    }
    match tokio::task::spawn_blocking(move || faultpoint::disk(point)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Trouble::disk(&error)),
        Err(_) => Err(Trouble::silence()),
    }
}
