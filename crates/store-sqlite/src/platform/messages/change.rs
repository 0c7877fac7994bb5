//! Changing a message's stage: what time brings, what an event does, and what both leave behind.

use super::read::{self, Found};
use super::statements::{
    ADD_HISTORY, BY_REFERENCE, CHANGE, COUNT_IN, COUNT_OUT, DUE, PUT_OFF, UNDER_TOKEN,
};
use crate::platform::Tx;
use jiff::Timestamp;
use model::message::{Event, Refused, Status, SubStatus};
use model::{Actor, MessageRef, TokenId};
use rusqlite::params;
use store::platform::{Applied, Line, Moved, SetAside, Settled, Stored, happen, settle};
use store::row::Cells as _;
use store::row::stage::Columns;
use store::{Result, StoreError};

pub(super) fn apply(
    tx: &mut Tx<'_>,
    by: &Actor,
    reference: MessageRef,
    event: &Event,
    at: Timestamp,
) -> Result<Applied> {
    let Some(mut found) = tx.one(BY_REFERENCE, [reference.0.as_bytes()], read::row)? else {
        return Ok(Applied::Unknown);
    };
    match apply_to(tx, by, &mut found, event, at)? {
        Err(refused) => Ok(Applied::Refused(refused)),
        Ok(()) => {
            let stored = read::with_history(tx, found)?;
            Ok(Applied::Changed(Box::new(stored)))
        }
    }
}

/// Tells every message that waits under a token that permission was withdrawn.
pub(in crate::platform) fn withdraw_under(
    tx: &mut Tx<'_>,
    by: &Actor,
    token: TokenId,
    at: Timestamp,
) -> Result<()> {
    let under = tx.all(UNDER_TOKEN, [token.0.as_bytes()], |cells| {
        Ok(read::row(cells))
    })?;
    for found in under {
        let mut found = match found {
            Ok(found) => found,
            // Nobody can claim it either, so this must not keep a permission alive.
            Err(cause) => {
                tracing::error!(%cause, "a message that cannot be read was not told of a withdrawal");
                continue;
            }
        };
        // A message may turn out to have expired meanwhile; that is written, and is no error.
        let _ended = apply_to(tx, by, &mut found, &Event::Withdrawn, at)?;
    }
    Ok(())
}

pub(super) fn settle_due(tx: &mut Tx<'_>, now: Timestamp, limit: u32) -> Result<Settled> {
    let one_more = params![now.as_millisecond(), i64::from(limit) + 1];
    let mut due = tx.all(DUE, one_more, |cells| {
        let id: i64 = cells.take("message.id")?;
        let reference = cells.take("message.reference").ok();
        Ok((id, reference, read::row(cells)))
    })?;
    let mut settled = Settled::default();
    if due.len() > limit as usize {
        settled.more = true;
        due.truncate(limit as usize);
    }
    for (id, reference, found) in due {
        let outcome = match found {
            Ok(mut found) => tx.attempt(|tx| settle_one(tx, &mut found, now))?,
            Err(cause) => Err(cause),
        };
        match outcome {
            Ok(changed) => settled.changed += u64::from(changed),
            // No fault of this message: it will pass, or nothing goes on at all.
            Err(
                cause @ (StoreError::Unavailable { .. }
                | StoreError::UnknownSchema { .. }
                | StoreError::OldSchema { .. }),
            ) => {
                return Err(cause);
            }
            Err(cause @ (StoreError::Inconsistent { .. } | StoreError::Fault { .. })) => {
                let later = now + store::platform::PUT_OFF;
                tx.write_one(
                    PUT_OFF,
                    params![id, later.as_millisecond()],
                    "message.due_at",
                )?;
                settled.set_aside.push(SetAside { reference, cause });
            }
        }
    }
    Ok(settled)
}

/// Whether time has changed a message. Its row is written in any case: it was found by when it is due,
/// which must not stay as it is.
fn settle_one(tx: &mut Tx<'_>, found: &mut Found, now: Timestamp) -> Result<bool> {
    let change = settle(&mut found.stored, now);
    write(tx, found, &change.lines)?;
    save(tx, found)?;
    Ok(!change.lines.is_empty())
}

/// Asks the life cycle, and writes what it says; what time brought is written either way.
fn apply_to(
    tx: &mut Tx<'_>,
    by: &Actor,
    found: &mut Found,
    event: &Event,
    at: Timestamp,
) -> Result<std::result::Result<(), Refused>> {
    let change = happen(&mut found.stored, by, event, at);
    if !change.lines.is_empty() {
        write(tx, found, &change.lines)?;
        save(tx, found)?;
    }
    Ok(change.answer)
}

/// Writes what a change leaves behind, except in the message's own row: see [`save`].
fn write(tx: &mut Tx<'_>, found: &Found, lines: &[Line]) -> Result<()> {
    let envelope = &found.stored.envelope;
    for line in lines {
        tx.audit(&line.by, line.at, line.action, envelope.reference)?;
        if let Some(Moved { from, to }) = line.status {
            let row = params![
                found.id,
                to.0.as_str(),
                to.1.map(SubStatus::as_str),
                line.at.as_millisecond()
            ];
            tx.write_one(ADD_HISTORY, row, "history")?;
            let old = params![from.0.as_str(), from.1.map_or("", SubStatus::as_str)];
            tx.write_one(COUNT_OUT, old, "message_count")?;
            count_in(tx, to.0, to.1)?;
        }
        tx.tell_of(envelope, line)?;
    }
    Ok(())
}

/// Writes the present stage, if the row is still as it was read.
fn save(tx: &Tx<'_>, found: &mut Found) -> Result<()> {
    let Stored {
        envelope,
        stage,
        changed_at,
        ..
    } = &found.stored;
    let approval = envelope.approval.as_ref();
    let columns = Columns::of(stage, approval, envelope.expires_at, *changed_at);
    let row = params![
        found.id,
        found.version,
        changed_at.as_millisecond(),
        columns.stage,
        columns.waits_for,
        columns.convert_at,
        columns.reason,
        columns.fence,
        columns.lease_holder.as_ref().map(|id| id.0.as_bytes()),
        columns.lease_until,
        columns.mode,
        columns.only_for,
        columns.due_at,
        columns.ended_at,
    ];
    tx.write_one(CHANGE, row, "message.version")?;
    found.version += 1;
    Ok(())
}

pub(super) fn count_in(tx: &Tx<'_>, status: Status, sub_status: Option<SubStatus>) -> Result<()> {
    let row = [status.as_str(), sub_status.map_or("", SubStatus::as_str)];
    tx.write_one(COUNT_IN, row, "message_count")
}
