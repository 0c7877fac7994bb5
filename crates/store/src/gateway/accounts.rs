//! Accounts of the patient app: who may sign in, and the sessions.

use crate::Result;
use async_trait::async_trait;
use jiff::Timestamp;
use model::patient::Email;
use model::{AppUserId, Hash};

/// An account. Its patient is one of [`super::Patients`].
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The patient.
    pub patient: AppUserId,
    /// What they sign in with.
    pub email: Email,
    /// Argon2id, in PHC form.
    pub password_hash: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Wrong passwords in a row.
    pub failures: u32,
    /// No password is looked at before this moment.
    pub locked_until: Option<Timestamp>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Account(…)")
    }
}

/// One signed-in spell of a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSession {
    /// Hash of the cookie.
    pub hash: Hash,
    /// Whose.
    pub patient: AppUserId,
    /// When it began.
    pub made_at: Timestamp,
    /// When it ends, whatever happens.
    pub ends_at: Timestamp,
    /// When it was last used.
    pub used_at: Timestamp,
}

/// Accounts and sessions. An account goes with its patient ([`super::Patients::delete`]).
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Makes a patient with an account. `false` when the address or the id is taken; then nothing is made.
    async fn add(&self, account: &Account) -> Result<bool>;
    /// The account with this address.
    async fn by_email(&self, email: &Email) -> Result<Option<Account>>;
    /// A patient's account.
    async fn of_patient(&self, id: &AppUserId) -> Result<Option<Account>>;
    /// Another password, which ends the sessions and the lock. `false` when there is no account.
    async fn set_password(&self, id: &AppUserId, password_hash: &str) -> Result<bool>;
    /// Counts a wrong password, or starts counting anew after a right one.
    async fn set_failures(
        &self,
        id: &AppUserId,
        failures: u32,
        locked_until: Option<Timestamp>,
    ) -> Result<()>;
    /// Begins a session in the place of `before`, if there was one; those that ended go on the way. `false` when the
    /// account is gone.
    async fn add_session(&self, session: &AccountSession, before: Option<Hash>) -> Result<bool>;
    /// The session with this hash.
    async fn session(&self, hash: Hash) -> Result<Option<AccountSession>>;
    /// Notes that a session was used.
    async fn use_session(&self, hash: Hash, at: Timestamp) -> Result<()>;
    /// Ends a session.
    async fn end_session(&self, hash: Hash) -> Result<()>;
}
