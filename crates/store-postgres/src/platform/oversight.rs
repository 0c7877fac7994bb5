//! What operators see. No statement reads more of a large table than an index gives it, and a page of messages looks
//! at so many and no more.

use super::Db;
use super::messages::PUT_OFF_OR_DUE;
use crate::conn::{Conn, Params};
use crate::sql::{Sql, statements};
use async_trait::async_trait;
use jiff::Timestamp;
use model::device::RegistrationKey;
use model::{ClientMessageId, MessageRef, OdsCode};
use std::cmp::Reverse;
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
         convert_at, CASE WHEN reason IS NOT NULL THEN '' END, fence, lease_holder, lease_until, mode"
    };
}

/// The newest messages below a reference that an index holds in this order, and those of them that are wanted.
macro_rules! page {
    ($which:literal) => {
        concat!(
            "SELECT reference, ",
            columns!(),
            " FROM (SELECT message.*, message.client AS sender FROM message WHERE ",
            $which,
            " reference < $1 ORDER BY reference DESC LIMIT $2) AS looked WHERE ($3::text IS NULL OR practice = $3) \
             AND ($4::uuid IS NULL OR sender = $4) AND ($5::text IS NULL OR stage = $5) \
             AND ($6::boolean IS NULL OR (waits_for = 'instant') = $6) \
             AND (NOT $7::boolean OR ended_at IS NULL)"
        )
    };
}

statements! {
    SEEN = page!("");
    SEEN_LAST = "SELECT reference FROM message WHERE reference < $1 ORDER BY reference DESC LIMIT 1 OFFSET $2";
    SEEN_WAITING = page!("practice = $3 AND ended_at IS NULL AND");
    SEEN_WAITING_LAST = "SELECT reference FROM message WHERE practice = $3 AND ended_at IS NULL AND reference < $1 ORDER BY reference DESC LIMIT 1 OFFSET $2";
    SEEN_ONE = concat!("SELECT ", columns!(), " FROM (SELECT message.*, message.client AS sender FROM message WHERE reference = $1) AS looked");
    SEEN_BY_ID = concat!("SELECT ", columns!(), " FROM (SELECT message.*, message.client AS sender FROM client JOIN message_key ON message_key.client = client.id AND message_key.message_id = $1 JOIN message ON message.reference = message_key.reference) AS looked");
    SEEN_HISTORY = "SELECT status, sub_status, at FROM history WHERE message = $1 ORDER BY place";
    WAITS = "SELECT practice.ods_code, practice.name, waiting.newest, waiting.newer, waiting.older, waiting.oldest, (SELECT oldest.reference FROM message AS oldest WHERE oldest.practice = practice.ods_code AND oldest.ended_at IS NULL ORDER BY oldest.reference LIMIT 1) FROM practice CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE reference >= $1) AS newest, count(*) FILTER (WHERE reference < $1 AND reference >= $2) AS newer, count(*) FILTER (WHERE reference < $2 AND reference >= $3) AS older, count(*) FILTER (WHERE reference < $3) AS oldest FROM message WHERE message.practice = practice.ods_code AND message.ended_at IS NULL) AS waiting ORDER BY practice.ods_code COLLATE \"C\"";
    SEEN_DEVICES = "SELECT id, practice, name, public_key, registered_at, blocked_at, (SELECT max(last_used_at) FROM session WHERE session.device = device.id) FROM device ORDER BY registered_at DESC, id LIMIT $1";
    SEEN_DEVICES_OF = "SELECT id, practice, name, public_key, registered_at, blocked_at, (SELECT max(last_used_at) FROM session WHERE session.device = device.id) FROM device WHERE practice = $1 ORDER BY registered_at DESC LIMIT $2";
    SIGNED_IN = "SELECT count(*) FROM device WHERE (SELECT max(last_used_at) FROM session WHERE session.device = device.id AND session.made_at > $1) > $2";
    REGISTRATION_KEYS = "SELECT part_1, practice, many, ends_at, uses FROM registration_key WHERE ends_at > $1 ORDER BY practice COLLATE \"C\", part_1 COLLATE \"C\"";
    SEEN_CONDEMNED = "SELECT hash, at FROM condemned_blob ORDER BY at LIMIT $1";
}

