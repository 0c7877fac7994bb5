//! Accounts of the patient app, and their sessions.

use super::{Db, Rerun};
use crate::attempt::Call;
use crate::conn::Params;
use crate::row::bytes;
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use model::patient::Email;
use model::{AppUserId, Hash};
use store::Result;
use store::gateway::{Account, AccountSession, Accounts};
use store::row::Cells as _;
use store::row::gateway::accounts::{account, session};

statements! {
    ADD_PATIENT = "INSERT INTO patient (id, made_at, standing) VALUES ($1, $2, 'none') ON CONFLICT DO NOTHING";
    ADD = "INSERT INTO account (patient, email, password_hash, made_at, failures, locked_until) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    DROP_PATIENT = "DELETE FROM patient WHERE id = $1";
    // A hash of a password is never the same twice.
    IS_THIS = "SELECT email = $2 AND password_hash = $3 FROM account WHERE patient = $1";
    BY_EMAIL = "SELECT patient, email, password_hash, made_at, failures, locked_until FROM account WHERE email = $1";
    OF_PATIENT = "SELECT patient, email, password_hash, made_at, failures, locked_until FROM account WHERE patient = $1";
    SET_PASSWORD = "UPDATE account SET password_hash = $2, failures = 0, locked_until = NULL WHERE patient = $1";
    END_SESSIONS = "DELETE FROM account_session WHERE patient = $1";
    SET_FAILURES = "UPDATE account SET failures = $2, locked_until = $3 WHERE patient = $1";

    // The account is held, so that a new password ends this session too, or comes before it.
    ADD_SESSION = "INSERT INTO account_session (hash, patient, made_at, ends_at, used_at) SELECT $1, patient, $3, $4, $5 FROM account WHERE patient = $2 FOR SHARE ON CONFLICT DO NOTHING";
    DROP_ENDED = "DELETE FROM account_session WHERE hash IN (SELECT hash FROM account_session WHERE ends_at <= $1 FOR UPDATE SKIP LOCKED)";
    SESSION = "SELECT hash, patient, made_at, ends_at, used_at FROM account_session WHERE hash = $1";
    USE_SESSION = "UPDATE account_session SET used_at = greatest(used_at, $2) WHERE hash = $1";
    END_SESSION = "DELETE FROM account_session WHERE hash = $1";
}

#[async_trait]
impl Accounts for Db {
    async fn add(&self, account: &Account) -> Result<bool> {
        let call = Call::new("add account").repeatable();
        let id = account.patient.as_str();
        let (email, password_hash) = (account.email.as_str(), account.password_hash.as_str());
        let made_at = account.made_at.as_millisecond();
        let failures = i64::from(account.failures);
        let locked_until = account.locked_until.map(Timestamp::as_millisecond);
        let rerun = &Rerun::default();
        self.write(call, |tx| async move {
            let rerun = rerun.is_one();
            if tx.write(ADD_PATIENT, &[&id, &made_at]).await? == 0 {
                if !rerun {
                    return Ok(false);
                }
                tx.confirm();
                let which: Params<'_> = &[&id, &email, &password_hash];
                let ours = tx.one(IS_THIS, which, |row| row.take("account.email"));
                return Ok(ours.await? == Some(true));
            }
            let row: Params<'_> = &[
                &id,
                &email,
                &password_hash,
                &made_at,
                &failures,
                &locked_until,
            ];
            let added = tx.write(ADD, row).await? == 1;
            if !added {
                tx.write(DROP_PATIENT, &[&id]).await?;
            }
            Ok(added)
        })
        .await
    }

    async fn by_email(&self, email: &Email) -> Result<Option<Account>> {
        self.read("read account", |conn| async move {
            conn.one(BY_EMAIL, &[&email.as_str()], account).await
        })
        .await
    }

    async fn of_patient(&self, id: &AppUserId) -> Result<Option<Account>> {
        self.read("read a patient's account", |conn| async move {
            conn.one(OF_PATIENT, &[&id.as_str()], account).await
        })
        .await
    }

    async fn set_password(&self, id: &AppUserId, password_hash: &str) -> Result<bool> {
        let call = Call::new("set a patient's password").repeatable();
        let id = id.as_str();
        self.write(call, |tx| async move {
            let change: Params<'_> = &[&id, &password_hash];
            let which: Params<'_> = &[&id];
            let (changed, _) = futures_util::try_join!(
                tx.write(SET_PASSWORD, change),
                tx.write(END_SESSIONS, which)
            )?;
            Ok(changed == 1)
        })
        .await
    }

    async fn set_failures(
        &self,
        id: &AppUserId,
        failures: u32,
        locked_until: Option<Timestamp>,
    ) -> Result<()> {
        let call = Call::new("count a patient's wrong passwords").repeatable();
        let (id, failures) = (id.as_str(), i64::from(failures));
        let locked_until = locked_until.map(Timestamp::as_millisecond);
        self.write(call, |tx| async move {
            let change: Params<'_> = &[&id, &failures, &locked_until];
            tx.write(SET_FAILURES, change).await.map(drop)
        })
        .await
    }

    async fn add_session(&self, begun: &AccountSession, before: Option<Hash>) -> Result<bool> {
        let call = Call::new("begin a patient's session").repeatable();
        let [made_at, ends_at, used_at] =
            [begun.made_at, begun.ends_at, begun.used_at].map(Timestamp::as_millisecond);
        let id = begun.patient.as_str();
        let (hash, before) = (begun.hash, before.as_ref().map(bytes));
        let rerun = &Rerun::default();
        self.write(call, |tx| async move {
            let rerun = rerun.is_one();
            let row: Params<'_> = &[hash.as_bytes(), &id, &made_at, &ends_at, &used_at];
            let (one, ended): (Params<'_>, Params<'_>) = (&[&before], &[&made_at]);
            // Who deletes a patient comes by the account first, too.
            let (added, _, _) = futures_util::try_join!(
                tx.write(ADD_SESSION, row),
                tx.write(END_SESSION, one),
                tx.write(DROP_ENDED, ended),
            )?;
            if added == 1 || !rerun {
                return Ok(added == 1);
            }
            tx.confirm();
            let ours = tx.one(SESSION, &[hash.as_bytes()], session).await?;
            Ok(ours.is_some())
        })
        .await
    }

    async fn session(&self, hash: Hash) -> Result<Option<AccountSession>> {
        self.read("read a patient's session", |conn| async move {
            conn.one(SESSION, &[&bytes(&hash)], session).await
        })
        .await
    }

    async fn use_session(&self, hash: Hash, at: Timestamp) -> Result<()> {
        let call = Call::new("use a patient's session").repeatable();
        let at = at.as_millisecond();
        self.write(call, |tx| async move {
            tx.write(USE_SESSION, &[hash.as_bytes(), &at])
                .await
                .map(drop)
        })
        .await
    }

    async fn end_session(&self, hash: Hash) -> Result<()> {
        let call = Call::new("end a patient's session").repeatable();
        self.write(call, |tx| async move {
            tx.write(END_SESSION, &[hash.as_bytes()]).await.map(drop)
        })
        .await
    }
}
