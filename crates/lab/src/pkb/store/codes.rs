//! Codes: made when a user approves, used once.

use super::super::pkce::{Challenge, Method};
use super::super::profile::UserType;
use super::log::{self, Event, What};
use super::{Denial, Issued, Minted, Session, Store, Terms, invalidate, scope, upkeep};
use crate::sqlite::StoreError;
use jiff::Timestamp;
use model::Hash;
use rusqlite::{OptionalExtension, Transaction, params};

/// A code that a user approved.
pub(in super::super) struct NewCode {
    pub(in super::super) hash: Hash,
    pub(in super::super) client_id: String,
    pub(in super::super) redirect_uri: String,
    pub(in super::super) redirect_was_sent: bool,
    pub(in super::super) public_id: String,
    pub(in super::super) scope: UserType,
    pub(in super::super) scope_was_asked: bool,
    pub(in super::super) challenge: Option<Challenge>,
    pub(in super::super) seconds: i64,
}

/// A call that wants tokens for a code.
pub(in super::super) struct Exchange {
    pub(in super::super) code: Hash,
    pub(in super::super) client_id: String,
    pub(in super::super) redirect_uri: Option<String>,
    pub(in super::super) verifier: Option<String>,
    /// The id of the session that is to begin.
    pub(in super::super) session: String,
}

/// A code as it is kept.
struct Code {
    client_id: String,
    redirect_uri: String,
    redirect_was_sent: bool,
    public_id: String,
    scope: UserType,
    scope_was_asked: bool,
    challenge: Option<Challenge>,
    expires_at: i64,
    session: Option<String>,
    is_spent: bool,
}

impl Store {
    /// Keeps a new code.
    pub(in super::super) async fn add_code(
        &self,
        code: NewCode,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let run = self.0.run(move |connection| {
            let change = connection.transaction()?;
            upkeep::everywhere(&change, now)?;
            let challenge = code.challenge.as_ref();
            change.execute(
                "insert into codes (hash, client_id, redirect_uri, redirect_was_sent, public_id, scope, \
                 scope_was_asked, challenge, challenge_method, expires_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                params![
                    code.hash.as_bytes(),
                    code.client_id,
                    code.redirect_uri,
                    code.redirect_was_sent,
                    code.public_id,
                    code.scope.as_str(),
                    code.scope_was_asked,
                    challenge.map(|challenge| challenge.value.as_str()),
                    challenge.map(|challenge| challenge.method.as_str()),
                    now.as_millisecond() + code.seconds * 1000,
                ],
            )?;
            let event = Event::new(What::Authorised, now);
            log::add(&change, &event.person(&code.public_id))?;
            Ok(change.commit()?)
        });
        run.await
    }

    /// Spends a code and begins a session, or says why not.
    pub(in super::super) async fn exchange(
        &self,
        wanted: Exchange,
        minted: Minted,
        terms: Terms,
    ) -> Result<Result<Issued, Denial>, StoreError> {
        let run = self.0.run(move |connection| {
            let change = connection.transaction()?;
            let answer = exchange(&change, &wanted, &minted, &terms)?;
            change.commit()?;
            Ok(answer)
        });
        run.await
    }
}

fn exchange(
    change: &Transaction<'_>,
    wanted: &Exchange,
    minted: &Minted,
    terms: &Terms,
) -> Result<Result<Issued, Denial>, StoreError> {
    let now = terms.now;
    let Some(code) = read(change, wanted.code)? else {
        return refused(change, Event::new(What::Refused, now), Denial::UnknownCode);
    };
    let event = |what| Event::new(what, now).person(&code.public_id);
    // Before all else: whoever comes with a spent code, one of the two has stolen it (RFC 6749 §4.1.2).
    if code.is_spent {
        let mut event = event(What::Reused);
        if let Some(session) = &code.session {
            invalidate(change, session)?;
            event = event.session(session);
        }
        return refused(change, event, Denial::CodeUsed);
    }
    if let Some(denial) = code.fault(wanted, now) {
        return refused(change, event(What::Refused), denial);
    }
    let ends_at = now.as_millisecond() + terms.controls.state().session_seconds * 1000;
    let session = Session {
        id: wanted.session.clone(),
        client_id: code.client_id.clone(),
        public_id: code.public_id.clone(),
        scope: code.scope,
        scope_was_asked: code.scope_was_asked,
        ends_at,
        is_invalid: false,
    };
    change.execute(
        "insert into sessions (id, client_id, public_id, scope, scope_was_asked, begun_at, ends_at) \
         values (?, ?, ?, ?, ?, ?, ?)",
        params![
            session.id,
            session.client_id,
            session.public_id,
            session.scope.as_str(),
            session.scope_was_asked,
            now.as_millisecond(),
            ends_at
        ],
    )?;
    change.execute(
        "update codes set is_spent = 1, session = ? where hash = ?",
        params![session.id, wanted.code.as_bytes()],
    )?;
    let issued = session.issue(change, minted, terms)?;
    log::add(change, &session.event(What::CodeExchanged, now))?;
    Ok(Ok(issued))
}

/// Logs a refusal.
pub(super) fn refused(
    change: &Transaction<'_>,
    event: Event,
    denial: Denial,
) -> Result<Result<Issued, Denial>, StoreError> {
    log::add(change, &event.why(denial.as_str()))?;
    Ok(Err(denial))
}

fn read(change: &Transaction<'_>, hash: Hash) -> Result<Option<Code>, StoreError> {
    let mut found = change.prepare_cached(
        "select client_id, redirect_uri, redirect_was_sent, public_id, scope, scope_was_asked, \
         challenge, challenge_method, expires_at, session, is_spent from codes where hash = ?",
    )?;
    let row = found.query_row([hash.as_bytes()], |row| Ok(Code::read(row)));
    row.optional()?.transpose()
}

impl Code {
    fn read(row: &rusqlite::Row<'_>) -> Result<Self, StoreError> {
        let challenge: Option<String> = row.get(6)?;
        let method: Option<String> = row.get(7)?;
        Ok(Self {
            client_id: row.get(0)?,
            redirect_uri: row.get(1)?,
            redirect_was_sent: row.get(2)?,
            public_id: row.get(3)?,
            scope: scope(&row.get::<_, String>(4)?)?,
            scope_was_asked: row.get(5)?,
            challenge: challenge
                .map(|value| {
                    Method::parse(method.as_deref())
                        .map(|method| Challenge { value, method })
                        .ok_or(StoreError::Unreadable("challenge"))
                })
                .transpose()?,
            expires_at: row.get(8)?,
            session: row.get(9)?,
            is_spent: row.get(10)?,
        })
    }

    /// Why it gives no tokens to this call. It is not spent by that: whoever it was made for may still come.
    fn fault(&self, wanted: &Exchange, now: Timestamp) -> Option<Denial> {
        if self.client_id != wanted.client_id {
            return Some(Denial::UnknownCode);
        }
        if now.as_millisecond() >= self.expires_at {
            return Some(Denial::CodeExpired);
        }
        let redirect = match &wanted.redirect_uri {
            Some(sent) => *sent == self.redirect_uri,
            None => !self.redirect_was_sent,
        };
        if !redirect {
            return Some(Denial::RedirectUri);
        }
        let proven = match (&self.challenge, &wanted.verifier) {
            (None, None) => true,
            (Some(challenge), Some(verifier)) => challenge.is_met_by(verifier),
            // A verifier without a challenge: somebody may have taken the challenge out (RFC 9700 §2.1.1).
            (None, Some(_)) | (Some(_), None) => false,
        };
        (!proven).then_some(Denial::Verifier)
    }
}
