//! Changing a message's stage: what time brings, what an event does, and what both leave behind.

mod rows;

use super::statements::{BY_REFERENCE, DUE, HISTORY, PUT_OFF, UNDER_TOKEN};
use super::text;
use crate::conn::Params;
use crate::tx::Tx;
use jiff::Timestamp;
use model::message::Event;
use model::{Actor, MessageRef, TokenId};
use store::platform::{Applied, Change, Line, SetAside, Settled, Stored, Told, happen, settle};
use store::row::{Cells, message};
use store::{Result, StoreError};

/// A message as it was found, and what it becomes.
struct Changed {
    version: i64,
    stored: Stored,
    lines: Vec<Line>,
}

/// A message as it is stored, and which version of it that is.
fn row(cells: &mut impl Cells) -> Result<(i64, Stored)> {
    let (version, stored) = message::stored(cells)?;
    Ok((version, text::message(stored)))
}

pub(super) async fn apply(
    tx: &Tx,
    by: &Actor,
    reference: MessageRef,
    event: &Event,
    at: Timestamp,
) -> Result<Applied> {
    let key: Params<'_> = &[&reference.0];
    // The row is locked first, so the history is read as whoever held it before has left it.
    let (found, history) = futures_util::try_join!(
        tx.one(BY_REFERENCE, key, row),
        tx.all(HISTORY, key, message::history_line),
    )?;
    let Some((version, mut stored)) = found else {
        return Ok(Applied::Unknown);
    };
    stored.history = history;
    let Change { lines, answer } = happen(&mut stored, by, event, at);
    let changed = Changed {
        version,
        stored,
        lines,
    };
    if !changed.lines.is_empty() {
        write(tx, &[&changed]).await?;
    }
    Ok(match answer {
        Err(refused) => Applied::Refused(refused),
        Ok(()) => Applied::Changed(Box::new(changed.stored)),
    })
}

/// Tells every message that waits under a token that permission was withdrawn.
pub(in crate::platform) async fn withdraw_under(
    tx: &Tx,
    by: &Actor,
    token: TokenId,
    at: Timestamp,
) -> Result<()> {
    let key: Params<'_> = &[&token.0];
    let under = tx.all(UNDER_TOKEN, key, |cells| Ok(row(cells)));
    let mut changed = Vec::new();
    for found in under.await? {
        let (version, mut stored) = match found {
            Ok(found) => found,
            // Nobody can claim it either, so this must not keep a permission alive.
            Err(cause) => {
                tracing::error!(%cause, "a message that cannot be read was not told of a withdrawal");
                continue;
            }
        };
        // A message may turn out to have expired meanwhile; that is written, and is no error.
        let Change { lines, answer: _ } = happen(&mut stored, by, &Event::Withdrawn, at);
        if !lines.is_empty() {
            changed.push(Changed {
                version,
                stored,
                lines,
            });
        }
    }
    write(tx, &changed.iter().collect::<Vec<_>>()).await
}

pub(super) async fn settle_due(tx: &Tx, now: Timestamp, limit: u32) -> Result<Settled> {
    let one_more = i64::from(limit) + 1;
    let mut due = tx
        .all(DUE, &[&now.as_millisecond(), &one_more], |cells| {
            let reference: MessageRef = cells.take("message.reference")?;
            Ok((reference, row(cells)))
        })
        .await?;
    let mut settled = Settled::default();
    if due.len() > limit as usize {
        settled.more = true;
        due.truncate(limit as usize);
    }
    let mut changed = Vec::new();
    let mut aside = Vec::new();
    for (reference, found) in due {
        match found {
            Ok((version, mut stored)) => {
                // Its row is written in any case: it was found by when it is due, which must not stay.
                let Change { lines, answer: _ } = settle(&mut stored, now);
                changed.push(Changed {
                    version,
                    stored,
                    lines,
                });
            }
            Err(cause) => aside.push((reference, cause)),
        }
    }
    let mut written = Vec::new();
    let all: Vec<&Changed> = changed.iter().collect();
    if all.is_empty() || attempt(tx, &all).await?.is_ok() {
        written = all;
    } else {
        // One of them at least cannot be written: they are tried one by one.
        for changed in &changed {
            match attempt(tx, &[changed]).await? {
                Ok(()) => written.push(changed),
                Err(cause) => aside.push((changed.stored.envelope.reference, cause)),
            }
        }
    }
    settled.changed = written
        .iter()
        .filter(|changed| !changed.lines.is_empty())
        .count() as u64;
    let later = (now + store::platform::PUT_OFF).as_millisecond();
    for (reference, cause) in aside {
        let params: Params<'_> = &[&reference.0, &later];
        tx.write_one(PUT_OFF, params, "message.due_at").await?;
        settled.set_aside.push(SetAside {
            reference: Some(reference),
            cause,
        });
    }
    Ok(settled)
}

/// Writes changes, or leaves no trace of them. The outer error is one that concerns everything.
async fn attempt(tx: &Tx, changed: &[&Changed]) -> Result<Result<()>> {
    match tx.part(write(tx, changed)).await? {
        // No fault of a message: it will pass, or nothing goes on at all.
        Err(
            cause @ (StoreError::Unavailable { .. }
            | StoreError::UnknownSchema { .. }
            | StoreError::OldSchema { .. }),
        ) => Err(cause),
        outcome => Ok(outcome),
    }
}

/// Writes new stages, if the rows are still as they were read, and what the steps leave behind.
async fn write(tx: &Tx, changed: &[&Changed]) -> Result<()> {
    if changed.is_empty() {
        return Ok(());
    }
    futures_util::try_join!(rows::save(tx, changed), rows::add_lines(tx, changed))?;
    for Changed { stored, lines, .. } in changed {
        let envelope = &stored.envelope;
        for line in lines {
            tx.audit(&line.by, line.at, line.action, envelope.reference);
            let only = line.only.as_ref();
            if let Some(moved) = line.status {
                tx.count(Some(moved.from), Some(moved.to));
            }
            match (line.told, line.status) {
                (Told::Nobody, _) => {}
                (Told::Both, Some(moved)) => tx.tell_both(envelope, only, moved.to, line.at),
                (Told::Practice | Told::Both, _) => tx.tell_practice(envelope, only, line.at),
            }
        }
    }
    Ok(())
}
