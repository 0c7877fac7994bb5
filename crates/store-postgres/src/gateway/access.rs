//! Product keys, operators, their sessions, and leases of what only one node does.

use super::{Db, Rerun};
use crate::attempt::Call;
use crate::conn::Params;
use crate::row::{bytes, clean};
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use model::Hash;
use store::Result;
use store::gateway::{Access, Operator, OperatorSession, ProductKey};
use store::row::Cells as _;
use store::row::gateway::access::{operator, product_key, session};

statements! {
    ADD_KEY = "INSERT INTO product_key (id, name, hash, made_at, ends_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    KEY = "SELECT id, name, hash, made_at, ends_at FROM product_key WHERE id = $1";
    KEYS = "SELECT id, name, hash, made_at, ends_at FROM product_key ORDER BY made_at, id";
    END_KEY = "UPDATE product_key SET ends_at = least(ends_at, $2) WHERE id = $1";

    PUT_OPERATOR = "INSERT INTO operator (name, password_hash, made_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET password_hash = excluded.password_hash, failures = 0, locked_until = NULL RETURNING xmax = 0 OR ($4 AND made_at = $3)";
    END_SESSIONS = "DELETE FROM operator_session WHERE operator = $1";
    OPERATOR = "SELECT name, password_hash, made_at, failures, locked_until FROM operator WHERE name = $1";
    OPERATORS = "SELECT name, password_hash, made_at, failures, locked_until FROM operator ORDER BY name";
    REMOVE_OPERATOR = "DELETE FROM operator WHERE name = $1";
    SET_FAILURES = "UPDATE operator SET failures = $2, locked_until = $3 WHERE name = $1";

    DROP_ENDED = "DELETE FROM operator_session WHERE hash IN (SELECT hash FROM operator_session WHERE ends_at <= $1 FOR UPDATE SKIP LOCKED)";
    ADD_SESSION = "INSERT INTO operator_session (hash, operator, made_at, ends_at, used_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    SESSION = "SELECT hash, operator, made_at, ends_at, used_at FROM operator_session WHERE hash = $1";
    USE_SESSION = "UPDATE operator_session SET used_at = greatest(used_at, $2) WHERE hash = $1";
    END_SESSION = "DELETE FROM operator_session WHERE hash = $1";

    HOLD = "INSERT INTO lease (name, holder, until) VALUES ($1, $2, $4) ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until WHERE lease.holder = excluded.holder OR lease.until <= $3 RETURNING note";
    NOTE = "UPDATE lease SET note = $3 WHERE name = $1 AND holder = $2";
    LET_GO = "UPDATE lease SET holder = '', until = 0 WHERE name = $1 AND holder = $2";
}

#[async_trait]
impl Access for Db {
    async fn add_key(&self, key: &ProductKey) -> Result<bool> {
        let call = Call::new("add product key");
        let made_at = key.made_at.as_millisecond();
        let ends_at = key.ends_at.map(Timestamp::as_millisecond);
        let (id, name) = (clean(&key.id), clean(&key.name));
        let (id, name) = (&id, &name);
        self.write(call, |tx| async move {
            let hash = bytes(&key.hash);
            let row: Params<'_> = &[&&**id, &&**name, &hash, &made_at, &ends_at];
            Ok(tx.write(ADD_KEY, row).await? == 1)
        })
        .await
    }

    async fn key(&self, id: &str) -> Result<Option<ProductKey>> {
        let id = &clean(id);
        self.read("read product key", |conn| async move {
            conn.one(KEY, &[&&**id], product_key).await
        })
        .await
    }

    async fn keys(&self) -> Result<Vec<ProductKey>> {
        self.read("list product keys", |conn| async move {
            conn.all(KEYS, &[], product_key).await
        })
        .await
    }

    async fn end_key(&self, id: &str, ends_at: Timestamp) -> Result<bool> {
        let call = Call::new("end product key").repeatable();
        let (id, ends_at) = (&clean(id), ends_at.as_millisecond());
        self.write(call, |tx| async move {
            Ok(tx.write(END_KEY, &[&&**id, &ends_at]).await? == 1)
        })
        .await
    }

