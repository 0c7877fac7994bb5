//! What operators see. No statement reads more of a large table than an index gives it, and a page of messages looks
//! at so many and no more.

use super::Db;
use super::messages::PUT_OFF_OR_DUE;
use crate::conn::Conn;
use crate::row::RowCells;
use crate::sql::{Sql, statements};
use async_trait::async_trait;
use jiff::Timestamp;
use model::device::RegistrationKey;
use model::{ClientMessageId, MessageRef, OdsCode};
use rusqlite::params;
use store::Result;
use store::platform::oversight::{LOOKED_AT, first_at};
use store::platform::{
    Dead, Narrow, Oversight, PUT_OFF, Place, Seen, SeenDevice, SeenLine, SeenPage, Waits,
};
use store::row::message::history_line;
use store::row::oversight::{dead, device, registration_key, seen, waits};
use store::row::{Cells as _, int};

/// What makes a message as operators see it; read by `store::row::oversight::seen`, in this order. A reason is the
/// practice's words to the sender: it stays here.
macro_rules! columns {
    () => {
        "reference, sender, (SELECT client.name FROM client WHERE client.id = sender), message_id, approved_by, \
         practice, topic, accepted_at, expires_at, changed_at, attachments, coded_items, emptied, stage, waits_for, \
         convert_at, iif(reason IS NULL, NULL, ''), fence, lease_holder, lease_until, mode"
    };
}

/// The newest messages below a reference that an index holds in this order, and those of them that are wanted.
macro_rules! page {
    ($which:literal) => {
        concat!(
            "SELECT reference, ",
            columns!(),
            " FROM (SELECT *, client AS sender FROM message WHERE ",
            $which,
            " reference < ?1 ORDER BY reference DESC LIMIT ?2) WHERE (?3 IS NULL OR practice = ?3) \
             AND (?4 IS NULL OR sender = ?4) AND (?5 IS NULL OR stage = ?5) \
             AND (?6 IS NULL OR (waits_for = 'instant') = ?6) \
             AND (?7 = 0 OR ended_at IS NULL)"
        )
    };
}

statements! {
    SEEN = page!("");
    SEEN_LAST = "SELECT reference FROM message WHERE reference < ?1 ORDER BY reference DESC LIMIT 1 OFFSET ?2";
    SEEN_WAITING = page!("practice = ?3 AND ended_at IS NULL AND");
    SEEN_WAITING_LAST = "SELECT reference FROM message WHERE practice = ?3 AND ended_at IS NULL AND reference < ?1 ORDER BY reference DESC LIMIT 1 OFFSET ?2";
    SEEN_ONE = concat!("SELECT id, ", columns!(), " FROM (SELECT *, client AS sender FROM message WHERE reference = ?1)");
    SEEN_BY_ID = concat!("SELECT ", columns!(), " FROM (SELECT message.*, message.client AS sender FROM client CROSS JOIN message ON message.client = client.id AND message.message_id = ?1)");
    SEEN_HISTORY = "SELECT status, sub_status, at FROM history WHERE message = ?1 ORDER BY place";
    WAITS = "SELECT practice.ods_code, practice.name, coalesce(sum(message.reference >= ?1), 0), coalesce(sum(message.reference < ?1 AND message.reference >= ?2), 0), coalesce(sum(message.reference < ?2 AND message.reference >= ?3), 0), coalesce(sum(message.reference < ?3), 0), min(message.reference) FROM practice LEFT JOIN message ON message.practice = practice.ods_code AND message.ended_at IS NULL GROUP BY practice.ods_code";
    SEEN_DEVICES = "SELECT id, practice, name, public_key, registered_at, blocked_at, (SELECT max(last_used_at) FROM session WHERE session.device = device.id) FROM device ORDER BY registered_at DESC, id LIMIT ?1";
    SEEN_DEVICES_OF = "SELECT id, practice, name, public_key, registered_at, blocked_at, (SELECT max(last_used_at) FROM session WHERE session.device = device.id) FROM device WHERE practice = ?1 ORDER BY registered_at DESC LIMIT ?2";
    SIGNED_IN = "SELECT count(*) FROM device WHERE EXISTS (SELECT 1 FROM session WHERE session.device = device.id AND session.made_at > ?1 AND session.last_used_at > ?2)";
    REGISTRATION_KEYS = "SELECT part_1, practice, many, ends_at, uses FROM registration_key WHERE ends_at > ?1 ORDER BY part_1";
    SEEN_CONDEMNED = "SELECT hash, at FROM condemned_blob ORDER BY at LIMIT ?1";
}

fn last_key(cells: &mut RowCells<'_>) -> Result<MessageRef> {
    cells.take("message.reference")
}

