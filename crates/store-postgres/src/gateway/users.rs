//! Practitioners by the product's own ids.

use super::{Db, Rerun};
use crate::attempt::Call;
use crate::conn::Params;
use crate::row::clean;
use crate::sql::{Sql, statements};
use async_trait::async_trait;
use jiff::Timestamp;
use model::UserId;
use model::gateway_user::Authorisation;
use store::Result;
use store::gateway::{Happening, Sealed, User, UserFilter, Users, Withdrawn};
use store::row::Cells as _;
use store::row::gateway::users::{token, user};

/// Users, in the order of `store::row::gateway::users::user`.
macro_rules! users {
    ($which:literal) => {
        concat!(
            "SELECT id, name, made_at, authorisation, grant_number, authorised_at, verified_at FROM app_user WHERE ",
            $which
        )
    };
}

statements! {
    PUT = "INSERT INTO app_user (id, name, made_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING xmax = 0 OR ($4 AND made_at = $3)";
    GET = users!("id = $1");
    LIST = users!("id > $1 AND ($2::text IS NULL OR position($2 IN lower(id)) > 0 OR position($2 IN lower(name)) > 0) ORDER BY id LIMIT $3");
    LIST_BY_AUTHORISATION = users!("authorisation = $4 AND id > $1 AND ($2::text IS NULL OR position($2 IN lower(id)) > 0 OR position($2 IN lower(name)) > 0) ORDER BY id LIMIT $3");
    DELETE = "DELETE FROM app_user WHERE id = $1";
    AUTHORISE = "UPDATE app_user SET authorisation = 'authorised', grant_number = nextval('grant_number'), authorised_at = $4, verified_at = $4, token_key = $2, token = $3 WHERE id = $1 AND token IS DISTINCT FROM $3 RETURNING grant_number";
    GRANT_OF = "SELECT grant_number FROM app_user WHERE id = $1 AND token = $2";
    TOKEN = "SELECT grant_number, token_key, token FROM app_user WHERE id = $1 AND token IS NOT NULL";
    VERIFIED = "UPDATE app_user SET verified_at = greatest(verified_at, $3) WHERE id = $1 AND grant_number = $2 AND authorisation = 'authorised'";
    WITHDRAW = "UPDATE app_user SET authorisation = 'withdrawn', verified_at = $3, token_key = NULL, token = NULL WHERE id = $1 AND grant_number = $2 AND authorisation = 'authorised'";
    FORGET = "UPDATE app_user SET authorisation = 'none', authorised_at = NULL, verified_at = NULL, token_key = NULL, token = NULL WHERE id = $1 AND authorisation <> 'none'";
}

impl Db {
    /// Changes a user by its id alone, and tells it if that was so.
    async fn change_user(
        &self,
        call: Call,
        sql: Sql,
        by: &str,
        id: &UserId,
        at: Timestamp,
    ) -> Result<bool> {
        self.write(call, |tx| async move {
            let changed = tx.write(sql, &[&id.as_str()]).await? == 1;
            if changed {
                tx.happen(by, at, &Happening::Forgotten(id.clone()));
            }
            Ok(changed)
        })
        .await
    }
}

#[async_trait]
impl Users for Db {
    async fn put(&self, id: &UserId, name: Option<&str>, at: Timestamp) -> Result<bool> {
        let call = Call::new("put user").repeatable();
        let (name, at) = (&name.map(clean), at.as_millisecond());
        let rerun = &Rerun::default();
        self.write(call, |tx| async move {
            let rerun = rerun.is_one();
            let put: Params<'_> = &[&id.as_str(), &name.as_deref(), &at, &rerun];
            let new = tx.one(PUT, put, |row| row.take("app_user.made_at"));
            Ok(new.await? == Some(true))
        })
        .await
    }

    async fn get(&self, id: &UserId) -> Result<Option<User>> {
        self.read("read user", |conn| async move {
            conn.one(GET, &[&id.as_str()], user).await
        })
        .await
    }

    async fn list(&self, filter: &UserFilter, limit: u32) -> Result<Vec<User>> {
        let after = filter.after.as_ref().map_or("", UserId::as_str);
        let text = filter.text.as_ref().map(|text| clean(text).to_lowercase());
        let (text, limit) = (&text, i64::from(limit));
        let authorisation = filter.authorisation.map(Authorisation::as_str);
        self.read("list users", |conn| async move {
            let which: Params<'_> = &[&after, text, &limit];
            match authorisation {
                None => conn.all(LIST, which, user).await,
                Some(authorisation) => {
                    let which: Params<'_> = &[&after, text, &limit, &authorisation];
                    conn.all(LIST_BY_AUTHORISATION, which, user).await
                }
            }
        })
        .await
    }

    async fn delete(&self, by: &str, id: &UserId, at: Timestamp) -> Result<bool> {
        let call = Call::new("delete user");
        self.change_user(call, DELETE, by, id, at).await
    }

    async fn authorise(
        &self,
        by: &str,
        id: &UserId,
        token: &Sealed,
        at: Timestamp,
    ) -> Result<Option<u64>> {
        // The code is used up: a COMMIT in doubt must not lose the token. A sealed token is never the same twice.
        let call = Call::new("authorise user").repeatable();
        let (key, bytes) = (token.key.0, &&*token.bytes);
        let when = at.as_millisecond();
        self.write(call, |tx| async move {
            let change: Params<'_> = &[&id.as_str(), &key, bytes, &when];
            let grant = tx.one(AUTHORISE, change, |row| row.take("app_user.grant_number"));
            if let Some(grant) = grant.await? {
                tx.happen(by, at, &Happening::Authorised(id.clone()));
                return Ok(Some(grant));
            }
            tx.confirm();
            let which: Params<'_> = &[&id.as_str(), bytes];
            tx.one(GRANT_OF, which, |row| row.take("app_user.grant_number"))
                .await
        })
        .await
    }

    async fn token(&self, id: &UserId) -> Result<Option<(u64, Sealed)>> {
        self.read("read token", |conn| async move {
            conn.one(TOKEN, &[&id.as_str()], token).await
        })
        .await
    }

    async fn verified(&self, id: &UserId, grant: u64, at: Timestamp) -> Result<()> {
        let call = Call::new("note a good token").repeatable();
        let (grant, at) = (store::row::int(grant), at.as_millisecond());
        self.write(call, |tx| async move {
            tx.write(VERIFIED, &[&id.as_str(), &grant, &at])
                .await
                .map(drop)
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
        let call = Call::new("note a withdrawn token").repeatable();
        let (grant, when) = (store::row::int(grant), at.as_millisecond());
        self.write(call, |tx| async move {
            if tx.write(WITHDRAW, &[&id.as_str(), &grant, &when]).await? == 0 {
                return Ok(Withdrawn::Not);
            }
            tx.happen(by, at, &Happening::Withdrawn(id.clone()));
            Ok(Withdrawn::Marked)
        })
        .await
    }

    async fn forget(&self, by: &str, id: &UserId, at: Timestamp) -> Result<bool> {
        let call = Call::new("forget authorisation");
        self.change_user(call, FORGET, by, id, at).await
    }
}