    async fn put_operator(&self, name: &str, password_hash: &str, at: Timestamp) -> Result<bool> {
        let call = Call::new("put operator").repeatable();
        let (name, at) = (&clean(name), at.as_millisecond());
        let rerun = &Rerun::default();
        self.write(call, |tx| async move {
            let rerun = rerun.is_one();
            let put: Params<'_> = &[&&**name, &password_hash, &at, &rerun];
            let sessions: Params<'_> = &[&&**name];
            let (new, _) = futures_util::try_join!(
                tx.one(PUT_OPERATOR, put, |row| row.take("operator.made_at")),
                tx.write(END_SESSIONS, sessions),
            )?;
            Ok(new == Some(true))
        })
        .await
    }

    async fn operator(&self, name: &str) -> Result<Option<Operator>> {
        let name = &clean(name);
        self.read("read operator", |conn| async move {
            conn.one(OPERATOR, &[&&**name], operator).await
        })
        .await
    }

    async fn operators(&self) -> Result<Vec<Operator>> {
        self.read("list operators", |conn| async move {
            conn.all(OPERATORS, &[], operator).await
        })
        .await
    }

    async fn remove_operator(&self, name: &str) -> Result<bool> {
        let call = Call::new("remove operator");
        let name = &clean(name);
        self.write(call, |tx| async move {
            Ok(tx.write(REMOVE_OPERATOR, &[&&**name]).await? == 1)
        })
        .await
    }

    async fn set_failures(
        &self,
        name: &str,
        failures: u32,
        locked_until: Option<Timestamp>,
    ) -> Result<()> {
        let call = Call::new("count wrong passwords").repeatable();
        let (name, failures) = (&clean(name), i64::from(failures));
        let locked_until = locked_until.map(Timestamp::as_millisecond);
        self.write(call, |tx| async move {
            let change: Params<'_> = &[&&**name, &failures, &locked_until];
            tx.write(SET_FAILURES, change).await.map(drop)
        })
        .await
    }

    async fn add_session(&self, session: &OperatorSession) -> Result<()> {
        let call = Call::new("begin operator's session").repeatable();
        let [made_at, ends_at, used_at] =
            [session.made_at, session.ends_at, session.used_at].map(Timestamp::as_millisecond);
        let name = &clean(&session.operator);
        self.write(call, |tx| async move {
            let hash = bytes(&session.hash);
            let row: Params<'_> = &[&hash, &&**name, &made_at, &ends_at, &used_at];
            let ended: Params<'_> = &[&made_at];
            futures_util::try_join!(tx.write(DROP_ENDED, ended), tx.write(ADD_SESSION, row))?;
            Ok(())
        })
        .await
    }

    async fn session(&self, hash: Hash) -> Result<Option<OperatorSession>> {
        self.read("read operator's session", |conn| async move {
            conn.one(SESSION, &[&bytes(&hash)], session).await
        })
        .await
    }

    async fn use_session(&self, hash: Hash, at: Timestamp) -> Result<()> {
        let call = Call::new("use operator's session").repeatable();
        let at = at.as_millisecond();
        self.write(call, |tx| async move {
            tx.write(USE_SESSION, &[hash.as_bytes(), &at])
                .await
                .map(drop)
        })
        .await
    }

    async fn end_session(&self, hash: Hash) -> Result<()> {
        let call = Call::new("end operator's session").repeatable();
        self.write(call, |tx| async move {
            tx.write(END_SESSION, &[hash.as_bytes()]).await.map(drop)
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
        let call = Call::new("hold lease").repeatable();
        let (now, until) = (now.as_millisecond(), until.as_millisecond());
        self.write(call, |tx| async move {
            tx.one(HOLD, &[&name, &holder, &now, &until], |row| {
                row.take("lease.note")
            })
            .await
        })
        .await
    }

    async fn note(&self, name: &str, holder: &str, note: &str) -> Result<bool> {
        let call = Call::new("leave note with lease").repeatable();
        let note = &clean(note);
        self.write(call, |tx| async move {
            Ok(tx.write(NOTE, &[&name, &holder, &&**note]).await? == 1)
        })
        .await
    }

    async fn let_go(&self, name: &str, holder: &str) -> Result<()> {
        let call = Call::new("let go of lease").repeatable();
        self.write(call, |tx| async move {
            tx.write(LET_GO, &[&name, &holder]).await.map(drop)
        })
        .await
    }
}
