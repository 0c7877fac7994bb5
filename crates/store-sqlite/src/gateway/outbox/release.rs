//! A person lets a refused message go again.

use super::enter;
use super::statements::{COUNT_ENTRY, COUNT_NO_ENTRY, RELEASE, STANDING};
use crate::gateway::Tx;
use jiff::Timestamp;
use model::outbox::{Bucket, State};
use model::{ClientMessageId, NhsNumber, OdsCode, UserId};
use rusqlite::params;
use store::Result;
use store::gateway::{Day, Happening, Mend, Released, Wake};
use store::row::Cells as _;

/// What is asked of a message before it is released.
struct Standing {
    number: i64,
    state: State,
    has_content: bool,
    subject: NhsNumber,
    to: OdsCode,
    day: Day,
}

pub(super) fn release(
    tx: &mut Tx<'_>,
    by: &str,
    id: ClientMessageId,
    mend: &Mend,
    at: Timestamp,
) -> Result<Released> {
    let found = tx.one(STANDING, [id.0.as_bytes()], |cells| {
        Ok(Standing {
            number: cells.take("message.number")?,
            state: cells.take("message.state")?,
            has_content: cells.take("message.has_content")?,
            subject: cells.take("message.subject")?,
            to: cells.take("message.practice")?,
            day: cells.take("message.day")?,
        })
    })?;
    let message = match found {
        None => return Ok(Released::Unknown),
        Some(message) if message.state != State::Refused => return Ok(Released::NotRefused),
        Some(message) if !message.has_content => return Ok(Released::Emptied),
        Some(message) => message,
    };
    let (turn, blocked) = enter::end_of_line(tx, &message.subject)?;
    let row = params![
        message.number,
        at.as_millisecond(),
        turn,
        blocked,
        mend.topic,
        mend.to.as_ref().map(OdsCode::as_str),
        mend.user.as_ref().map(UserId::as_str),
        mend.expires_at.map(Timestamp::as_millisecond),
    ];
    tx.write_one(RELEASE, row, "message")?;
    if let Some(to) = mend.to.as_ref().filter(|to| **to != message.to) {
        // Counted on entry for the practice that the row no longer names.
        let was = params![message.day, message.to.as_str()];
        tx.write_one(COUNT_NO_ENTRY, was, "entry_tally")?;
        tx.write_one(
            COUNT_ENTRY,
            params![message.day, to.as_str()],
            "entry_tally",
        )?;
    }
    enter::count(tx, Some(Bucket::Refused), Bucket::Queued)?;
    tx.tell(by, at, &Happening::Released(id))?;
    tx.side.wake(Wake::Sending);
    Ok(Released::Queued)
}
