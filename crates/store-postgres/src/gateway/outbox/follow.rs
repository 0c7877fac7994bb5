//! Following accepted messages to their end.

use super::super::{Db, Tx};
use super::claim::numbered;
use super::settle::GATEWAY;
use super::statements::{CLAIM_LOOKS, FOLLOW, LOCK, LOOK_ASIDE, LOOK_AT_SOME, LOOK_LATER};
use super::stored;
use crate::attempt::Call;
use crate::conn::Params;
use crate::row::clean;
use jiff::{SignedDuration, Timestamp};
use model::ClientMessageId;
use model::message::SubStatus;
use model::outbox::{Bucket, State, bucket};
use store::gateway::{Followed, Happening, Outbox as _, Standing, Stored, TellLook, aside_until};
use store::row::Cells as _;
use store::row::gateway::message::takes;
use store::{Result, StoreError};
use tracing::error;

/// So many messages are told to be looked at in one transaction.
const AT_ONCE: i64 = 2_000;

pub(super) async fn claim_looks(
    db: &Db,
    now: Timestamp,
    lease_until: Timestamp,
    limit: u32,
) -> Result<Vec<Stored>> {
    let call = Call::new("claim looks").repeatable();
    let later = aside_until(now).as_millisecond();
    let (now, until) = (now.as_millisecond(), lease_until.as_millisecond());
    let limit = i64::from(limit);
    db.write(call, |tx| async move {
        let which: Params<'_> = &[&now, &until, &limit];
        let found = tx.all(CLAIM_LOOKS, which, |row| numbered(row, stored));
        let (mut all, mut aside) = (Vec::new(), Vec::new());
        for (number, stored) in found.await? {
            match stored {
                Ok(stored) => all.push(stored),
                Err(cause) => {
                    error!(number, %cause, "a message cannot be read; it is set aside");
                    aside.push(number);
                }
            }
        }
        if !aside.is_empty() {
            tx.write(LOOK_ASIDE, &[&aside, &later]).await?;
        }
        Ok(all)
    })
    .await
}

pub(super) async fn followed(
    db: &Db,
    id: ClientMessageId,
    at: Timestamp,
    found: &Followed,
) -> Result<TellLook> {
    let call = Call::new("note where a message stands").repeatable();
    db.write(call, |tx| async move {
        let Some(stored) = tx.one(LOCK, &[&id.0], stored).await? else {
            return Ok(TellLook::Same);
        };
        if stored.state != State::Accepted {
            return Ok(TellLook::Same);
        }
        match &found.standing {
            Some(standing) if takes(&stored, standing) => {
                take(&tx, &stored, at, standing, found.look_at).await
            }
            _ => {
                // An end has no more looks; otherwise there is a next one as long as somebody says when.
                let pending = stored.bucket == Bucket::Pending;
                let look_at = match (&found.standing, found.look_at) {
                    _ if !pending => None,
                    (None, look_at) => look_at,
                    (Some(_), look_at) => look_at.or(stored.look_at),
                };
                let look_at = look_at.map(Timestamp::as_millisecond);
                tx.write(LOOK_LATER, &[&id.0, &look_at]).await?;
                Ok(TellLook::Same)
            }
        }
    })
    .await
}

/// Writes the platform's newest word.
async fn take(
    tx: &Tx,
    stored: &Stored,
    at: Timestamp,
    standing: &Standing,
    look_at: Option<Timestamp>,
) -> Result<TellLook> {
    let now = bucket(State::Accepted, Some(standing.status));
    let look_at = look_at.filter(|_| now == Bucket::Pending);
    let changed_at = if now == stored.bucket {
        stored.changed_at
    } else {
        at
    };
    let answer = clean(&standing.answer);
    let row: Params<'_> = &[
        &stored.id.0,
        &standing.status.as_str(),
        &standing.sub_status.map(SubStatus::as_str),
        &standing.since.as_millisecond(),
        &&*answer,
        &standing.looked_at.as_millisecond(),
        &look_at.map(Timestamp::as_millisecond),
        &now.as_str(),
        &changed_at.as_millisecond(),
    ];
    tx.write_one(FOLLOW, row, "message.id").await?;
    if now != stored.bucket {
        tx.count(Some(stored.bucket), now);
    }
    let known = stored.standing.as_ref();
    let known = known.map(|known| (known.status, known.sub_status));
    if known == Some((standing.status, standing.sub_status)) {
        return Ok(TellLook::Same);
    }
    let happening = Happening::Status {
        message: stored.id,
        status: standing.status,
        sub_status: standing.sub_status,
    };
    tx.happen(GATEWAY, at, &happening);
    Ok(TellLook::Changed(happening))
}

pub(super) async fn look_at_all(db: &Db, now: Timestamp, spread: SignedDuration) -> Result<u64> {
    let counts = db.counts().await?;
    let pending = counts.iter().find(|(bucket, _)| *bucket == Bucket::Pending);
    // There may be more by the time they are looked for: those come at the end.
    let all = store::row::int(pending.map_or(0, |(_, count)| *count)).max(1);
    let now = now.as_millisecond();
    let spread = i64::try_from(spread.as_millis()).unwrap_or(i64::MAX).max(0);
    let (mut after, mut done) = (0_i64, 0_i64);
    loop {
        let call = Call::new("have messages looked at").repeatable();
        let so_far = done.min(all - 1);
        let moved = db.write(call, |tx| async move {
            let which: Params<'_> = &[&after, &AT_ONCE, &now, &spread, &so_far, &all];
            tx.one(LOOK_AT_SOME, which, |row| {
                let last: Option<i64> = row.take("message.number")?;
                let count: i64 = row.take("message.look_at")?;
                Ok((last, count))
            })
            .await
        });
        let place = "message.number";
        let (last, count) = moved.await?.ok_or(StoreError::Inconsistent { place })?;
        done += count;
        match last {
            Some(last) if count == AT_ONCE => after = last,
            _ => return Ok(u64::try_from(done).unwrap_or(0)),
        }
    }
}
