//! COMMIT: everything that was collected, and then the word, in one round trip.
//!
//! A server that waits for a standby can be told to wait no longer, by an operator or by a time-out of its
//! own. It then says COMMIT with a mere warning, though only one disk has the transaction. So no time-out of
//! the server runs meanwhile, this side waits a limited time, and a warning or silence means doubt. A COMMIT
//! in doubt is never told as success.

use super::Tx;
use super::lines::Lines;
use crate::link::{Sent, Turn};
use crate::sql::{Sql, statements};
use crate::trouble::Trouble;
use faultpoint::Point;
use std::time::Duration;
use store::StoreError;
use store::platform::Audience;
use store::row::int;
use tokio::time::timeout;
use tokio_postgres::Statement;
use tokio_postgres::types::ToSql;

statements! {
    ADD_ENTRIES = "INSERT INTO audit (chain, seq, at, actor, action, subject, hash) SELECT $1::smallint, unnest($2::bigint[]), unnest($3::bigint[]), unnest($4::text[]), unnest($5::text[]), unnest($6::text[]), unnest($7::bytea[])";
    MOVE_HEAD = "UPDATE audit_chain SET seq = $2, hash = $3 WHERE chain = $1";
    // A row's place: the number of this transaction, and the row's number in it.
    TELL = "INSERT INTO feed (place, practice, client, at, kind, message, only_for, status, sub_status, client_name) SELECT (SELECT (base + pg_current_xact_id()::text::bigint) << 20 FROM feed_state WHERE id = 1) | generate_series(1, cardinality($3::bigint[])), unnest($1::text[]), unnest($2::uuid[]), unnest($3::bigint[]), unnest($4::text[]), unnest($5::uuid[]), unnest($6::text[]), unnest($7::text[]), unnest($8::text[]), unnest($9::text[])";
    COUNT = "INSERT INTO message_count AS count (status, sub_status, slot, messages) SELECT moved.status, moved.sub_status, $1::smallint, moved.messages FROM unnest($2::text[], $3::text[], $4::bigint[]) AS moved (status, sub_status, messages) ON CONFLICT (status, sub_status, slot) DO UPDATE SET messages = count.messages + excluded.messages";
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

/// Whom a transaction concerns, once it may have happened.
#[derive(Default)]
pub(crate) struct Concerned {
    pub(crate) audiences: Vec<Audience>,
    pub(crate) directory: bool,
}

type Columns<'c> = Vec<&'c (dyn ToSql + Sync)>;

impl Tx {
    /// Whom to wake, when this transaction may have happened.
    pub(crate) fn concerned(&self) -> Concerned {
        let mut lines = self.lines();
        Concerned {
            audiences: std::mem::take(&mut lines.wakes),
            directory: lines.directory,
        }
    }

    /// Writes what was collected and commits. With `confirm` it waits for standbys even if it writes nothing.
    pub(crate) async fn commit(&self, confirm: bool) -> Result<(), Unfinished> {
        let lines = std::mem::take(&mut *self.lines());
        if lines.is_empty() && self.is_unopened() {
            *self.lines() = lines;
            return Ok(());
        }
        let done = self.commit_lines(&lines, confirm || lines.confirm).await;
        // Whom to wake is still asked for.
        *self.lines() = lines;
        done
    }

    async fn commit_lines(&self, lines: &Lines, confirm: bool) -> Result<(), Unfinished> {
        let chain = if lines.needs_chain() {
            let chain = self.chain().await;
            if let Some(trouble) = self.trouble() {
                return Err(Unfinished::Not(trouble));
            }
            Some(chain.map_err(Unfinished::Refused)?)
        } else {
            None
        };
        let slot = chain.map_or(0, |chain| i16::try_from(chain.number).unwrap_or(0));
        let (entries, head) = match chain {
            Some(chain) => {
                let (entries, head) = lines.entries(chain);
                (entries, Some(head))
            }
            None => Default::default(),
        };
        let head = head.map(|head| (int(head.seq), *head.hash.as_bytes()));
        let moves = lines.moves();
        let told = &lines.told;

        let mut requests: Vec<(Sql, Columns<'_>)> = Vec::with_capacity(5);
        if let Some((seq, hash)) = &head
            && !entries.seq.is_empty()
        {
            requests.push((
                ADD_ENTRIES,
                vec![
                    &slot,
                    &entries.seq,
                    &entries.at,
                    &entries.actor,
                    &entries.action,
                    &entries.subject,
                    &entries.hash,
                ],
            ));
            requests.push((MOVE_HEAD, vec![&slot, seq, hash]));
        }
        if !told.at.is_empty() {
            requests.push((
                TELL,
                vec![
                    &told.practice,
                    &told.client,
                    &told.at,
                    &told.kind,
                    &told.message,
                    &told.only_for,
                    &told.status,
                    &told.sub_status,
                    &told.client_name,
                ],
            ));
        }
        if !moves.moved.is_empty() {
            requests.push((
                COUNT,
                vec![&slot, &moves.status, &moves.sub_status, &moves.moved],
            ));
        }
        if confirm {
            requests.push((CONFIRM, Vec::new()));
        }
        reach(Point::Commit).await?;
        self.send(&requests).await?;
        faultpoint::pass(Point::Committed);
        Ok(())
    }

    async fn send(&self, requests: &[(Sql, Columns<'_>)]) -> Result<(), Unfinished> {
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
