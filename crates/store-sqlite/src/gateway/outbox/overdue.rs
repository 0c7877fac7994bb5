//! Messages whose time ran out before anybody tried to send them.

use super::statements::{BEGIN_ATTEMPT, END_ATTEMPT, EXPIRED, NEXT_EXPIRY, OVERDUE};
use super::{GATEWAY, enter, send};
use crate::conn::Conn;
use crate::gateway::Tx;
use jiff::Timestamp;
use model::outbox::Bucket;
use model::{ClientMessageId, NhsNumber};
use rusqlite::params;
use store::Result;
use store::gateway::{AttemptOutcome, Happening};
use store::row::Cells as _;
use store::row::gateway::message::outcome;

/// The one try of such a message.
const FIRST: u32 = 1;

pub(in crate::gateway) fn next(conn: &Conn<'_>) -> Result<Option<Timestamp>> {
    conn.one(NEXT_EXPIRY, [], |cells| cells.take("message.expires_at"))
}

pub(super) fn expire(tx: &mut Tx<'_>, at: Timestamp, problem: &str, limit: u32) -> Result<u64> {
    let now = at.as_millisecond();
    let overdue = tx.all(OVERDUE, params![now, limit], |cells| {
        let number: i64 = cells.take("message.number")?;
        let id: ClientMessageId = cells.take("message.id")?;
        // One that cannot be read only leaves its line as it is.
        Ok((number, id, cells.take::<NhsNumber>("message.subject").ok()))
    })?;
    let expired = AttemptOutcome::NotSent("expired".to_owned());
    let (kind, status, detail) = outcome(&expired);
    for (number, id, subject) in &overdue {
        tx.write_one(BEGIN_ATTEMPT, params![number, FIRST, now], "attempt")?;
        let end = params![number, FIRST, now, kind, status, detail];
        tx.write_one(END_ATTEMPT, end, "attempt")?;
        tx.write_one(EXPIRED, params![number, now, problem], "message")?;
        enter::count(tx, Some(Bucket::Queued), Bucket::Refused)?;
        let refused = Happening::Refused {
            message: *id,
            problem: problem.to_owned(),
        };
        tx.tell(GATEWAY, at, &refused)?;
        if let Some(subject) = subject {
            send::next_in_line(tx, subject, at)?;
        }
    }
    Ok(overdue.len() as u64)
}
