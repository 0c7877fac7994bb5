//! The audit log: who did what to what and when, each entry bound to the one before by a hash.

use jiff::Timestamp;
use model::{Actor, Hash};
use std::collections::BTreeMap;

#[cfg(test)]
mod tests;

/// An entry's place as people are told it: the chain only where there are several.
pub fn place(chain: u32, seq: u64) -> String {
    match chain {
        1 => seq.to_string(),
        chain => format!("{chain}-{seq}"),
    }
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which chain it is in, from 1. A back end that writes in several places at once has several.
    pub chain: u32,
    /// Its place in its chain, from 1.
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

/// The first chain's value before its first entry.
pub fn start() -> Hash {
    Hash::of(b"baton audit log")
}

/// A chain's value before its first entry.
pub fn start_of(chain: u32) -> Hash {
    match chain {
        1 => start(),
        other => Hash::of(format!("baton audit log, chain {other}").as_bytes()),
    }
}

/// One value for the whole log, from each chain's number and last value, chains without entries left
/// out: what [`Verified::head`] says.
pub fn head_of(heads: &[(u32, Hash)]) -> Hash {
    match heads {
        [] => start(),
        [(_, head)] => *head,
        several => {
            let mut several = several.to_vec();
            several.sort_unstable_by_key(|(chain, _)| *chain);
            let mut bytes = Vec::with_capacity(several.len() * 36);
            for (chain, head) in several {
                bytes.extend_from_slice(&chain.to_be_bytes());
                bytes.extend_from_slice(head.as_bytes());
            }
            Hash::of(&bytes)
        }
    }
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
    /// The first entry that does not fit its chain, if one does not.
    pub broken_at: Option<Broken>,
    /// The last value of all chains, see [`head_of`], to note elsewhere.
    pub head: Hash,
}

/// Where a chain is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which chain.
    pub chain: u32,
    /// The first entry that does not fit.
    pub seq: u64,
}

/// Checks chains link by link.
#[derive(Debug, Default)]
pub struct Check {
    entries: u64,
    broken_at: Option<Broken>,
    heads: BTreeMap<u32, Hash>,
}

impl Check {
    /// Checks the next entry; those of one chain come in their order.
    pub fn entry(&mut self, entry: &Entry) {
        let head = self
            .heads
            .entry(entry.chain)
            .or_insert_with(|| start_of(entry.chain));
        let expected = chain(
            *head,
            entry.seq,
            entry.at,
            &entry.actor,
            &entry.action,
            &entry.subject,
        );
        self.entries += 1;
        if expected != entry.hash {
            self.broken_at.get_or_insert(Broken {
                chain: entry.chain,
                seq: entry.seq,
            });
        }
        *head = entry.hash;
    }

    /// What was found.
    pub fn done(self) -> Verified {
        let heads: Vec<_> = self.heads.into_iter().collect();
        Verified {
            entries: self.entries,
            broken_at: self.broken_at,
            head: head_of(&heads),
        }
    }
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

    /// The newest entries, newest first; of several chains, by their times.
    async fn recent(&self, limit: u32) -> crate::Result<Vec<Entry>>;

    /// Reads the whole log in batches and checks every link.
    async fn verify(&self) -> crate::Result<Verified>;
}
