//! Refresh tokens: each is good once, and its second use is the end of the session.

use super::codes::refused;
use super::log::{self, Event, What};
use super::{Denial, Issued, Minted, Session, Store, Terms, invalidate};
use crate::sqlite::StoreError;
use model::Hash;
use rusqlite::{OptionalExtension, Transaction};

/// A call that wants a new pair.
pub(in super::super) struct Refresh {
    pub(in super::super) token: Hash,
    pub(in super::super) client_id: String,
    /// Named, it must be the session's.
    pub(in super::super) scope: Option<String>,
}

impl Store {
    /// Spends a refresh token and makes a new pair, or says why not.
    pub(in super::super) async fn refresh(
        &self,
        wanted: Refresh,
        minted: Minted,
        terms: Terms,
    ) -> Result<Result<Issued, Denial>, StoreError> {
        let run = self.0.run(move |connection| {
            let change = connection.transaction()?;
            let answer = refresh(&change, &wanted, &minted, &terms)?;
            change.commit()?;
            Ok(answer)
        });
        run.await
    }
}

fn refresh(
    change: &Transaction<'_>,
    wanted: &Refresh,
    minted: &Minted,
    terms: &Terms,
) -> Result<Result<Issued, Denial>, StoreError> {
    let now = terms.now;
    let found = read(change, wanted.token)?.filter(|(s, _)| s.client_id == wanted.client_id);
    let Some((session, is_spent)) = found else {
        return refused(change, Event::new(What::Refused, now), Denial::UnknownToken);
    };
    if is_spent {
        invalidate(change, &session.id)?;
        let event = session.event(What::Reused, now);
        return refused(change, event, Denial::TokenUsed);
    }
    let denial = if session.is_invalid {
        Some(Denial::SessionInvalid)
    } else if session.seconds_left(now) < 1 {
        Some(Denial::SessionExpired)
    } else if wanted
        .scope
        .as_deref()
        .is_some_and(|scope| scope != session.scope.as_str())
    {
        Some(Denial::Scope)
    } else {
        None
    };
    if let Some(denial) = denial {
        return refused(change, session.event(What::Refused, now), denial);
    }
    change.execute(
        "update refresh_tokens set is_spent = 1 where hash = ?",
        [wanted.token.as_bytes()],
    )?;
    let issued = session.issue(change, minted, terms)?;
    log::add(change, &session.event(What::Refreshed, now))?;
    Ok(Ok(issued))
}

/// The session of a refresh token, and whether the token is spent.
fn read(change: &Transaction<'_>, token: Hash) -> Result<Option<(Session, bool)>, StoreError> {
    let mut found = change.prepare_cached(&format!(
        "select refresh_tokens.is_spent, {} from refresh_tokens \
         join sessions on sessions.id = refresh_tokens.session where refresh_tokens.hash = ?",
        Session::COLUMNS
    ))?;
    let row = found.query_row([token.as_bytes()], |row| {
        let spent: bool = row.get(0)?;
        Ok(Session::read(row, 1).map(|session| (session, spent)))
    });
    row.optional()?.transpose()
}
