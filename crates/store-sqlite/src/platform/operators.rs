//! Who may look at the operators' pages, and who is signed in there.

use super::Db;
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use model::{Actor, Hash};
use rusqlite::params;
use store::Result;
use store::platform::{Operator, OperatorSession, Operators};
use store::row::Cells as _;
use store::row::operators::{operator, session};

statements! {
    NEW_PASSWORD = "UPDATE operator SET password_hash = ?2, failures = 0, locked_until = NULL WHERE name = ?1";
    END_SESSIONS_OF = "DELETE FROM operator_session WHERE operator = ?1";
    ADD_OPERATOR = "INSERT INTO operator (name, password_hash, made_at) VALUES (?1, ?2, ?3)";
    OPERATOR = "SELECT name, password_hash, made_at, failures, locked_until FROM operator WHERE name = ?1";
    OPERATORS = "SELECT name, password_hash, made_at, failures, locked_until FROM operator ORDER BY name";
    REMOVE_OPERATOR = "DELETE FROM operator WHERE name = ?1";
    SET_FAILURES = "UPDATE operator SET failures = ?2, locked_until = ?3 WHERE name = ?1";
    FORGET_OPERATOR_SESSIONS = "DELETE FROM operator_session WHERE ends_at <= ?1";
    BEGIN_OPERATOR_SESSION = "INSERT INTO operator_session (hash, operator, made_at, ends_at, used_at) SELECT ?1, name, ?3, ?4, ?5 FROM operator WHERE name = ?2";
    DROP_OPERATOR_SESSION = "DELETE FROM operator_session WHERE hash = ?1";
    OPERATOR_SESSION = "SELECT hash, operator, made_at, ends_at, used_at FROM operator_session WHERE hash = ?1";
    USE_OPERATOR_SESSION = "UPDATE operator_session SET used_at = max(used_at, ?2) WHERE hash = ?1";
    END_OPERATOR_SESSION = "DELETE FROM operator_session WHERE hash = ?1 RETURNING operator";
}

#[async_trait]
impl Operators for Db {
    async fn put_operator(
        &self,
        by: &Actor,
        name: &str,
        password_hash: &str,
        at: Timestamp,
    ) -> Result<bool> {
        let (by, name, hash) = (by.clone(), name.to_owned(), password_hash.to_owned());
        self.write("put an operator", move |tx| {
            if tx.write(NEW_PASSWORD, params![name, hash])? > 0 {
                tx.write(END_SESSIONS_OF, [&name])?;
                tx.audit(&by, at, "change operator's password", &name)?;
                return Ok(false);
            }
            let row = params![name, hash, at.as_millisecond()];
            tx.write_one(ADD_OPERATOR, row, "operator")?;
            tx.audit(&by, at, "add operator", &name)?;
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

    async fn remove_operator(&self, by: &Actor, name: &str, at: Timestamp) -> Result<bool> {
        let (by, name) = (by.clone(), name.to_owned());
        self.write("remove an operator", move |tx| {
            if tx.write(REMOVE_OPERATOR, [&name])? == 0 {
                return Ok(false);
            }
            tx.audit(&by, at, "remove operator", &name)?;
            Ok(true)
        })
        .await
    }

    async fn set_failures(
        &self,
        name: &str,
        failures: u32,
        locked_until: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<()> {
        let name = name.to_owned();
        self.write("count wrong passwords", move |tx| {
            let until = locked_until.map(Timestamp::as_millisecond);
            let there = tx.write(SET_FAILURES, params![name, failures, until])? > 0;
            if there && until.is_some() {
                tx.audit(&Actor::System, at, "lock operator", &name)?;
            }
            Ok(())
        })
        .await
    }

    async fn begin_session(&self, session: &OperatorSession, before: Option<Hash>) -> Result<bool> {
        let session = session.clone();
        self.write("begin an operator's session", move |tx| {
            let made_at = session.made_at.as_millisecond();
            tx.write(FORGET_OPERATOR_SESSIONS, [made_at])?;
            if let Some(before) = before {
                tx.write(DROP_OPERATOR_SESSION, [before.as_bytes()])?;
            }
            let row = params![
                session.hash.as_bytes(),
                session.operator,
                made_at,
                session.ends_at.as_millisecond(),
                session.used_at.as_millisecond(),
            ];
            if tx.write(BEGIN_OPERATOR_SESSION, row)? == 0 {
                return Ok(false);
            }
            let by = Actor::Operator(session.operator.clone());
            tx.audit(&by, session.made_at, "sign in operator", &session.operator)?;
            Ok(true)
        })
        .await
    }

    async fn operator_session(&self, hash: Hash) -> Result<Option<OperatorSession>> {
        self.read("read an operator's session", |conn| {
            conn.one(OPERATOR_SESSION, [hash.as_bytes()], |cells| session(cells))
        })
    }

    async fn use_session(&self, hash: Hash, at: Timestamp) -> Result<()> {
        self.write("use an operator's session", move |tx| {
            let used = params![hash.as_bytes(), at.as_millisecond()];
            tx.write(USE_OPERATOR_SESSION, used).map(drop)
        })
        .await
    }

    async fn leave(&self, hash: Hash, at: Timestamp) -> Result<()> {
        self.write("end an operator's session", move |tx| {
            let ended = tx.one(END_OPERATOR_SESSION, [hash.as_bytes()], |cells| {
                cells.take::<String>("operator_session.operator")
            })?;
            match ended {
                Some(name) => {
                    let by = Actor::Operator(name.clone());
                    tx.audit(&by, at, "sign out operator", &name)
                }
                None => Ok(()),
            }
        })
        .await
    }
}
