//! The audit log: written within every act, read and checked here.

use super::Db;
use crate::platform::Tx;
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use model::{Actor, Hash};
use rusqlite::params;
use std::fmt::Display;
use store::Result;
use store::audit::{AuditLog, Check, Entry, Verified, chain, start};
use store::row::audit::entry;
use store::row::{Cells as _, int};

statements! {
    HEAD = "SELECT seq, hash FROM audit WHERE seq = (SELECT max(seq) FROM audit)";
    ADD = "INSERT INTO audit (seq, at, actor, action, subject, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    RECENT = "SELECT 1, seq, at, actor, action, subject, hash FROM audit WHERE seq > 0 ORDER BY seq DESC LIMIT ?1";
    BATCH = "SELECT 1, seq, at, actor, action, subject, hash FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ?2";
}

/// Entries read at a time when the whole log is checked.
const BATCH_SIZE: u32 = 1000;

/// The newest entry's place and hash.
#[derive(Clone, Copy)]
pub(crate) struct Head {
    seq: u64,
    hash: Hash,
}

impl Tx<'_> {
    /// Adds an entry to the audit log.
    pub(crate) fn audit(
        &mut self,
        by: &Actor,
        at: Timestamp,
        action: &str,
        subject: impl Display,
    ) -> Result<()> {
        let head = match self.side.head {
            Some(head) => head,
            None => self
                .one(HEAD, [], |cells| {
                    Ok(Head {
                        seq: cells.take("audit.seq")?,
                        hash: cells.take("audit.hash")?,
                    })
                })?
                .unwrap_or(Head {
                    seq: 0,
                    hash: start(),
                }),
        };
        let seq = head.seq + 1;
        let (actor, subject) = (by.to_string(), subject.to_string());
        let hash = chain(head.hash, seq, at, &actor, action, &subject);
        self.write_one(
            ADD,
            params![
                int(seq),
                at.as_millisecond(),
                actor,
                action,
                subject,
                hash.as_bytes()
            ],
            "audit",
        )?;
        self.side.head = Some(Head { seq, hash });
        Ok(())
    }
}

#[async_trait]
impl AuditLog for Db {
    async fn note(&self, by: &Actor, action: &str, subject: &str, at: Timestamp) -> Result<()> {
        let (by, action, subject) = (by.clone(), action.to_owned(), subject.to_owned());
        self.write("note an act", move |tx| {
            tx.audit(&by, at, &action, &subject)
        })
        .await
    }

    async fn recent(&self, limit: u32) -> Result<Vec<Entry>> {
        self.read("read the audit log", |conn| {
            conn.all(RECENT, [limit], |cells| entry(cells))
        })
    }

    async fn verify(&self) -> Result<Verified> {
        let mut check = Check::default();
        let mut after = 0_u64;
        loop {
            let batch = self.read("verify the audit log", |conn| {
                conn.all(BATCH, params![int(after), BATCH_SIZE], |cells| entry(cells))
            })?;
            let Some(last) = batch.last() else {
                return Ok(check.done());
            };
            after = last.seq;
            for entry in &batch {
                check.entry(entry);
            }
            // The log may be long; others want the worker too.
            tokio::task::yield_now().await;
        }
    }
}
