//! Practitioners by the product's own ids, and their sealed tokens.

use super::{Db, Tx};
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use model::UserId;
use rusqlite::params;
use store::gateway::{Happening, Sealed, User, UserFilter, Users, Withdrawn};
use store::row::Cells as _;
use store::row::gateway::users::{token, user};
use store::row::int;
use store::{Result, StoreError};

statements! {
    RENAME = "UPDATE app_user SET name = ?2 WHERE id = ?1";
    ADD = "INSERT INTO app_user (id, name, made_at, authorisation) VALUES (?1, ?2, ?3, 'none')";
    GET = "SELECT id, name, made_at, authorisation, grant_number, authorised_at, verified_at FROM app_user WHERE id = ?1";
    PAGE = "SELECT id, name, made_at, authorisation, grant_number, authorised_at, verified_at FROM app_user WHERE id > ?1 ORDER BY id LIMIT ?2";
    PAGE_OF = "SELECT id, name, made_at, authorisation, grant_number, authorised_at, verified_at FROM app_user WHERE authorisation = ?3 AND id > ?1 ORDER BY id LIMIT ?2";
    DELETE = "DELETE FROM app_user WHERE id = ?1";
    AUTHORISE = "UPDATE app_user SET authorisation = 'authorised', grant_number = ?5, authorised_at = ?2, verified_at = ?2, token_key = ?3, token = ?4 WHERE id = ?1";
    NEXT_GRANT = "UPDATE last_grant SET number = number + 1 WHERE id = 1 RETURNING number";
    TOKEN = "SELECT grant_number, token_key, token FROM app_user WHERE id = ?1 AND token_key IS NOT NULL";
    VERIFIED = "UPDATE app_user SET verified_at = max(coalesce(verified_at, ?3), ?3) WHERE id = ?1 AND grant_number = ?2 AND authorisation = 'authorised'";
    WITHDRAWN = "UPDATE app_user SET authorisation = 'withdrawn', verified_at = ?3, token_key = NULL, token = NULL WHERE id = ?1 AND grant_number = ?2 AND authorisation = 'authorised'";
    FORGET = "UPDATE app_user SET authorisation = 'none', authorised_at = NULL, verified_at = NULL, token_key = NULL, token = NULL WHERE id = ?1 AND authorisation <> 'none'";
}

/// Users that are read at a time while a text is looked for.
const BATCH: u32 = 500;

/// Whether a user's id or name holds a text that is in small letters.
fn holds(user: &User, text: &str) -> bool {
    let holds = |field: &str| field.to_lowercase().contains(text);
    holds(user.id.as_str()) || user.name.as_deref().is_some_and(holds)
}

#[async_trait]
impl Users for Db {
    async fn put(&self, id: &UserId, name: Option<&str>, at: Timestamp) -> Result<bool> {
        let (id, name) = (id.clone(), name.map(ToOwned::to_owned));
        self.write("put a user", move |tx| {
            if tx.write(RENAME, params![id.as_str(), name])? > 0 {
                return Ok(false);
            }
            let row = params![id.as_str(), name, at.as_millisecond()];
            tx.write_one(ADD, row, "app_user")?;
            Ok(true)
        })
        .await
    }

    async fn get(&self, id: &UserId) -> Result<Option<User>> {
        self.read("read a user", |conn| {
            conn.one(GET, [id.as_str()], |cells| user(cells))
        })
    }

