//! The audit log: who did what to what and when, each entry bound to the one before by a hash.

use jiff::Timestamp;
use model::{Actor, Hash};

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place, from 1.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who, as [`Actor`] displays it.
    pub actor: String,
    /// What, a short verb phrase such as `accept message`.
    pub action: String,
    /// To what: an identifier, never patient data.
    pub subject: String,
    /// The chain's value after this entry.
    pub hash: Hash,
}

/// The chain's value before the first entry.
pub fn start() -> Hash {
    Hash::of(b"baton audit log")
}

/// The chain's value after an entry. `seq` and `at` (Unix milliseconds) are part of it.
pub fn chain(
    previous: Hash,
    seq: u64,
    at: Timestamp,
    actor: &str,
    action: &str,
    subject: &str,
) -> Hash {
    let mut bytes = Vec::with_capacity(160);
    bytes.extend_from_slice(previous.as_bytes());
    bytes.extend_from_slice(&seq.to_be_bytes());
    bytes.extend_from_slice(&at.as_millisecond().to_be_bytes());
    for text in [actor, action, subject] {
        bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    Hash::of(&bytes)
}

/// What a check of the whole log found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Entries read.
    pub entries: u64,
    /// The first entry that does not fit the chain, if one does not.
    pub broken_at: Option<u64>,
    /// The chain's last value, to note elsewhere.
    pub head: Hash,
}

/// Reading the audit log. Acts write it themselves, in their own transactions.
#[async_trait::async_trait]
pub trait AuditLog: Send + Sync {
    /// Notes an act that writes nothing else.
    async fn note(
        &self,
        by: &Actor,
        action: &str,
        subject: &str,
        at: Timestamp,
    ) -> crate::Result<()>;

    /// The newest entries, newest first.
    async fn recent(&self, limit: u32) -> crate::Result<Vec<Entry>>;

    /// Reads the whole chain in batches and checks every link.
    async fn verify(&self) -> crate::Result<Verified>;
}
