//! A person takes a queued message out of its patient's line.

use super::statements::{STANDING, STOP};
use super::{enter, send};
use crate::gateway::Tx;
use jiff::Timestamp;
use model::outbox::{Bucket, State};
use model::{ClientMessageId, NhsNumber};
use rusqlite::params;
use store::Result;
use store::gateway::{Happening, Stopped};
use store::row::Cells as _;

pub(super) fn stop(
    tx: &mut Tx<'_>,
    by: &str,
    id: ClientMessageId,
    problem: &str,
    at: Timestamp,
) -> Result<Stopped> {
    let found = tx.one(STANDING, [id.0.as_bytes()], |cells| {
        let number: i64 = cells.take("message.number")?;
        let state: State = cells.take("message.state")?;
        let _has_content: bool = cells.take("message.has_content")?;
        let subject: NhsNumber = cells.take("message.subject")?;
        Ok((number, state, subject))
    })?;
    let (number, subject) = match found {
        None => return Ok(Stopped::Unknown),
        Some((number, State::Queued, subject)) => (number, subject),
        Some(_) => return Ok(Stopped::NotQueued),
    };
    let row = params![number, at.as_millisecond(), problem];
    tx.write_one(STOP, row, "message")?;
    enter::count(tx, Some(Bucket::Queued), Bucket::Refused)?;
    let refused = Happening::Refused {
        message: id,
        problem: problem.to_owned(),
    };
    tx.tell(by, at, &refused)?;
    send::next_in_line(tx, &subject, at)?;
    Ok(Stopped::Done)
}
