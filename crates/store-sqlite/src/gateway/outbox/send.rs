//! Sending: claims under a lease, their ends, and whose turn is next.

use super::statements::{
    ACCEPTED, AGAIN, BEGIN_ATTEMPT, DUE, END_ATTEMPT, FIRST_IN_LINE, HELD, LOST, LOST_ALL,
    NEXT_DUE, NEXT_LEASE, REFUSED, SET_ASIDE, TAKE, UNBLOCK,
};
use super::{GATEWAY, enter, read};
use crate::conn::Conn;
use crate::gateway::Tx;
use crate::sql::Sql;
use jiff::Timestamp;
use model::outbox::Bucket;
use model::{ClientMessageId, NhsNumber};
use rusqlite::params;
use store::gateway::{AttemptOutcome, Claimed, Happening, Settled, Wake, aside_until};
use store::row::gateway::message::{claimed, outcome};
use store::row::{Cells as _, int};
use store::{Result, StoreError};
use tracing::error;

pub(super) fn claim(
    tx: &mut Tx<'_>,
    now: Timestamp,
    lease_until: Timestamp,
    limit: u32,
) -> Result<Vec<Claimed>> {
    let mut found = due(tx, DUE, now, limit)?;
    found.extend(due(tx, LOST, now, limit)?);
    found.sort_unstable();
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let mut all = Vec::with_capacity(found.len());
    for (_, number) in found {
        let row = params![number, now.as_millisecond(), lease_until.as_millisecond()];
        let taken = tx.one(TAKE, row, |cells| Ok(claimed(cells)))?;
        let taken = taken.ok_or(StoreError::Inconsistent {
            place: "message.number",
        })?;
        let taken = match taken.and_then(|taken| with_files(tx, number, taken)) {
            Ok(taken) => taken,
            Err(cause @ StoreError::Inconsistent { .. }) => {
                error!(number, %cause, "a message cannot be read; it is set aside");
                let row = params![number, aside_until(now).as_millisecond()];
                tx.write_one(SET_ASIDE, row, "message.due_at")?;
                continue;
            }
            Err(cause) => return Err(cause),
        };
        let attempt = params![number, taken.message.tries, now.as_millisecond()];
        tx.write_one(BEGIN_ATTEMPT, attempt, "attempt")?;
        all.push(taken);
    }
    Ok(all)
}

fn with_files(tx: &Tx<'_>, number: i64, mut claimed: Claimed) -> Result<Claimed> {
    claimed.content.files = read::files(tx, number)?;
    Ok(claimed)
}

pub(super) fn lost_all(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64> {
    let lost = tx.write(LOST_ALL, [now.as_millisecond()])?;
    tx.side.wake(Wake::Sending);
    Ok(lost as u64)
}

fn due(tx: &Tx<'_>, sql: Sql, now: Timestamp, limit: u32) -> Result<Vec<(Timestamp, i64)>> {
    tx.all(sql, params![now.as_millisecond(), limit], |cells| {
        let number = cells.take("message.number")?;
        Ok((cells.take("message.due_at")?, number))
    })
}

/// Ends a try of the message that `held` names, with the fence it was claimed under.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    held: (ClientMessageId, u64),
    at: Timestamp,
    result: &AttemptOutcome,
    settled: &Settled,
) -> Result<bool> {
    let (id, fence) = held;
    let row = tx.one(HELD, params![id.0.as_bytes(), int(fence)], |cells| {
        let number: i64 = cells.take("message.number")?;
        let subject: NhsNumber = cells.take("message.subject")?;
        let tries: u32 = cells.take("message.tries")?;
        Ok((number, subject, tries))
    })?;
    let Some((number, subject, tries)) = row else {
        return Ok(false);
    };
    let now = at.as_millisecond();
    let (kind, status, detail) = outcome(result);
    let ended = params![number, tries, now, kind, status, detail];
    tx.write_one(END_ATTEMPT, ended, "attempt")?;
    match settled {
        Settled::Accepted { look_at } => {
            let row = params![number, now, look_at.as_millisecond()];
            tx.write_one(ACCEPTED, row, "message")?;
            enter::count(tx, Some(Bucket::Queued), Bucket::Pending)?;
            tx.tell(GATEWAY, at, &Happening::Accepted(id))?;
            next_in_line(tx, &subject, at)?;
        }
        Settled::Again { due_at } => {
            let row = params![number, now, due_at.as_millisecond()];
            tx.write_one(AGAIN, row, "message")?;
            tx.side.wake(Wake::Sending);
        }
        Settled::Refused { problem } => {
            tx.write_one(REFUSED, params![number, now, problem], "message")?;
            enter::count(tx, Some(Bucket::Queued), Bucket::Refused)?;
            let refused = Happening::Refused {
                message: id,
                problem: problem.clone(),
            };
            tx.tell(GATEWAY, at, &refused)?;
            next_in_line(tx, &subject, at)?;
        }
    }
    Ok(true)
}

/// Whoever is first in a patient's line now has its turn.
pub(super) fn next_in_line(tx: &mut Tx<'_>, subject: &NhsNumber, at: Timestamp) -> Result<()> {
    let first = tx.one(FIRST_IN_LINE, [subject.as_str()], |cells| {
        cells.take::<i64>("message.number")
    })?;
    if let Some(number) = first {
        tx.write(UNBLOCK, params![number, at.as_millisecond()])?;
        tx.side.wake(Wake::Sending);
    }
    Ok(())
}

pub(in crate::gateway) fn next_due(conn: &Conn<'_>) -> Result<Option<Timestamp>> {
    let due = conn.one(NEXT_DUE, [], |cells| cells.take("message.due_at"))?;
    let lease = conn.one(NEXT_LEASE, [], |cells| cells.take("message.lease_until"))?;
    Ok([due, lease].into_iter().flatten().min())
}