    async fn list(&self, filter: &UserFilter, limit: u32) -> Result<Vec<User>> {
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let text = filter.text.as_deref().map(str::to_lowercase);
        let batch = if text.is_some() { BATCH } else { limit };
        let mut after = filter.after.clone();
        let mut found = Vec::new();
        while found.len() < most {
            let from = after.as_ref().map_or("", UserId::as_str);
            let page = self.read("list users", |conn| match filter.authorisation {
                Some(state) => conn.all(PAGE_OF, params![from, batch, state.as_str()], |cells| {
                    user(cells)
                }),
                None => conn.all(PAGE, params![from, batch], |cells| user(cells)),
            })?;
            let last = page.last().map(|user| user.id.clone());
            let full = page.len() == usize::try_from(batch).unwrap_or(usize::MAX);
            let fits = |user: &User| text.as_ref().is_none_or(|text| holds(user, text));
            let room = most - found.len();
            found.extend(page.into_iter().filter(fits).take(room));
            if !full {
                break;
            }
            after = last;
            // There may be many; others want the worker too.
            tokio::task::yield_now().await;
        }
        Ok(found)
    }

    async fn delete(&self, by: &str, id: &UserId, at: Timestamp) -> Result<bool> {
        let (by, id) = (by.to_owned(), id.clone());
        self.write("delete a user", move |tx| {
            if tx.write(DELETE, [id.as_str()])? == 0 {
                return Ok(false);
            }
            forgotten(tx, &by, &id, at)
        })
        .await
    }

    async fn authorise(
        &self,
        by: &str,
        id: &UserId,
        token: &Sealed,
        at: Timestamp,
    ) -> Result<Option<u64>> {
        let (by, id, token) = (by.to_owned(), id.clone(), token.clone());
        self.write("authorise a user", move |tx| {
            if tx.one(GET, [id.as_str()], |_| Ok(()))?.is_none() {
                return Ok(None);
            }
            let grant = tx.one(NEXT_GRANT, [], |cells| {
                cells.take::<u64>("last_grant.number")
            })?;
            let grant = grant.ok_or(StoreError::Inconsistent {
                place: "last_grant.number",
            })?;
            let row = params![
                id.as_str(),
                at.as_millisecond(),
                token.key.0.as_bytes(),
                token.bytes,
                int(grant),
            ];
            tx.write_one(AUTHORISE, row, "app_user.grant_number")?;
            tx.tell(&by, at, &Happening::Authorised(id.clone()))?;
            Ok(Some(grant))
        })
        .await
    }

    async fn token(&self, id: &UserId) -> Result<Option<(u64, Sealed)>> {
        self.read("read a sealed token", |conn| {
            conn.one(TOKEN, [id.as_str()], |cells| token(cells))
        })
    }

    async fn verified(&self, id: &UserId, grant: u64, at: Timestamp) -> Result<()> {
        let id = id.clone();
        self.write("verify an authorisation", move |tx| {
            let row = params![id.as_str(), int(grant), at.as_millisecond()];
            tx.write(VERIFIED, row).map(drop)
        })
        .await
    }

    async fn withdrawn(
        &self,
        by: &str,
        id: &UserId,
        grant: u64,
        at: Timestamp,
    ) -> Result<Withdrawn> {
        let (by, id) = (by.to_owned(), id.clone());
        self.write("note a withdrawal", move |tx| {
            let row = params![id.as_str(), int(grant), at.as_millisecond()];
            if tx.write(WITHDRAWN, row)? == 0 {
                return Ok(Withdrawn::Not);
            }
            *tx.forget = true;
            tx.tell(&by, at, &Happening::Withdrawn(id.clone()))?;
            Ok(Withdrawn::Marked)
        })
        .await
    }

    async fn forget(&self, by: &str, id: &UserId, at: Timestamp) -> Result<bool> {
        let (by, id) = (by.to_owned(), id.clone());
        self.write("forget an authorisation", move |tx| {
            if tx.write(FORGET, [id.as_str()])? == 0 {
                return Ok(false);
            }
            forgotten(tx, &by, &id, at)
        })
        .await
    }
}

/// A token went: it is told, and cut out of the log.
fn forgotten(tx: &mut Tx<'_>, by: &str, id: &UserId, at: Timestamp) -> Result<bool> {
    *tx.forget = true;
    tx.tell(by, at, &Happening::Forgotten(id.clone()))?;
    Ok(true)
}
