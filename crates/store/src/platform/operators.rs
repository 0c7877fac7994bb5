//! Who may look at the operators' pages.

use crate::Result;
use async_trait::async_trait;
use jiff::Timestamp;
use model::{Actor, Hash};

/// Somebody who may sign in.
#[derive(Clone, PartialEq, Eq)]
pub struct Operator {
    /// The name to sign in with, and that of the audit log.
    pub name: String,
    /// Argon2id, in PHC form.
    pub password_hash: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// Wrong passwords in a row.
    pub failures: u32,
    /// No password is looked at before this moment.
    pub locked_until: Option<Timestamp>,
}

impl std::fmt::Debug for Operator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Operator({})", self.name)
    }
}

/// One signed-in spell at the pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorSession {
    /// Hash of the cookie.
    pub hash: Hash,
    /// Whose.
    pub operator: String,
    /// When it began.
    pub made_at: Timestamp,
    /// When it ends, whatever happens.
    pub ends_at: Timestamp,
    /// When it was last used.
    pub used_at: Timestamp,
}

/// Operators and their sessions.
#[async_trait]
pub trait Operators: Send + Sync {
    /// Adds an operator, or gives one a new password (which ends the sessions and the lock). `true` when new.
    async fn put_operator(
        &self,
        by: &Actor,
        name: &str,
        password_hash: &str,
        at: Timestamp,
    ) -> Result<bool>;
    /// One operator.
    async fn operator(&self, name: &str) -> Result<Option<Operator>>;
    /// All operators, by name.
    async fn operators(&self) -> Result<Vec<Operator>>;
    /// Removes an operator and the sessions. `false` when there is none.
    async fn remove_operator(&self, by: &Actor, name: &str, at: Timestamp) -> Result<bool>;
    /// Counts a wrong password, or starts counting anew after a right one. A lock is noted in the audit log.
    async fn set_failures(
        &self,
        name: &str,
        failures: u32,
        locked_until: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<()>;

    /// Begins a session in the place of `before`; those that ended go on the way. `false`, and no session, when the
    /// operator is gone.
    async fn begin_session(&self, session: &OperatorSession, before: Option<Hash>) -> Result<bool>;
    /// The session with this hash.
    async fn operator_session(&self, hash: Hash) -> Result<Option<OperatorSession>>;
    /// Notes that a session was used.
    async fn use_session(&self, hash: Hash, at: Timestamp) -> Result<()>;
    /// Ends a session.
    async fn leave(&self, hash: Hash, at: Timestamp) -> Result<()>;
}
