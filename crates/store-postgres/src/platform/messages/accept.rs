//! Accepting messages: everything that must survive together, in one transaction for many of them.

mod add;
mod batches;

pub(crate) use batches::Batches;

use super::blobs;
use super::rows::{each, exactly};
use super::statements::{ADD_KEYS, EARLIER, TAKE_BACK, USE_TOKENS};
use crate::conn::Params;
use crate::row::bytes;
use crate::tx::Tx;
use jiff::Timestamp;
use model::message::{Envelope, show};
use model::policy::only_for;
use model::{Actor, ClientMessageId, ClientSystemId, Hash, MessageRef, TokenId};
use std::collections::{BTreeMap, HashMap, HashSet};
use store::blob::Blobs;
use store::platform::{Accepted, AttachmentBytes, NewMessage};
use store::row::Cells;
use store::{Result, StoreError};
use uuid::Uuid;

/// A message that is to be stored, and who brought it.
struct Wanted {
    by: Actor,
    message: NewMessage,
}

/// By what a sender knows its message.
type Key = (ClientSystemId, ClientMessageId);

/// What came of a message, and of the others that have its key.
#[derive(Clone, Copy)]
enum Outcome {
    /// It was stored.
    Fresh,
    /// Its key was used before.
    Earlier { reference: MessageRef, hash: Hash },
    /// Its token was withdrawn.
    Withdrawn,
}

impl Wanted {
    fn envelope(&self) -> &Envelope {
        &self.message.envelope
    }

    fn key(&self) -> Key {
        (self.envelope().client, self.envelope().message_id)
    }

    fn token(&self) -> Option<TokenId> {
        let approval = self.envelope().approval.as_ref();
        approval.map(|approval| approval.token)
    }

    /// The blobs that it names, and how often each.
    fn blobs(&self) -> BTreeMap<Hash, i64> {
        let mut uses = BTreeMap::new();
        for (attachment, bytes) in &self.message.attachments {
            if matches!(bytes, AttachmentBytes::Blob) {
                *uses.entry(attachment.hash).or_insert(0) += 1;
            }
        }
        uses
    }

    /// Its outcome in the port's words. `again` says that an earlier run of the same call may have
    /// stored it: then its own reference is there.
    fn answer(&self, outcome: Outcome, again: bool) -> Accepted {
        let envelope = self.envelope();
        match outcome {
            Outcome::Fresh => Accepted::New,
            Outcome::Earlier { hash, .. } if hash != envelope.content_hash => Accepted::Conflict,
            Outcome::Earlier { reference, .. } if again && reference == envelope.reference => {
                Accepted::New
            }
            Outcome::Earlier { .. } => Accepted::Same,
            Outcome::Withdrawn => Accepted::TokenWithdrawn,
        }
    }
}

/// Stores messages that name no blob and differ in their keys; what came of each, in their order.
async fn together(tx: &Tx, wanted: &[&Wanted]) -> Result<Vec<Outcome>> {
    let fresh = add_keys(tx, wanted).await?;
    after_keys(tx, wanted, &fresh).await
}

/// Stores one message whose blobs are looked for meanwhile; `None` when one is not there, and nothing
/// may stay of what was written.
async fn alone(tx: &Tx, wanted: &Wanted, blobs: &dyn Blobs) -> Result<Option<Outcome>> {
    let fresh = add_keys(tx, &[wanted]).await?;
    if !fresh.is_empty() && !blobs::name(tx, &wanted.blobs(), blobs).await? {
        return Ok(None);
    }
    let outcomes = after_keys(tx, &[wanted], &fresh).await?;
    Ok(outcomes.first().copied())
}

/// Notes the keys; those that were not used before.
async fn add_keys(tx: &Tx, wanted: &[&Wanted]) -> Result<HashSet<Key>> {
    let mut sorted = wanted.to_vec();
    sorted.sort_by_key(|wanted| wanted.key());
    let (clients, ids) = keys(&sorted);
    let references = each(&sorted, |wanted| wanted.envelope().reference.0);
    let hashes = each(&sorted, |wanted| bytes(&wanted.envelope().content_hash));
    let params: Params<'_> = &[&clients, &ids, &references, &hashes];
    let fresh = tx.all(ADD_KEYS, params, key).await?;
    Ok(fresh.into_iter().collect())
}