/// One page.
async fn page(
    conn: &Conn,
    which: &Narrow,
    before: Option<MessageRef>,
    limit: u32,
) -> Result<SeenPage> {
    let (stage, instant) = which.place.map(Place::columns).unzip();
    let instant = instant.flatten();
    let (practice, client) = (which.practice.as_ref(), which.client.map(|client| client.0));
    let below = which.below(before).0;
    let open = practice.is_some() && (which.open || which.place.is_some_and(Place::is_open));
    let (rows, last): (Sql, Sql) = if open {
        (SEEN_WAITING, SEEN_WAITING_LAST)
    } else {
        (SEEN, SEEN_LAST)
    };
    let practice = practice.map(OdsCode::as_str);
    let most = i64::from(LOOKED_AT);
    let asked: Params<'_> = &[
        &below,
        &most,
        &practice,
        &client,
        &stage,
        &instant,
        &which.open,
    ];
    let found = conn.all(rows, asked, |cells| {
        let key: MessageRef = cells.take("message.reference")?;
        Ok((key, seen(cells)))
    });
    let mut page = SeenPage::default();
    for (message, row) in found.await? {
        match row {
            Ok(row) => page.rows.push(row),
            Err(cause) => {
                tracing::error!(%message, %cause, "a message was left out of the operators' list");
            }
        }
    }
    page.rows.sort_unstable_by_key(|row| Reverse(row.reference));
    if page.rows.len() > limit as usize {
        page.rows.truncate(limit as usize);
        page.next = page.rows.last().map(|row| row.reference);
        return Ok(page);
    }
    // The last one that was looked at, if so many were there.
    let place = int(LOOKED_AT - 1);
    let of_practice: Params<'_> = &[&below, &place, &practice];
    let of_all: Params<'_> = &[&below, &place];
    let asked = if open { of_practice } else { of_all };
    page.next = conn
        .one(last, asked, |row| row.take("message.reference"))
        .await?;
    Ok(page)
}

#[async_trait]
impl Oversight for Db {
    async fn seen(
        &self,
        which: &Narrow,
        before: Option<MessageRef>,
        limit: u32,
    ) -> Result<SeenPage> {
        self.read("list messages for an operator", |conn| async move {
            page(&conn, which, before, limit).await
        })
        .await
    }

    async fn seen_one(&self, reference: MessageRef) -> Result<Option<(Seen, Vec<SeenLine>)>> {
        self.read("show a message to an operator", |conn| async move {
            let Some(seen) = conn.one(SEEN_ONE, &[&reference.0], seen).await? else {
                return Ok(None);
            };
            let lines = conn
                .all(SEEN_HISTORY, &[&reference.0], history_line)
                .await?;
            Ok(Some((seen, lines)))
        })
        .await
    }

    async fn seen_by_id(&self, id: ClientMessageId) -> Result<Vec<Seen>> {
        self.read("find a message for an operator", |conn| async move {
            conn.all(SEEN_BY_ID, &[&id.0], seen).await
        })
        .await
    }

    async fn waits(&self, marks: [Timestamp; 3]) -> Result<Vec<Waits>> {
        let [first, second, third] = &marks.map(|mark| first_at(mark).0);
        self.read("count what waits at practices", |conn| async move {
            conn.all(WAITS, &[first, second, third], waits).await
        })
        .await
    }

    async fn seen_devices(
        &self,
        practice: Option<&OdsCode>,
        limit: u32,
    ) -> Result<Vec<SeenDevice>> {
        let limit = i64::from(limit);
        self.read("list toolbars for an operator", |conn| async move {
            match practice {
                Some(code) => {
                    conn.all(SEEN_DEVICES_OF, &[&code.as_str(), &limit], device)
                        .await
                }
                None => conn.all(SEEN_DEVICES, &[&limit], device).await,
            }
        })
        .await
    }

    async fn signed_in(&self, made_after: Timestamp, used_after: Timestamp) -> Result<u64> {
        let (made, used) = (made_after.as_millisecond(), used_after.as_millisecond());
        let found = self.read("count who is signed in", |conn| async move {
            conn.one(SIGNED_IN, &[&made, &used], |row| row.take("session.device"))
                .await
        });
        Ok(found.await?.unwrap_or_default())
    }

    async fn registration_keys(&self, now: Timestamp) -> Result<Vec<(RegistrationKey, u32)>> {
        let now = now.as_millisecond();
        self.read("list registration keys", |conn| async move {
            conn.all(REGISTRATION_KEYS, &[&now], registration_key).await
        })
        .await
    }

    async fn dead(&self, now: Timestamp, limit: u32) -> Result<Dead> {
        let until = now.saturating_add(PUT_OFF).unwrap_or(now).as_millisecond();
        let most = i64::from(LOOKED_AT);
        self.read("look for what nobody can read", |conn| async move {
            let messages = conn
                .all(PUT_OFF_OR_DUE, &[&until, &most], |row| {
                    let reference = row.take("message.reference").ok();
                    let again_at = row.take("message.due_at").ok();
                    Ok(dead(reference, again_at, row))
                })
                .await?;
            let condemned = conn
                .all(SEEN_CONDEMNED, &[&i64::from(limit)], |row| {
                    Ok((
                        row.take("condemned_blob.hash")?,
                        row.take("condemned_blob.at")?,
                    ))
                })
                .await?;
            let messages = messages.into_iter().flatten().take(limit as usize);
            let mut messages: Vec<_> = messages.collect();
            messages.reverse();
            Ok(Dead {
                messages,
                condemned,
            })
        })
        .await
    }
}
