//! Who is logged in, in which browser, and who is this PC's current user.

use super::{Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use model::Hash;
use rusqlite::{OptionalExtension, params};

/// How long a log-in lasts.
const LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Store {
    /// Begins a browser's session; the user becomes this PC's current user.
    pub(in super::super) async fn log_in(
        &self,
        token: Hash,
        spine_user_id: String,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.run(move |connection| {
            let change = connection.transaction()?;
            let oldest = now.as_millisecond().saturating_sub(life_millis());
            change.execute("delete from sessions where created_at < ?", [oldest])?;
            change.execute(
                "insert into sessions (token_hash, spine_user_id, created_at) values (?, ?, ?)",
                params![token.as_bytes(), spine_user_id, now.as_millisecond()],
            )?;
            set_current(&change, &spine_user_id)?;
            change.commit()?;
            Ok(())
        })
        .await
    }

    /// Ends a browser's session, if there is one, and signs this PC's current user out.
    pub(in super::super) async fn log_out(&self, token: Option<Hash>) -> Result<(), StoreError> {
        self.run(move |connection| {
            let change = connection.transaction()?;
            if let Some(token) = token {
                change.execute(
                    "delete from sessions where token_hash = ?",
                    [token.as_bytes()],
                )?;
            }
            change.execute("delete from current_user", [])?;
            change.commit()?;
            Ok(())
        })
        .await
    }

    /// The user of a browser's session.
    pub(in super::super) async fn session(
        &self,
        token: Hash,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        self.run(move |connection| {
            let oldest = now.as_millisecond().saturating_sub(life_millis());
            let user = connection
                .query_row(
                    "select spine_user_id from sessions where token_hash = ? and created_at >= ?",
                    params![token.as_bytes(), oldest],
                    |row| row.get(0),
                )
                .optional()?;
            Ok(user)
        })
        .await
    }

    /// This PC's current user.
    pub(in super::super) async fn current_user(&self) -> Result<Option<String>, StoreError> {
        self.run(|connection| {
            let sql = "select spine_user_id from current_user";
            Ok(connection.query_row(sql, [], |row| row.get(0)).optional()?)
        })
        .await
    }

    /// Changes this PC's current user without a browser.
    pub(in super::super) async fn set_current_user(&self, user: String) -> Result<(), StoreError> {
        self.run(move |connection| set_current(connection, &user))
            .await
    }
}

fn set_current(connection: &rusqlite::Connection, user: &str) -> Result<(), StoreError> {
    connection.execute(
        "insert or replace into current_user (one, spine_user_id) values (1, ?)",
        [user],
    )?;
    Ok(())
}

fn life_millis() -> i64 {
    i64::try_from(LIFE.as_millis()).unwrap_or(i64::MAX)
}
