//! Who may call the product API, and who may look at the console.

use crate::Result;
use async_trait::async_trait;
use jiff::Timestamp;
use model::Hash;

/// A key of the product API, `bgk_<id>_<secret>`, stored as a hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductKey {
    /// Its public part.
    pub id: String,
    /// What it is for, for people.
    pub name: String,
    /// Hash of the whole text.
    pub hash: Hash,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it ends, if it does.
    pub ends_at: Option<Timestamp>,
}

/// Somebody who may sign in to the console.
#[derive(Clone, PartialEq, Eq)]
pub struct Operator {
    /// The name to sign in with.
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

/// One signed-in spell at the console.
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

/// Keys, operators, sessions, and leases of what only one node does.
#[async_trait]
pub trait Access: Send + Sync {
    /// Adds a key. `false` when its id is taken.
    async fn add_key(&self, key: &ProductKey) -> Result<bool>;
    /// The key with this public part, ended ones too.
    async fn key(&self, id: &str) -> Result<Option<ProductKey>>;
    /// All keys, oldest first.
    async fn keys(&self) -> Result<Vec<ProductKey>>;
    /// Lets a key end. An earlier end stands. `false` when there is none.
    async fn end_key(&self, id: &str, ends_at: Timestamp) -> Result<bool>;

    /// Adds an operator, or gives one a new password (which ends the sessions and the lock). `true` when new.
    async fn put_operator(&self, name: &str, password_hash: &str, at: Timestamp) -> Result<bool>;
    /// One operator.
    async fn operator(&self, name: &str) -> Result<Option<Operator>>;
    /// All operators, by name.
    async fn operators(&self) -> Result<Vec<Operator>>;
    /// Removes an operator and the sessions. `false` when there is none.
    async fn remove_operator(&self, name: &str) -> Result<bool>;
    /// Counts a wrong password, or starts counting anew after a right one.
    async fn set_failures(
        &self,
        name: &str,
        failures: u32,
        locked_until: Option<Timestamp>,
    ) -> Result<()>;

    /// Begins a session; those that ended go on the way.
    async fn add_session(&self, session: &OperatorSession) -> Result<()>;
    /// The session with this hash, if its operator is still one.
    async fn session(&self, hash: Hash) -> Result<Option<OperatorSession>>;
    /// Notes that a session was used.
    async fn use_session(&self, hash: Hash, at: Timestamp) -> Result<()>;
    /// Ends a session.
    async fn end_session(&self, hash: Hash) -> Result<()>;

    /// Takes or keeps the lease `name` for `holder` until `until`: `None` while another holds it at `now`, else the
    /// note that was last left with it.
    async fn hold(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<String>>;
    /// Leaves a note with a lease, if `holder` still has it. `false` when not.
    async fn note(&self, name: &str, holder: &str, note: &str) -> Result<bool>;
    /// Gives a lease back; the note stays.
    async fn let_go(&self, name: &str, holder: &str) -> Result<()>;
}