async fn after_keys(tx: &Tx, wanted: &[&Wanted], fresh: &HashSet<Key>) -> Result<Vec<Outcome>> {
    let is_fresh = |wanted: &&&Wanted| fresh.contains(&wanted.key());
    let (new, old): (Vec<&Wanted>, Vec<&Wanted>) = wanted.iter().partition(is_fresh);
    let (good, earlier) = futures_util::try_join!(use_tokens(tx, &new), earlier(tx, &old))?;
    let may = |wanted: &&Wanted| wanted.token().is_none_or(|token| good.contains(&token));
    let (stored, refused): (Vec<&Wanted>, Vec<&Wanted>) = new.into_iter().partition(may);
    futures_util::try_join!(take_back(tx, &refused), add::rows(tx, &stored))?;
    for wanted in &stored {
        note(tx, wanted);
    }
    let outcome = |wanted: &&Wanted| {
        if fresh.contains(&wanted.key()) {
            let may = may(wanted);
            return Ok(if may {
                Outcome::Fresh
            } else {
                Outcome::Withdrawn
            });
        }
        // Keys are never taken away, but for those that this transaction has just brought.
        let place = "message_key";
        let found = earlier.get(&wanted.key());
        found.copied().ok_or(StoreError::Inconsistent { place })
    };
    wanted.iter().map(outcome).collect()
}

/// The last use of each token; which of them are good. They stay locked, so that a withdrawal that
/// comes now finds the messages.
async fn use_tokens(tx: &Tx, wanted: &[&Wanted]) -> Result<HashSet<TokenId>> {
    let mut used: BTreeMap<Uuid, Timestamp> = BTreeMap::new();
    for wanted in wanted {
        if let Some(token) = wanted.token() {
            let at = wanted.envelope().accepted_at;
            let last = used.entry(token.0).or_insert(at);
            *last = at.max(*last);
        }
    }
    if used.is_empty() {
        return Ok(HashSet::new());
    }
    let ids: Vec<Uuid> = used.keys().copied().collect();
    let times: Vec<i64> = used.values().map(|at| at.as_millisecond()).collect();
    let params: Params<'_> = &[&ids, &times];
    let good = tx.all(USE_TOKENS, params, |cells| cells.take("token.id"));
    Ok(good.await?.into_iter().collect())
}

/// What was stored before under these keys.
async fn earlier(tx: &Tx, wanted: &[&Wanted]) -> Result<HashMap<Key, Outcome>> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    // The answer builds on what another transaction wrote.
    tx.confirm();
    let (clients, ids) = keys(wanted);
    let params: Params<'_> = &[&clients, &ids];
    let found = tx.all(EARLIER, params, |cells| {
        let key = key(cells)?;
        let reference = cells.take("message_key.reference")?;
        let hash = cells.take("message_key.content_hash")?;
        Ok((key, Outcome::Earlier { reference, hash }))
    });
    Ok(found.await?.into_iter().collect())
}

/// Takes back the keys of messages whose tokens turned out to be withdrawn.
async fn take_back(tx: &Tx, wanted: &[&Wanted]) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let (clients, ids) = keys(wanted);
    let taken = tx.write(TAKE_BACK, &[&clients, &ids]).await?;
    exactly(taken, wanted.len(), "message_key")
}

/// What an accepted message leaves behind beside its own rows.
fn note(tx: &Tx, wanted: &Wanted) {
    let envelope = wanted.envelope();
    let at = envelope.accepted_at;
    let (status, sub_status, _) = show(&wanted.message.stage);
    let only = only_for(&wanted.message.stage, envelope.approval.as_ref());
    tx.audit(&wanted.by, at, "accept message", envelope.reference);
    tx.count(None, Some((status, sub_status)));
    tx.tell_both(envelope, only, (status, sub_status), at);
}

fn key(cells: &mut impl Cells) -> Result<Key> {
    Ok((
        cells.take("message_key.client")?,
        cells.take("message_key.message_id")?,
    ))
}

fn keys(wanted: &[&Wanted]) -> (Vec<Uuid>, Vec<Uuid>) {
    wanted
        .iter()
        .map(|wanted| (wanted.envelope().client.0, wanted.envelope().message_id.0))
        .unzip()
}