/// One page.
fn page(
    conn: &Conn<'_>,
    which: &Narrow,
    before: Option<MessageRef>,
    limit: u32,
) -> Result<SeenPage> {
    let (stage, instant) = which.place.map(Place::columns).unzip();
    let (practice, client) = (which.practice.as_ref(), which.client);
    let below = which.below(before);
    let open = practice.is_some() && (which.open || which.place.is_some_and(Place::is_open));
    let (rows, last): (Sql, Sql) = if open {
        (SEEN_WAITING, SEEN_WAITING_LAST)
    } else {
        (SEEN, SEEN_LAST)
    };
    let practice = practice.map(OdsCode::as_str);
    let asked = params![
        below.0.as_bytes(),
        LOOKED_AT,
        practice,
        client.map(|client| *client.0.as_bytes()),
        stage,
        instant.flatten(),
        which.open,
    ];
    let found = conn.all(rows, asked, |cells| {
        let key = cells.take::<MessageRef>("message.reference").ok();
        Ok((key, seen(cells)))
    })?;
    let mut page = SeenPage::default();
    for (key, row) in found {
        match row {
            Ok(row) => page.rows.push(row),
            Err(cause) => {
                let message = key.unwrap_or(MessageRef(uuid::Uuid::nil()));
                tracing::error!(%message, %cause, "a message was left out of the operators' list");
            }
        }
    }
    page.rows
        .sort_unstable_by_key(|row| std::cmp::Reverse(row.reference));
    if page.rows.len() > limit as usize {
        page.rows.truncate(limit as usize);
        page.next = page.rows.last().map(|row| row.reference);
        return Ok(page);
    }
    // The last one that was looked at, if so many were there.
    let place = int(LOOKED_AT - 1);
    page.next = if open {
        let asked = params![below.0.as_bytes(), place, practice];
        conn.one(last, asked, last_key)?
    } else {
        conn.one(last, params![below.0.as_bytes(), place], last_key)?
    };
    Ok(page)
}

fn one(conn: &Conn<'_>, reference: MessageRef) -> Result<Option<(Seen, Vec<SeenLine>)>> {
    let found = conn.one(SEEN_ONE, [reference.0.as_bytes()], |cells| {
        let id: i64 = cells.take("message.id")?;
        Ok((id, seen(cells)?))
    })?;
    let Some((id, seen)) = found else {
        return Ok(None);
    };
    let lines = conn.all(SEEN_HISTORY, [id], |cells| history_line(cells))?;
    Ok(Some((seen, lines)))
}

#[async_trait]
impl Oversight for Db {
    async fn seen(
        &self,
        which: &Narrow,
        before: Option<MessageRef>,
        limit: u32,
    ) -> Result<SeenPage> {
        self.read("list messages for an operator", |conn| {
            page(conn, which, before, limit)
        })
    }

    async fn seen_one(&self, reference: MessageRef) -> Result<Option<(Seen, Vec<SeenLine>)>> {
        self.read("show a message to an operator", |conn| one(conn, reference))
    }

    async fn seen_by_id(&self, id: ClientMessageId) -> Result<Vec<Seen>> {
        self.read("find a message for an operator", |conn| {
            conn.all(SEEN_BY_ID, [id.0.as_bytes()], |cells| seen(cells))
        })
    }

    async fn waits(&self, marks: [Timestamp; 3]) -> Result<Vec<Waits>> {
        let marks = marks.map(|mark| *first_at(mark).0.as_bytes());
        self.read("count what waits at practices", |conn| {
            conn.all(WAITS, marks, |cells| waits(cells))
        })
    }

    async fn seen_devices(
        &self,
        practice: Option<&OdsCode>,
        limit: u32,
    ) -> Result<Vec<SeenDevice>> {
        self.read("list toolbars for an operator", |conn| match practice {
            Some(code) => {
                let asked = params![code.as_str(), limit];
                conn.all(SEEN_DEVICES_OF, asked, |cells| device(cells))
            }
            None => conn.all(SEEN_DEVICES, [limit], |cells| device(cells)),
        })
    }

    async fn signed_in(&self, made_after: Timestamp, used_after: Timestamp) -> Result<u64> {
        let asked = [made_after.as_millisecond(), used_after.as_millisecond()];
        let found = self.read("count who is signed in", |conn| {
            conn.one(SIGNED_IN, asked, |cells| cells.take("session.device"))
        })?;
        Ok(found.unwrap_or_default())
    }

    async fn registration_keys(&self, now: Timestamp) -> Result<Vec<(RegistrationKey, u32)>> {
        let mut keys = self.read("list registration keys", |conn| {
            conn.all(REGISTRATION_KEYS, [now.as_millisecond()], |cells| {
                registration_key(cells)
            })
        })?;
        keys.sort_by(|(one, _), (other, _)| one.practice.cmp(&other.practice));
        Ok(keys)
    }

    async fn dead(&self, now: Timestamp, limit: u32) -> Result<Dead> {
        let until = now.saturating_add(PUT_OFF).unwrap_or(now);
        self.read("look for what nobody can read", |conn| {
            let due = params![until.as_millisecond(), LOOKED_AT];
            let messages = conn.all(PUT_OFF_OR_DUE, due, |cells| {
                let reference = cells.take("message.reference").ok();
                let again_at = cells.take("message.due_at").ok();
                let _id: Result<i64> = cells.take("message.id");
                Ok(dead(reference, again_at, cells))
            })?;
            let messages = messages.into_iter().flatten().take(limit as usize);
            let mut messages: Vec<_> = messages.collect();
            messages.reverse();
            let condemned = conn.all(SEEN_CONDEMNED, [limit], |cells| {
                Ok((
                    cells.take("condemned_blob.hash")?,
                    cells.take("condemned_blob.at")?,
                ))
            })?;
            Ok(Dead {
                messages,
                condemned,
            })
        })
    }
}
