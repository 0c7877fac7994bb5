//! What the sandbox knows of codes, tokens and sessions, in one SQLite file.
//!
//! A grant is one transaction: what is spent is spent on the disk before anybody is answered, and of two
//! who come with one token the first to get here has it.

mod access;
mod codes;
mod log;
mod refresh;
mod schema;
mod upkeep;

pub(super) use access::{Found, State};
pub(super) use codes::{Exchange, NewCode};
pub(super) use log::{Event, Logged, What};
pub(super) use refresh::Refresh;

use super::controls::PkbControls;
use super::profile::UserType;
use crate::sqlite::{Sqlite, StoreError};
use jiff::Timestamp;
use model::Hash;
use rusqlite::{Transaction, params};
use std::path::Path;
use std::sync::Arc;

/// The database.
#[derive(Clone)]
pub(super) struct Store(Sqlite);

/// A pair of new tokens that is not stored yet.
pub(super) struct Minted {
    pub(super) access: Hash,
    pub(super) refresh: Hash,
}

/// On what terms tokens are issued.
pub(super) struct Terms {
    pub(super) now: Timestamp,
    pub(super) controls: Arc<PkbControls>,
}

/// What was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Issued {
    /// Seconds.
    pub(super) expires_in: i64,
    /// Whether the refresh token was stored too, and so is to be told.
    pub(super) with_refresh: bool,
    /// The scope that the user was asked for, if one was named.
    pub(super) scope: Option<UserType>,
}

/// Why a grant was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Denial {
    /// No such code, or one of another client.
    UnknownCode,
    /// The code came too late.
    CodeExpired,
    /// The code had been used; what it gave is invalid now.
    CodeUsed,
    /// The redirect URI isn't the one of the authorise request.
    RedirectUri,
    /// The PKCE verifier is missing or wrong, or there was no challenge.
    Verifier,
    /// No such refresh token, or one of another client.
    UnknownToken,
    /// The refresh token had been used; its session is invalid now.
    TokenUsed,
    /// The session had been made invalid.
    SessionInvalid,
    /// The session is over.
    SessionExpired,
    /// Another scope than the session's.
    Scope,
}

impl Denial {
    /// As the log names it.
    fn as_str(self) -> &'static str {
        match self {
            Self::UnknownCode => "unknown-code",
            Self::CodeExpired => "code-expired",
            Self::CodeUsed => "code-used",
            Self::RedirectUri => "redirect-uri",
            Self::Verifier => "verifier",
            Self::UnknownToken => "unknown-token",
            Self::TokenUsed => "token-used",
            Self::SessionInvalid => "session-invalid",
            Self::SessionExpired => "session-expired",
            Self::Scope => "scope",
        }
    }
}

impl Store {
    /// Opens the file, makes it if it isn't there.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        Sqlite::open(path, &schema::STEPS).map(Self)
    }

    /// Whether it answers.
    pub(super) async fn ready(&self) -> Result<(), StoreError> {
        self.0
            .run(|connection| Ok(connection.query_row("select 1", [], |_| Ok(()))?))
            .await
    }

    /// Ends every living session of a person; says how many there were. `invalid` makes them invalid,
    /// otherwise they are over as if their time had come.
    pub(super) async fn end_sessions(
        &self,
        public_id: String,
        invalid: bool,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let run = self.0.run(move |connection| {
            let change = connection.transaction()?;
            let at = now.as_millisecond();
            let sql = if invalid {
                "update sessions set is_invalid = 1 where public_id = ? and is_invalid = 0 and ends_at > ? returning id"
            } else {
                "update sessions set ends_at = ?2 where public_id = ?1 and is_invalid = 0 and ends_at > ?2 returning id"
            };
            let ended: Vec<String> = change
                .prepare(sql)?
                .query_map(params![public_id, at], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for session in &ended {
                let why = if invalid { "invalid" } else { "expired" };
                let event = Event::new(What::Ended, now).why(why);
                log::add(&change, &event.person(&public_id).session(session))?;
            }
            change.commit()?;
            Ok::<_, StoreError>(ended.len() as u64)
        });
        run.await
    }
}

/// A session, as grants and calls see it.
struct Session {
    id: String,
    client_id: String,
    public_id: String,
    scope: UserType,
    scope_was_asked: bool,
    ends_at: i64,
    is_invalid: bool,
}

impl Session {
    const COLUMNS: &'static str = "sessions.id, sessions.client_id, sessions.public_id, sessions.scope, \
        sessions.scope_was_asked, sessions.ends_at, sessions.is_invalid";

    /// Reads [`Self::COLUMNS`], which begin at column `first`.
    fn read(row: &rusqlite::Row<'_>, first: usize) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(first)?,
            client_id: row.get(first + 1)?,
            public_id: row.get(first + 2)?,
            scope: scope(&row.get::<_, String>(first + 3)?)?,
            scope_was_asked: row.get(first + 4)?,
            ends_at: row.get(first + 5)?,
            is_invalid: row.get(first + 6)?,
        })
    }

    /// An event of this session.
    fn event(&self, what: What, now: Timestamp) -> Event {
        Event::new(what, now)
            .person(&self.public_id)
            .session(&self.id)
    }

    /// Whole seconds until it ends.
    fn seconds_left(&self, now: Timestamp) -> i64 {
        self.ends_at.saturating_sub(now.as_millisecond()) / 1000
    }

    /// Stores new tokens of this session.
    fn issue(
        &self,
        change: &Transaction<'_>,
        minted: &Minted,
        terms: &Terms,
    ) -> Result<Issued, StoreError> {
        let left = self.seconds_left(terms.now);
        let wanted = terms.controls.state().access_token_seconds;
        let expires_in = wanted.min(left);
        let expires_at = terms.now.as_millisecond() + expires_in * 1000;
        change.execute(
            "insert into access_tokens (hash, session, expires_at) values (?, ?, ?)",
            params![minted.access.as_bytes(), self.id, expires_at],
        )?;
        // Documented: it is missing when the access token would outlive what is left of the session.
        let with_refresh = wanted <= left && !terms.controls.take_omission();
        if with_refresh {
            change.execute(
                "insert into refresh_tokens (hash, session) values (?, ?)",
                params![minted.refresh.as_bytes(), self.id],
            )?;
        }
        upkeep::session(change, &self.id)?;
        Ok(Issued {
            expires_in,
            with_refresh,
            scope: self.scope_was_asked.then_some(self.scope),
        })
    }
}

/// Makes a session invalid, and with it all its tokens.
fn invalidate(change: &Transaction<'_>, session: &str) -> Result<(), StoreError> {
    change.execute("update sessions set is_invalid = 1 where id = ?", [session])?;
    Ok(())
}

fn scope(text: &str) -> Result<UserType, StoreError> {
    UserType::parse(text).ok_or(StoreError::Unreadable("scope"))
}
