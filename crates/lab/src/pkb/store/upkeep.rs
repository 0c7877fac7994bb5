//! What is forgotten, so that the file stays small however long the sandbox runs.

use crate::sqlite::StoreError;
use jiff::Timestamp;
use rusqlite::{Connection, params};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// A session that is over is told as over for so long; then its tokens are as unknown as any.
const AFTER_THE_END: i64 = 30 * DAY;
/// Newest codes, sessions and system tokens that are kept, whoever's they are.
const MOST: i64 = 20_000;
/// Newest access tokens of a session that are told as run out.
const ACCESS_TOKENS: i64 = 200;
/// Newest refresh tokens of a session whose second use is noticed.
const REFRESH_TOKENS: i64 = 20_000;

/// Forgets old codes, sessions and system tokens.
pub(super) fn everywhere(change: &Connection, now: Timestamp) -> Result<(), StoreError> {
    let at = now.as_millisecond();
    change.execute("delete from codes where expires_at < ?", [at - DAY])?;
    change.execute("delete from system_tokens where expires_at < ?", [at - DAY])?;
    change.execute(
        "delete from sessions where ends_at < ?",
        [at - AFTER_THE_END],
    )?;
    for table in ["codes", "sessions", "system_tokens"] {
        change.execute(
            &format!("delete from {table} where rowid <= (select max(rowid) from {table}) - ?"),
            [MOST],
        )?;
    }
    Ok(())
}

/// Forgets the oldest tokens of a session that was refreshed very often.
pub(super) fn session(change: &Connection, session: &str) -> Result<(), StoreError> {
    for (table, most) in [
        ("access_tokens", ACCESS_TOKENS),
        ("refresh_tokens", REFRESH_TOKENS),
    ] {
        change.execute(
            &format!(
                "delete from {table} where session = ?1 and number <= \
                 (select number from {table} where session = ?1 order by number desc limit 1 offset ?2)"
            ),
            params![session, most],
        )?;
    }
    Ok(())
}
