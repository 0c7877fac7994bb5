//! Following accepted messages to their end.

use super::statements::{
    COUNTS, FOLLOWED, LOOK_AGAIN, LOOK_BY, LOOKS_DUE, NEXT_LOOK, PENDING_AFTER, TAKE_LOOK,
};
use super::{GATEWAY, enter, read};
use crate::conn::Conn;
use crate::gateway::{Db, Tx};
use jiff::{SignedDuration, Timestamp};
use model::ClientMessageId;
use model::message::SubStatus;
use model::outbox::{Bucket, State, bucket};
use rusqlite::params;
use store::gateway::{Followed, Happening, Standing, Stored, TellLook, aside_until};
use store::row::gateway::message::{stored, takes};
use store::row::{Cells as _, int};
use store::{Result, StoreError};
use tracing::error;

/// Messages whose next look is moved in one turn at the writer.
const BATCH: u32 = 1_000;

pub(in crate::gateway) fn next_look(conn: &Conn<'_>) -> Result<Option<Timestamp>> {
    conn.one(NEXT_LOOK, [], |cells| cells.take("message.look_at"))
}

pub(super) fn claim_looks(
    tx: &Tx<'_>,
    now: Timestamp,
    lease_until: Timestamp,
    limit: u32,
) -> Result<Vec<Stored>> {
    let due = tx.all(LOOKS_DUE, params![now.as_millisecond(), limit], |cells| {
        cells.take::<i64>("message.number")
    })?;
    let mut all = Vec::with_capacity(due.len());
    for number in due {
        let row = params![number, lease_until.as_millisecond()];
        let taken = tx.one(TAKE_LOOK, row, |cells| Ok(stored(cells)))?;
        match taken.ok_or(StoreError::Inconsistent {
            place: "message.number",
        })? {
            Ok(taken) => all.push(taken),
            Err(cause) => {
                error!(number, %cause, "a message cannot be read; it is set aside");
                let row = params![number, aside_until(now).as_millisecond()];
                tx.write_one(LOOK_AGAIN, row, "message.look_at")?;
            }
        }
    }
    Ok(all)
}

pub(super) fn followed(
    tx: &mut Tx<'_>,
    id: ClientMessageId,
    at: Timestamp,
    found: &Followed,
) -> Result<TellLook> {
    let Some(message) = read::find(tx, id)? else {
        return Ok(TellLook::Same);
    };
    if message.state != State::Accepted || message.bucket != Bucket::Pending {
        return Ok(TellLook::Same);
    }
    match &found.standing {
        Some(standing) if takes(&message, standing) => {
            take(tx, &message, standing, found.look_at, at)
        }
        // An older word says nothing about when to stop asking.
        Some(_) => look_again(tx, &message, found.look_at.or(message.look_at)),
        None => look_again(tx, &message, found.look_at),
    }
}

fn look_again(tx: &Tx<'_>, message: &Stored, look_at: Option<Timestamp>) -> Result<TellLook> {
    let row = params![int(message.number), look_at.map(Timestamp::as_millisecond)];
    tx.write_one(LOOK_AGAIN, row, "message.look_at")?;
    Ok(TellLook::Same)
}

fn take(
    tx: &mut Tx<'_>,
    message: &Stored,
    standing: &Standing,
    look_at: Option<Timestamp>,
    at: Timestamp,
) -> Result<TellLook> {
    let now = bucket(message.state, Some(standing.status));
    let ended = now != Bucket::Pending;
    let changed_at = if ended { at } else { message.changed_at };
    let look_at = if ended { None } else { look_at };
    let row = params![
        int(message.number),
        standing.status.as_str(),
        standing.sub_status.map(SubStatus::as_str),
        standing.since.as_millisecond(),
        standing.answer,
        standing.looked_at.as_millisecond(),
        look_at.map(Timestamp::as_millisecond),
        changed_at.as_millisecond(),
        now.as_str(),
    ];
    tx.write_one(FOLLOWED, row, "message")?;
    enter::count(tx, Some(message.bucket), now)?;
    let known = message.standing.as_ref();
    let known = known.map(|known| (known.status, known.sub_status));
    if known == Some((standing.status, standing.sub_status)) {
        return Ok(TellLook::Same);
    }
    let happening = Happening::Status {
        message: message.id,
        status: standing.status,
        sub_status: standing.sub_status,
    };
    tx.tell(GATEWAY, at, &happening)?;
    Ok(TellLook::Changed(happening))
}

/// In batches, so that others get to write in between. Doing some of them twice does no harm.
pub(super) async fn look_at_all(db: &Db, now: Timestamp, spread: SignedDuration) -> Result<u64> {
    let all = db.read("count what is pending", |conn| {
        let counts = conn.all(COUNTS, [], |cells| {
            let bucket: Bucket = cells.take("bucket_tally.bucket")?;
            Ok((bucket, cells.take::<i64>("bucket_tally.messages")?))
        })?;
        let pending = counts
            .into_iter()
            .find(|(bucket, _)| *bucket == Bucket::Pending);
        Ok(pending.map_or(1, |(_, count)| count.max(1)))
    })?;
    let spread = i64::try_from(spread.as_millis()).unwrap_or(i64::MAX).max(0);
    let (mut after, mut done) = (0_i64, 0_i64);
    loop {
        let numbers = db
            .write("look at all", move |tx| {
                let numbers = tx.all(PENDING_AFTER, params![after, BATCH], |cells| {
                    cells.take::<i64>("message.number")
                })?;
                for (place, number) in (done..).zip(&numbers) {
                    // The last may be more than there were.
                    let part = i128::from(spread) * i128::from(place.min(all)) / i128::from(all);
                    let wait = i64::try_from(part).unwrap_or(spread);
                    let look_at = now.as_millisecond().saturating_add(wait);
                    tx.write_one(LOOK_BY, params![number, look_at], "message.look_at")?;
                }
                Ok(numbers)
            })
            .await?;
        let Some(last) = numbers.last() else {
            return Ok(u64::try_from(done).unwrap_or_default());
        };
        after = *last;
        done += int(numbers.len());
    }
}
