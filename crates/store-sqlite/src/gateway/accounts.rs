//! Accounts of the patient app, and the sessions.

use super::Db;
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use model::patient::Email;
use model::{AppUserId, Hash};
use rusqlite::params;
use store::Result;
use store::gateway::{Account, AccountSession, Accounts};
use store::row::gateway::accounts::{account, session};

statements! {
    TAKEN = "SELECT 1 FROM patient WHERE id = ?1 UNION ALL SELECT 1 FROM account WHERE email = ?2 LIMIT 1";
    ADD_PATIENT = "INSERT INTO patient (id, made_at, standing) VALUES (?1, ?2, 'none')";
    ADD = "INSERT INTO account (patient, email, password_hash, made_at, failures, locked_until) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    BY_EMAIL = "SELECT patient, email, password_hash, made_at, failures, locked_until FROM account WHERE email = ?1";
    OF_PATIENT = "SELECT patient, email, password_hash, made_at, failures, locked_until FROM account WHERE patient = ?1";
    SET_PASSWORD = "UPDATE account SET password_hash = ?2, failures = 0, locked_until = NULL WHERE patient = ?1";
    END_SESSIONS_OF = "DELETE FROM account_session WHERE patient = ?1";
    SET_FAILURES = "UPDATE account SET failures = ?2, locked_until = ?3 WHERE patient = ?1";
    FORGET_SESSIONS = "DELETE FROM account_session WHERE ends_at <= ?1";
    ADD_SESSION = "INSERT INTO account_session (hash, patient, made_at, ends_at, used_at) SELECT ?1, patient, ?3, ?4, ?5 FROM account WHERE patient = ?2";
    SESSION = "SELECT hash, patient, made_at, ends_at, used_at FROM account_session WHERE hash = ?1";
    USE_SESSION = "UPDATE account_session SET used_at = max(used_at, ?2) WHERE hash = ?1";
    END_SESSION = "DELETE FROM account_session WHERE hash = ?1";
}

#[async_trait]
impl Accounts for Db {
    async fn add(&self, account: &Account) -> Result<bool> {
        let account = account.clone();
        self.write("add an account", move |tx| {
            let (patient, email) = (account.patient.as_str(), account.email.as_str());
            if tx.one(TAKEN, [patient, email], |_| Ok(()))?.is_some() {
                return Ok(false);
            }
            let made_at = account.made_at.as_millisecond();
            tx.write_one(ADD_PATIENT, params![patient, made_at], "patient")?;
            let row = params![
                patient,
                email,
                account.password_hash,
                made_at,
                account.failures,
                account.locked_until.map(Timestamp::as_millisecond),
            ];
            tx.write_one(ADD, row, "account")?;
            Ok(true)
        })
        .await
    }

    async fn by_email(&self, email: &Email) -> Result<Option<Account>> {
        self.read("read an account", |conn| {
            conn.one(BY_EMAIL, [email.as_str()], |cells| account(cells))
        })
    }

    async fn of_patient(&self, id: &AppUserId) -> Result<Option<Account>> {
        self.read("read a patient's account", |conn| {
            conn.one(OF_PATIENT, [id.as_str()], |cells| account(cells))
        })
    }

    async fn set_password(&self, id: &AppUserId, password_hash: &str) -> Result<bool> {
        let (id, hash) = (id.clone(), password_hash.to_owned());
        self.write("set a patient's password", move |tx| {
            if tx.write(SET_PASSWORD, params![id.as_str(), hash])? == 0 {
                return Ok(false);
            }
            tx.write(END_SESSIONS_OF, [id.as_str()])?;
            Ok(true)
        })
        .await
    }

    async fn set_failures(
        &self,
        id: &AppUserId,
        failures: u32,
        locked_until: Option<Timestamp>,
    ) -> Result<()> {
        let id = id.clone();
        self.write("count a patient's wrong passwords", move |tx| {
            let until = locked_until.map(Timestamp::as_millisecond);
            let row = params![id.as_str(), failures, until];
            tx.write(SET_FAILURES, row).map(drop)
        })
        .await
    }

    async fn add_session(&self, session: &AccountSession, before: Option<Hash>) -> Result<bool> {
        let session = session.clone();
        self.write("begin a patient's session", move |tx| {
            tx.write(FORGET_SESSIONS, [session.made_at.as_millisecond()])?;
            if let Some(before) = before {
                tx.write(END_SESSION, [before.as_bytes()])?;
            }
            let row = params![
                session.hash.as_bytes(),
                session.patient.as_str(),
                session.made_at.as_millisecond(),
                session.ends_at.as_millisecond(),
                session.used_at.as_millisecond(),
            ];
            Ok(tx.write(ADD_SESSION, row)? > 0)
        })
        .await
    }

    async fn session(&self, hash: Hash) -> Result<Option<AccountSession>> {
        self.read("read a patient's session", |conn| {
            conn.one(SESSION, [hash.as_bytes()], |cells| session(cells))
        })
    }

    async fn use_session(&self, hash: Hash, at: Timestamp) -> Result<()> {
        self.write("use a patient's session", move |tx| {
            let row = params![hash.as_bytes(), at.as_millisecond()];
            tx.write(USE_SESSION, row).map(drop)
        })
        .await
    }

    async fn end_session(&self, hash: Hash) -> Result<()> {
        self.write("end a patient's session", move |tx| {
            tx.write(END_SESSION, [hash.as_bytes()]).map(drop)
        })
        .await
    }
}
