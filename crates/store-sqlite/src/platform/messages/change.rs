//! Changing a message's stage: what time brings, what an event does, and what both leave behind.

use super::read::{self, Found};
use super::stage::Columns;
use super::statements::{
    ADD_HISTORY, BY_REFERENCE, CHANGE, COUNT_IN, COUNT_OUT, DUE, PUT_OFF, UNDER_TOKEN,
};
use crate::writer::Tx;
use jiff::Timestamp;
use model::message::{Event, Stage, Status, Step, SubStatus, settle_to_write, show, step};
use model::policy::only_for;
use model::{Actor, MessageRef, TokenId};
use rusqlite::params;
use store::platform::{Applied, SetAside, Settled, Stored};
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
    match happen(tx, by, &mut found, event, at)? {
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
        let _ended = happen(tx, by, &mut found, &Event::Withdrawn, at)?;
    }
    Ok(())
}

pub(super) fn settle_due(tx: &mut Tx<'_>, now: Timestamp, limit: u32) -> Result<Settled> {
    let now = whole_milliseconds(now);
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
            Err(cause @ (StoreError::Unavailable { .. } | StoreError::UnknownSchema { .. })) => {
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
    let changed = settle_until(tx, found, now)?;
    save(tx, found)?;
    Ok(changed)
}

/// Settles, asks the life cycle, and writes what it says; what time brought is written either way.
fn happen(
    tx: &mut Tx<'_>,
    by: &Actor,
    found: &mut Found,
    event: &Event,
    at: Timestamp,
) -> Result<std::result::Result<(), model::message::Refused>> {
    let at = whole_milliseconds(at);
    let mut changed = settle_until(tx, found, at)?;
    let answer = match step(&found.stored.stage, event, at) {
        Err(refused) => Err(refused),
        Ok(stage) if stage == found.stored.stage => Ok(()),
        Ok(stage) => {
            let renewed = matches!(event, Event::Renew { .. });
            // A clock that was set back does not turn the order of a history.
            let at = at.max(found.stored.changed_at);
            enter(tx, found, Step { stage, at }, by, action(event), !renewed)?;
            changed = true;
            Ok(())
        }
    };
    if changed {
        save(tx, found)?;
    }
    Ok(answer)
}

/// Times are kept in milliseconds, so rules must not see a finer one that would later read otherwise.
fn whole_milliseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

fn settle_until(tx: &mut Tx<'_>, found: &mut Found, now: Timestamp) -> Result<bool> {
    let stored = &found.stored;
    let steps = settle_to_write(
        &stored.stage,
        stored.changed_at,
        stored.envelope.expires_at,
        now,
    );
    let changed = !steps.is_empty();
    for step in steps {
        let action = match (&found.stored.stage, &step.stage) {
            (_, Stage::Expired) => "expire message",
            (_, Stage::Claimed { .. }) => "cut lease of message",
            (Stage::Claimed { .. }, _) => "end lease of message",
            _ => "convert message",
        };
        enter(tx, found, step, &Actor::System, action, true)?;
    }
    Ok(changed)
}

/// Everything that a new stage leaves behind, except in the message's own row: see [`save`].
fn enter(
    tx: &mut Tx<'_>,
    found: &mut Found,
    step: Step,
    by: &Actor,
    action: &str,
    told: bool,
) -> Result<()> {
    let stored = &mut found.stored;
    let (status, sub_status, _) = show(&step.stage);
    let (old_status, old_sub_status, _) = show(&stored.stage);
    tx.audit(by, step.at, action, stored.envelope.reference)?;
    let only = only_for(&step.stage, stored.envelope.approval.as_ref());
    if (status, sub_status) == (old_status, old_sub_status) {
        // A renewed lease is nothing that anybody is shown.
        if told {
            tx.tell_practice(&stored.envelope, only, step.at)?;
        }
    } else {
        let line = params![
            found.id,
            status.as_str(),
            sub_status.map(SubStatus::as_str),
            step.at.as_millisecond()
        ];
        tx.write_one(ADD_HISTORY, line, "history")?;
        tx.tell_both(&stored.envelope, only, (status, sub_status), step.at)?;
        let old = params![
            old_status.as_str(),
            old_sub_status.map_or("", SubStatus::as_str)
        ];
        tx.write_one(COUNT_OUT, old, "message_count")?;
        count_in(tx, status, sub_status)?;
        stored.changed_at = step.at;
    }
    stored.stage = step.stage;
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
        columns.lease_holder,
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

/// What an event is called in the audit log.
fn action(event: &Event) -> &'static str {
    match event {
        Event::Claim { .. } => "claim message",
        Event::Renew { .. } => "renew lease of message",
        Event::Release { .. } => "release message",
        Event::Imported { .. } => "complete message",
        Event::ImportFailed { .. } => "report failed import of message",
        Event::Rejected { .. } => "reject message",
        Event::Withdrawn => "withdraw approval of message",
    }
}
