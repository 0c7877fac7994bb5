//! Reading one message.

use super::statements::{CONTENT, FILES, FIND, FIRST_ATTEMPTS, LAST_ATTEMPTS, NUMBER};
use crate::conn::Conn;
use model::{ClientMessageId, UploadId};
use rusqlite::params;
use store::Result;
use store::gateway::{Attempt, Content, Stored, StoredFile};
use store::row::Cells as _;
use store::row::gateway::message;

/// So many tries are shown from the first on, and so many up to the last.
const SHOWN: u32 = 100;

pub(in crate::gateway) fn find(conn: &Conn<'_>, id: ClientMessageId) -> Result<Option<Stored>> {
    conn.one(FIND, [id.0.as_bytes()], |cells| message::stored(cells))
}

pub(super) fn content(conn: &Conn<'_>, id: ClientMessageId) -> Result<Option<(UploadId, Content)>> {
    let found = conn.one(CONTENT, [id.0.as_bytes()], |cells| {
        let content = message::content(cells)?;
        Ok((content, cells.take::<i64>("message.number")?))
    })?;
    let Some(((upload, mut content), number)) = found else {
        return Ok(None);
    };
    content.files = files(conn, number)?;
    Ok(Some((upload, content)))
}

pub(super) fn files(conn: &Conn<'_>, number: i64) -> Result<Vec<StoredFile>> {
    conn.all(FILES, [number], |cells| message::file(cells))
}

pub(in crate::gateway) fn attempts(conn: &Conn<'_>, id: ClientMessageId) -> Result<Vec<Attempt>> {
    let number = conn.one(NUMBER, [id.0.as_bytes()], |cells| {
        cells.take::<i64>("message.number")
    })?;
    let Some(number) = number else {
        return Ok(Vec::new());
    };
    let mut all = conn.all(FIRST_ATTEMPTS, params![number, SHOWN], |cells| {
        message::attempt(cells)
    })?;
    if let Some(last) = all.last() {
        let after = params![number, last.number, SHOWN];
        let mut others = conn.all(LAST_ATTEMPTS, after, |cells| message::attempt(cells))?;
        others.reverse();
        all.append(&mut others);
    }
    Ok(all)
}
