//! Keys of the product, operators and their sessions, and leases of what one node does alone.

use super::Db;
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use model::Hash;
use rusqlite::params;
use store::Result;
use store::gateway::{Access, Operator, OperatorSession, ProductKey};
use store::row::Cells as _;
use store::row::gateway::access::{operator, product_key, session};

statements! {
    ADD_KEY = "INSERT INTO product_key (id, name, hash, made_at, ends_at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
    KEY = "SELECT id, name, hash, made_at, ends_at FROM product_key WHERE id = ?1";
    KEYS = "SELECT id, name, hash, made_at, ends_at FROM product_key ORDER BY made_at, id";
    END_KEY = "UPDATE product_key SET ends_at = min(coalesce(ends_at, ?2), ?2) WHERE id = ?1";
    NEW_PASSWORD = "UPDATE operator SET password_hash = ?2, failures = 0, locked_until = NULL WHERE name = ?1";
    END_SESSIONS_OF = "DELETE FROM operator_session WHERE operator = ?1";
    ADD_OPERATOR = "INSERT INTO operator (name, password_hash, made_at) VALUES (?1, ?2, ?3)";
    OPERATOR = "SELECT name, password_hash, made_at, failures, locked_until FROM operator WHERE name = ?1";
    OPERATORS = "SELECT name, password_hash, made_at, failures, locked_until FROM operator ORDER BY name";
    REMOVE_OPERATOR = "DELETE FROM operator WHERE name = ?1";
    SET_FAILURES = "UPDATE operator SET failures = ?2, locked_until = ?3 WHERE name = ?1";
    FORGET_SESSIONS = "DELETE FROM operator_session WHERE ends_at <= ?1";
    ADD_SESSION = "INSERT INTO operator_session (hash, operator, made_at, ends_at, used_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    SESSION = "SELECT hash, operator, made_at, ends_at, used_at FROM operator_session WHERE hash = ?1";
    USE_SESSION = "UPDATE operator_session SET used_at = max(used_at, ?2) WHERE hash = ?1";
    END_SESSION = "DELETE FROM operator_session WHERE hash = ?1";
    HOLD = "INSERT INTO lease (name, holder, until) VALUES (?1, ?2, ?4) ON CONFLICT (name) DO UPDATE SET holder = ?2, until = ?4 WHERE holder IS NULL OR holder = ?2 OR until <= ?3 RETURNING note";
    NOTE = "UPDATE lease SET note = ?3 WHERE name = ?1 AND holder = ?2";
    LET_GO = "UPDATE lease SET holder = NULL WHERE name = ?1 AND holder = ?2";
}

#[async_trait]
impl Access for Db {
    async fn add_key(&self, key: &ProductKey) -> Result<bool> {
        let key = key.clone();
        self.write("add a product key", move |tx| {
            let row = params![
                key.id,
                key.name,
                key.hash.as_bytes(),
                key.made_at.as_millisecond(),
                key.ends_at.map(Timestamp::as_millisecond),
            ];
            Ok(tx.write(ADD_KEY, row)? > 0)
        })
        .await
    }

    async fn key(&self, id: &str) -> Result<Option<ProductKey>> {
        self.read("read a product key", |conn| {
            conn.one(KEY, [id], |cells| product_key(cells))
        })
    }

    async fn keys(&self) -> Result<Vec<ProductKey>> {
        self.read("read product keys", |conn| {
            conn.all(KEYS, [], |cells| product_key(cells))
        })
    }

    async fn end_key(&self, id: &str, ends_at: Timestamp) -> Result<bool> {
        let id = id.to_owned();
        self.write("end a product key", move |tx| {
            Ok(tx.write(END_KEY, params![id, ends_at.as_millisecond()])? > 0)
        })
        .await
    }

    async fn put_operator(&self, name: &str, password_hash: &str, at: Timestamp) -> Result<bool> {
        let (name, hash) = (name.to_owned(), password_hash.to_owned());
        self.write("put an operator", move |tx| {
            if tx.write(NEW_PASSWORD, params![name, hash])? > 0 {
                tx.write(END_SESSIONS_OF, [&name])?;
                return Ok(false);
            }
            let row = params![name, hash, at.as_millisecond()];
            tx.write_one(ADD_OPERATOR, row, "operator")?;
            Ok(true)
        })
        .await
    }

    async fn operator(&self, name: &str) -> Result<Option<Operator>> {
        self.read("read an operator", |conn| {
            conn.one(OPERATOR, [name], |cells| operator(cells))
        })
    }

    async fn operators(&self) -> Result<Vec<Operator>> {
        self.read("read operators", |conn| {
            conn.all(OPERATORS, [], |cells| operator(cells))
        })
    }

    async fn remove_operator(&self, name: &str) -> Result<bool> {
        let name = name.to_owned();
        self.write("remove an operator", move |tx| {
            Ok(tx.write(REMOVE_OPERATOR, [&name])? > 0)
        })
        .await
    }

    async fn set_failures(
        &self,
        name: &str,
        failures: u32,
        locked_until: Option<Timestamp>,
    ) -> Result<()> {
        let name = name.to_owned();
        self.write("count wrong passwords", move |tx| {
            let until = locked_until.map(Timestamp::as_millisecond);
            tx.write(SET_FAILURES, params![name, failures, until])
                .map(drop)
        })
        .await
    }

    async fn add_session(&self, session: &OperatorSession) -> Result<()> {
        let session = session.clone();
        self.write("begin an operator's session", move |tx| {
            tx.write(FORGET_SESSIONS, [session.made_at.as_millisecond()])?;
            let row = params![
                session.hash.as_bytes(),
                session.operator,
                session.made_at.as_millisecond(),
                session.ends_at.as_millisecond(),
                session.used_at.as_millisecond(),
            ];
            tx.write_one(ADD_SESSION, row, "operator_session")
        })
        .await
    }

    async fn session(&self, hash: Hash) -> Result<Option<OperatorSession>> {
        self.read("read an operator's session", |conn| {
            conn.one(SESSION, [hash.as_bytes()], |cells| session(cells))
        })
    }

    async fn use_session(&self, hash: Hash, at: Timestamp) -> Result<()> {
        self.write("use an operator's session", move |tx| {
            let row = params![hash.as_bytes(), at.as_millisecond()];
            tx.write(USE_SESSION, row).map(drop)
        })
        .await
    }

    async fn end_session(&self, hash: Hash) -> Result<()> {
        self.write("end an operator's session", move |tx| {
            tx.write(END_SESSION, [hash.as_bytes()]).map(drop)
        })
        .await
    }

    async fn hold(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<String>> {
        let (name, holder) = (name.to_owned(), holder.to_owned());
        self.write("hold a lease", move |tx| {
            let row = params![name, holder, now.as_millisecond(), until.as_millisecond()];
            tx.one(HOLD, row, |cells| cells.take("lease.note"))
        })
        .await
    }

    async fn note(&self, name: &str, holder: &str, note: &str) -> Result<bool> {
        let row = [name.to_owned(), holder.to_owned(), note.to_owned()];
        self.write("leave a note with a lease", move |tx| {
            let [name, holder, note] = &row;
            Ok(tx.write(NOTE, [name, holder, note])? > 0)
        })
        .await
    }

    async fn let_go(&self, name: &str, holder: &str) -> Result<()> {
        let row = [name.to_owned(), holder.to_owned()];
        self.write("let a lease go", move |tx| {
            let [name, holder] = &row;
            tx.write(LET_GO, [name, holder]).map(drop)
        })
        .await
    }
}
