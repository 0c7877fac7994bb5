//! Rows that many callers look up by a hash at the same time: one statement for all of them.

use crate::core::Core;
use crate::gather::{Gather, Limits};
use crate::row::{Row, bytes};
use crate::sql::Sql;
use model::Hash;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use store::row::Cells as _;
use store::{Result, StoreError};
use tokio::sync::oneshot;

/// So many hashes at most in one statement.
const MOST: usize = 256;
/// With so many waiting, another statement is sent beside the one under way.
const ENOUGH: usize = 32;
const BESIDE: usize = 4;

/// How rows of one kind are found: `sql` is given the hashes, and answers each row's hash before the rest.
pub(crate) struct Kind<V> {
    pub(crate) name: &'static str,
    pub(crate) sql: Sql,
    /// Table and column of the hash.
    pub(crate) place: &'static str,
    pub(crate) read: fn(&mut Row) -> Result<V>,
}

/// Look-ups of one kind.
pub(crate) struct Lookup<V: 'static> {
    kind: &'static Kind<V>,
    gather: Arc<Gather<Asked<V>>>,
}

/// What a caller wants to know.
struct Asked<V> {
    hash: Hash,
    answer: oneshot::Sender<Result<Option<V>>>,
}

impl<V: Clone + Send + Sync + 'static> Lookup<V> {
    pub(crate) fn new(kind: &'static Kind<V>) -> Self {
        let limits = Limits {
            beside: BESIDE,
            enough: ENOUGH,
            most: MOST,
            most_weight: MOST,
            weight: |_| 1,
        };
        Self {
            kind,
            gather: Arc::new(Gather::new(limits)),
        }
    }

    /// The row with this hash, as it is after the call began.
    pub(crate) async fn find(&self, core: &Arc<Core>, hash: Hash) -> Result<Option<V>> {
        let (answer, found) = oneshot::channel();
        let (kind, core) = (self.kind, Arc::clone(core));
        self.gather.add(Asked { hash, answer }, move |asked| {
            let core = Arc::clone(&core);
            async move { answer_all(kind, &core, asked).await }
        });
        let gone = StoreError::Unavailable {
            transaction: kind.name,
            source: None,
        };
        found.await.unwrap_or(Err(gone))
    }
}

async fn answer_all<V: Clone + Send>(kind: &Kind<V>, core: &Core, asked: Vec<Asked<V>>) {
    let hashes: BTreeSet<Hash> = asked.iter().map(|asked| asked.hash).collect();
    let hashes: Vec<&[u8]> = hashes.iter().map(bytes).collect();
    let hashes = &hashes;
    let found = core
        .read(kind.name, |conn| async move {
            conn.all(kind.sql, &[hashes], |row| {
                let hash: Hash = row.take(kind.place)?;
                Ok((hash, (kind.read)(row)))
            })
            .await
        })
        .await;
    let found: HashMap<Hash, Result<V>> = match found {
        Ok(rows) => rows.into_iter().collect(),
        Err(cause) => return refuse_all(asked, cause),
    };
    for Asked { hash, answer } in asked {
        let value = match found.get(&hash) {
            Some(Ok(value)) => Ok(Some(value.clone())),
            Some(Err(cause)) => Err(like(cause)),
            None => Ok(None),
        };
        // A caller that went away needs none.
        drop(answer.send(value));
    }
}

/// Tells everybody; the first of them hears the cause.
fn refuse_all<V>(asked: Vec<Asked<V>>, cause: StoreError) {
    let mut next = cause;
    for Asked { answer, .. } in asked {
        let copy = like(&next);
        drop(answer.send(Err(std::mem::replace(&mut next, copy))));
    }
}

/// The same for another caller; without what the driver said, of which there is one.
fn like(error: &StoreError) -> StoreError {
    match *error {
        StoreError::Unavailable { transaction, .. } => StoreError::Unavailable {
            transaction,
            source: None,
        },
        StoreError::Fault { transaction, .. } => StoreError::Fault {
            transaction,
            source: None,
        },
        StoreError::Inconsistent { place } => StoreError::Inconsistent { place },
        StoreError::UnknownSchema { found, known } => StoreError::UnknownSchema { found, known },
        StoreError::OldSchema { found, known } => StoreError::OldSchema { found, known },
    }
}
