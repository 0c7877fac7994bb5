//! Access tokens, as a data call shows them; and the tokens of system clients.

use super::super::profile::UserType;
use super::{Session, Store, upkeep};
use crate::sqlite::StoreError;
use jiff::Timestamp;
use model::Hash;
use rusqlite::{Connection, OptionalExtension, params};

/// What a token turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Found {
    /// No token of ours.
    Nothing,
    /// A user's.
    User {
        session: String,
        public_id: String,
        scope: UserType,
        state: State,
    },
    /// A system's.
    System { client_id: String, expired: bool },
}

/// How a user's access token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum State {
    /// Good.
    Good,
    /// It has run out; the session goes on.
    TokenExpired,
    /// The session is over.
    SessionExpired,
    /// The session was made invalid.
    SessionInvalid,
}

impl Store {
    /// Looks a token up.
    pub(in super::super) async fn find_token(
        &self,
        token: Hash,
        now: Timestamp,
    ) -> Result<Found, StoreError> {
        self.0
            .run(move |connection| find(connection, token, now))
            .await
    }

    /// Keeps a token of a system client.
    pub(in super::super) async fn add_system_token(
        &self,
        token: Hash,
        client_id: String,
        seconds: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let run = self.0.run(move |connection| {
            let change = connection.transaction()?;
            upkeep::everywhere(&change, now)?;
            change.execute(
                "insert into system_tokens (hash, client_id, expires_at) values (?, ?, ?)",
                params![
                    token.as_bytes(),
                    client_id,
                    now.as_millisecond() + seconds * 1000
                ],
            )?;
            Ok(change.commit()?)
        });
        run.await
    }
}

fn find(connection: &Connection, token: Hash, now: Timestamp) -> Result<Found, StoreError> {
    let mut users = connection.prepare_cached(&format!(
        "select access_tokens.expires_at, {} from access_tokens \
         join sessions on sessions.id = access_tokens.session where access_tokens.hash = ?",
        Session::COLUMNS
    ))?;
    let user = users.query_row([token.as_bytes()], |row| {
        let expires_at: i64 = row.get(0)?;
        Ok(Session::read(row, 1).map(|session| (session, expires_at)))
    });
    if let Some((session, expires_at)) = user.optional()?.transpose()? {
        let at = now.as_millisecond();
        let state = if session.is_invalid {
            State::SessionInvalid
        } else if at >= session.ends_at {
            State::SessionExpired
        } else if at >= expires_at {
            State::TokenExpired
        } else {
            State::Good
        };
        return Ok(Found::User {
            session: session.id,
            public_id: session.public_id,
            scope: session.scope,
            state,
        });
    }
    let mut systems = connection
        .prepare_cached("select client_id, expires_at from system_tokens where hash = ?")?;
    let system = systems.query_row([token.as_bytes()], |row| {
        Ok(Found::System {
            client_id: row.get(0)?,
            expired: now.as_millisecond() >= row.get(1)?,
        })
    });
    Ok(system.optional()?.unwrap_or(Found::Nothing))
}
