//! What happened, newest first, and how often: what proofs count by. No token is in it.

use super::Store;
use crate::sqlite::StoreError;
use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde::Serialize;
use std::collections::BTreeMap;

/// Newest events that are kept.
const KEPT: i64 = 10_000;

/// A kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum What {
    /// A user approved; a code was made.
    Authorised,
    /// A user denied, or was taken to.
    Denied,
    /// A code became tokens.
    CodeExchanged,
    /// A refresh token became a new pair.
    Refreshed,
    /// A code or a refresh token was used that had been used: its session is invalid.
    Reused,
    /// A token or data call was refused for another reason.
    Refused,
    /// A session was ended by the controls.
    Ended,
    /// An answer of the token endpoint was lost on purpose.
    AnswerLost,
    /// A data call with a good token.
    Read,
}

impl What {
    /// As the log names it.
    pub(in super::super) fn as_str(self) -> &'static str {
        match self {
            Self::Authorised => "authorised",
            Self::Denied => "denied",
            Self::CodeExchanged => "code-exchanged",
            Self::Refreshed => "refreshed",
            Self::Reused => "reused",
            Self::Refused => "refused",
            Self::Ended => "ended",
            Self::AnswerLost => "answer-lost",
            Self::Read => "read",
        }
    }
}

/// One event, to be written.
#[derive(Clone, Debug)]
pub(in super::super) struct Event {
    what: What,
    at: Timestamp,
    why: Option<&'static str>,
    public_id: Option<String>,
    session: Option<String>,
}

/// One event, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct Logged {
    pub(in super::super) at: String,
    pub(in super::super) what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) why: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) public_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) session: Option<String>,
}

impl Event {
    pub(in super::super) fn new(what: What, at: Timestamp) -> Self {
        Self {
            what,
            at,
            why: None,
            public_id: None,
            session: None,
        }
    }

    pub(in super::super) fn why(self, why: &'static str) -> Self {
        let why = Some(why);
        Self { why, ..self }
    }

    /// The same as a refusal.
    pub(in super::super) fn refused(self, why: &'static str) -> Self {
        let what = What::Refused;
        Self { what, ..self }.why(why)
    }

    pub(in super::super) fn person(self, public_id: &str) -> Self {
        let public_id = Some(public_id.to_owned());
        Self { public_id, ..self }
    }

    pub(in super::super) fn session(self, session: &str) -> Self {
        let session = Some(session.to_owned());
        Self { session, ..self }
    }

    pub(in super::super) fn what(&self) -> What {
        self.what
    }

    pub(in super::super) fn at(&self) -> Timestamp {
        self.at
    }

    pub(in super::super) fn logged(self) -> Logged {
        Logged {
            at: self.at.to_string(),
            what: self.what.as_str().to_owned(),
            why: self.why.map(str::to_owned),
            public_id: self.public_id,
            session: self.session,
        }
    }
}

/// Writes an event and counts it.
pub(super) fn add(change: &Connection, event: &Event) -> Result<(), StoreError> {
    change.execute(
        "insert into events (at, what, why, public_id, session) values (?, ?, ?, ?, ?)",
        params![
            event.at.as_millisecond(),
            event.what.as_str(),
            event.why,
            event.public_id,
            event.session
        ],
    )?;
    let oldest = change.last_insert_rowid().saturating_sub(KEPT);
    change.execute("delete from events where number <= ?", [oldest])?;
    change.execute(
        "insert into counts (what, times) values (?, 1) on conflict (what) do update set times = times + 1",
        [event.what.as_str()],
    )?;
    Ok(())
}

impl Store {
    /// Writes an event that comes with no other change.
    pub(in super::super) async fn log(&self, event: Event) -> Result<(), StoreError> {
        let run = self.0.run(move |connection| {
            let change = connection.transaction()?;
            add(&change, &event)?;
            Ok(change.commit()?)
        });
        run.await
    }

    /// The newest events with their times, and how many there were of each kind since the file was made.
    pub(in super::super) async fn logged(
        &self,
        most: u32,
    ) -> Result<(Vec<(Timestamp, Logged)>, BTreeMap<String, i64>), StoreError> {
        self.0.run(move |connection| read(connection, most)).await
    }
}

type Everything = (Vec<(Timestamp, Logged)>, BTreeMap<String, i64>);

fn read(connection: &Connection, most: u32) -> Result<Everything, StoreError> {
    let mut events = Vec::new();
    let mut found = connection.prepare_cached(
        "select at, what, why, public_id, session from events order by number desc limit ?",
    )?;
    let mut rows = found.query([most])?;
    while let Some(row) = rows.next()? {
        let at =
            Timestamp::from_millisecond(row.get(0)?).map_err(|_| StoreError::Unreadable("time"))?;
        let event = Logged {
            at: at.to_string(),
            what: row.get(1)?,
            why: row.get(2)?,
            public_id: row.get(3)?,
            session: row.get(4)?,
        };
        events.push((at, event));
    }
    let counts = connection
        .prepare_cached("select what, times from counts")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    Ok((events, counts))
}
