//! The audit log: written within every act, read and checked here.

use super::Db;
use crate::attempt::Call;
use crate::row::Row;
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use model::{Actor, Hash};
use store::Result;
use store::audit::{AuditLog, Broken, Check, Entry, Verified, start_of};
use store::row::{Cells as _, audit::entry, int};

statements! {
    // The newest of each chain, and of those the newest.
    RECENT = "SELECT newest.chain, newest.seq, newest.at, newest.actor, newest.action, newest.subject, newest.hash FROM audit_chain CROSS JOIN LATERAL (SELECT chain, seq, at, actor, action, subject, hash FROM audit WHERE audit.chain = audit_chain.chain ORDER BY seq DESC LIMIT $1) AS newest ORDER BY newest.at DESC, newest.chain, newest.seq DESC LIMIT $1";
    HEADS = "SELECT chain, seq, hash FROM audit_chain ORDER BY chain";
    BATCH = "SELECT chain, seq, at, actor, action, subject, hash FROM audit WHERE chain = $1 AND seq > $2 ORDER BY seq LIMIT $3";
}

/// Entries read at a time when the whole log is checked.
const BATCH_SIZE: i64 = 1000;

/// A chain's newest entry, as the chain has it.
struct Head {
    chain: u32,
    seq: u64,
    hash: Hash,
}

fn head(row: &mut Row) -> Result<Head> {
    let chain = row.take("audit_chain.chain")?;
    Ok(Head {
        chain,
        seq: row.take("audit_chain.seq")?,
        hash: row
            .take::<Option<Hash>>("audit_chain.hash")?
            .unwrap_or_else(|| start_of(chain)),
    })
}

impl Db {
    /// Checks one chain; where it ends too early or with another entry than it should.
    async fn check_chain(&self, check: &mut Check, head: &Head) -> Result<Option<Broken>> {
        let number = i16::try_from(head.chain).unwrap_or(i16::MAX);
        let mut last: Option<Entry> = None;
        // Others may add entries meanwhile: they were not promised yet when the heads were read.
        while last.as_ref().map_or(0, |entry| entry.seq) < head.seq {
            let after = int(last.as_ref().map_or(0, |entry| entry.seq));
            let batch = self
                .read("verify the audit log", |conn| async move {
                    conn.all(BATCH, &[&number, &after, &BATCH_SIZE], entry)
                        .await
                })
                .await?;
            if batch.is_empty() {
                break;
            }
            for entry in batch.into_iter().take_while(|entry| entry.seq <= head.seq) {
                check.entry(&entry);
                last = Some(entry);
            }
        }
        let (seq, hash) = last.map_or((0, start_of(head.chain)), |entry| (entry.seq, entry.hash));
        Ok((seq != head.seq || hash != head.hash).then_some(Broken {
            chain: head.chain,
            seq: seq + 1,
        }))
    }
}

#[async_trait]
impl AuditLog for Db {
    async fn note(&self, by: &Actor, action: &str, subject: &str, at: Timestamp) -> Result<()> {
        let call = Call::new("note an act").audited();
        self.write(call, |tx| async move {
            tx.audit(by, at, action, subject);
            Ok(())
        })
        .await
    }

    async fn recent(&self, limit: u32) -> Result<Vec<Entry>> {
        let limit = i64::from(limit);
        self.read("read the audit log", |conn| async move {
            conn.all(RECENT, &[&limit], entry).await
        })
        .await
    }

    async fn verify(&self) -> Result<Verified> {
        let heads = self
            .read("verify the audit log", |conn| async move {
                conn.all(HEADS, &[], head).await
            })
            .await?;
        let mut check = Check::default();
        let mut cut_off = None;
        for head in heads {
            let broken = self.check_chain(&mut check, &head).await?;
            cut_off = cut_off.or(broken);
        }
        let mut found = check.done();
        found.broken_at = found.broken_at.or(cut_off);
        Ok(found)
    }
}
