//! Who may look at the operators' pages, and who is signed in there.

use super::Db;
use crate::attempt::Call;
use crate::conn::Params;
use crate::row::{bytes, clean};
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use model::{Actor, Hash};
use store::Result;
use store::platform::{Operator, OperatorSession, Operators};
use store::row::Cells as _;
use store::row::operators::{operator, session};

statements! {
    ADD_OPERATOR = "INSERT INTO operator (name, password_hash, made_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    NEW_PASSWORD = "UPDATE operator SET password_hash = $2, failures = 0, locked_until = NULL WHERE name = $1";
    END_SESSIONS_OF = "DELETE FROM operator_session WHERE operator = $1";
    OPERATOR = "SELECT name, password_hash, made_at, failures, locked_until FROM operator WHERE name = $1";
    OPERATORS = "SELECT name, password_hash, made_at, failures, locked_until FROM operator ORDER BY name";
    REMOVE_OPERATOR = "DELETE FROM operator WHERE name = $1";
    SET_FAILURES = "UPDATE operator SET failures = $2, locked_until = $3 WHERE name = $1";
    FORGET_SESSIONS = "DELETE FROM operator_session WHERE hash IN (SELECT hash FROM operator_session WHERE ends_at <= $1 FOR UPDATE SKIP LOCKED)";
    // Whoever removes the operator waits for this, or is waited for.
    LOCK_OPERATOR = "SELECT 1::bigint FROM operator WHERE name = $1 FOR KEY SHARE";
    BEGIN_SESSION = "INSERT INTO operator_session (hash, operator, made_at, ends_at, used_at) VALUES ($1, $2, $3, $4, $5)";
    SESSION = "SELECT hash, operator, made_at, ends_at, used_at FROM operator_session WHERE hash = $1";
    USE_SESSION = "UPDATE operator_session SET used_at = greatest(used_at, $2) WHERE hash = $1";
    END_SESSION = "DELETE FROM operator_session WHERE hash = $1 RETURNING operator";
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
        let call = Call::new("put operator").audited();
        let (name, made_at) = (&clean(name), at.as_millisecond());
        self.write(call, |tx| async move {
            let new: Params<'_> = &[&&**name, &password_hash, &made_at];
            if tx.write(ADD_OPERATOR, new).await? == 1 {
                tx.audit(by, at, "add operator", name);
                return Ok(true);
            }
            tx.write(NEW_PASSWORD, &[&&**name, &password_hash]).await?;
            tx.write(END_SESSIONS_OF, &[&&**name]).await?;
            tx.audit(by, at, "change operator's password", name);
            Ok(false)
        })
        .await
    }

    async fn operator(&self, name: &str) -> Result<Option<Operator>> {
        let name = &clean(name);
        self.read("read an operator", |conn| async move {
            conn.one(OPERATOR, &[&&**name], operator).await
        })
        .await
    }

    async fn operators(&self) -> Result<Vec<Operator>> {
        self.read("read operators", |conn| async move {
            conn.all(OPERATORS, &[], operator).await
        })
        .await
    }

    async fn remove_operator(&self, by: &Actor, name: &str, at: Timestamp) -> Result<bool> {
        let call = Call::new("remove operator").audited();
        let name = &clean(name);
        self.write(call, |tx| async move {
            if tx.write(REMOVE_OPERATOR, &[&&**name]).await? == 0 {
                return Ok(false);
            }
            tx.audit(by, at, "remove operator", name);
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
        let call = Call::new("count wrong passwords").audited().repeatable();
        let (name, failures) = (&clean(name), i64::from(failures));
        let until = locked_until.map(Timestamp::as_millisecond);
        self.write(call, |tx| async move {
            let change: Params<'_> = &[&&**name, &failures, &until];
            let there = tx.write(SET_FAILURES, change).await? > 0;
            if there && until.is_some() {
                tx.audit(&Actor::System, at, "lock operator", name);
            }
            Ok(())
        })
        .await
    }

    async fn begin_session(&self, session: &OperatorSession, before: Option<Hash>) -> Result<bool> {
        let call = Call::new("begin operator's session").audited();
        let [made_at, ends_at, used_at] =
            [session.made_at, session.ends_at, session.used_at].map(Timestamp::as_millisecond);
        let name = &clean(&session.operator);
        self.write(call, |tx| async move {
            tx.write(FORGET_SESSIONS, &[&made_at]).await?;
            if let Some(before) = before {
                tx.write(END_SESSION, &[&bytes(&before)]).await?;
            }
            let there: Option<i64> = tx
                .one(LOCK_OPERATOR, &[&&**name], |row| row.take("operator.name"))
                .await?;
            if there.is_none() {
                return Ok(false);
            }
            let hash = bytes(&session.hash);
            let row: Params<'_> = &[&hash, &&**name, &made_at, &ends_at, &used_at];
            tx.write_one(BEGIN_SESSION, row, "operator_session").await?;
            let by = Actor::Operator(session.operator.clone());
            tx.audit(&by, session.made_at, "sign in operator", name);
            Ok(true)
        })
        .await
    }

    async fn operator_session(&self, hash: Hash) -> Result<Option<OperatorSession>> {
        self.read("read operator's session", |conn| async move {
            conn.one(SESSION, &[&bytes(&hash)], session).await
        })
        .await
    }

    async fn use_session(&self, hash: Hash, at: Timestamp) -> Result<()> {
        let call = Call::new("use operator's session").repeatable();
        let at = at.as_millisecond();
        self.write(call, |tx| async move {
            tx.write(USE_SESSION, &[&bytes(&hash), &at]).await.map(drop)
        })
        .await
    }

    async fn leave(&self, hash: Hash, at: Timestamp) -> Result<()> {
        let call = Call::new("end operator's session").audited().repeatable();
        self.write(call, |tx| async move {
            let ended: Option<String> = tx
                .one(END_SESSION, &[&bytes(&hash)], |row| {
                    row.take("operator_session.operator")
                })
                .await?;
            if let Some(name) = ended {
                let by = Actor::Operator(name.clone());
                tx.audit(&by, at, "sign out operator", name);
            }
            Ok(())
        })
        .await
    }
}
