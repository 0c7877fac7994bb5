//! Group commit: messages that come while others are being stored are stored together.
//!
//! While a batch is being stored, what comes queues for the next one. A batch that
//! fails for a reason of its own is halved until the message that does the harm is found, so that it
//! harms only itself.

use super::{Key, Outcome, Wanted, alone, together};
use crate::core::{Call, Core};
use crate::gather::{Gather, Limits};
use model::Actor;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use store::platform::{Accepted, AttachmentBytes, NewMessage};
use store::{Result, StoreError};
use tokio::sync::{Semaphore, oneshot};

/// So many batches at once: while one waits for its COMMIT, another may be on its way.
const BESIDE: usize = 2;
/// With so many queued, they do not wait for the batch under way. With fewer, a larger batch costs each less.
const ENOUGH: usize = 96;
/// So many messages at most share one transaction.
const MOST: usize = 256;
/// After so many bytes a batch is full.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// So many messages may wait before senders have to.
const QUEUE: usize = 1024;

const TRANSACTION: &str = "accept messages";

/// The way to the batches.
pub(crate) struct Batches {
    gather: Arc<Gather<Job>>,
    room: Semaphore,
}

/// A message whose sender waits.
struct Job {
    wanted: Wanted,
    answer: oneshot::Sender<Result<Accepted>>,
}

impl Job {
    fn answer(self, answer: Result<Accepted>) {
        // A sender that went away asks again.
        drop(self.answer.send(answer));
    }

    /// About how much it carries.
    fn weight(&self) -> usize {
        let message = &self.wanted.message;
        let body = message.body.as_ref().map_or(0, |body| body.content.len());
        let attachments = message.attachments.iter().map(|(_, bytes)| match bytes {
            AttachmentBytes::Inline(bytes) => bytes.len(),
            AttachmentBytes::Blob => 0,
        });
        body + attachments.sum::<usize>()
    }
}

/// A message, and those that came with it under the same key.
struct Group {
    first: Job,
    others: Vec<Job>,
}

impl Default for Batches {
    fn default() -> Self {
        let limits = Limits {
            beside: BESIDE,
            enough: ENOUGH,
            most: MOST,
            most_weight: MOST_BYTES,
            weight: Job::weight,
        };
        Self {
            gather: Arc::new(Gather::new(limits)),
            room: Semaphore::new(QUEUE),
        }
    }
}

impl Batches {
    /// Stores a message and answers once it is committed. A caller that goes away does not stop what it
    /// has asked for, unless the message names blobs.
    pub(in crate::platform::messages) async fn accept(
        &self,
        core: &Arc<Core>,
        by: &Actor,
        message: &NewMessage,
    ) -> Result<Accepted> {
        let wanted = Wanted {
            by: by.clone(),
            message: message.clone(),
        };
        if !wanted.blobs().is_empty() {
            // What asks a blob store must not keep others waiting.
            return store_alone(core, &wanted).await;
        }
        // It never closes.
        let _room = self.room.acquire().await.ok();
        let (answer, outcome) = oneshot::channel();
        let core = Arc::clone(core);
        self.gather.add(Job { wanted, answer }, move |batch| {
            let core = Arc::clone(&core);
            async move { store(&core, batch).await }
        });
        outcome.await.unwrap_or_else(|_| Err(gone()))
    }
}

fn gone() -> StoreError {
    StoreError::Unavailable {
        transaction: TRANSACTION,
        source: None,
    }
}

/// Stores a batch, in rounds: what can only be told when another message of the same key was dealt with
/// has the next one.
async fn store(core: &Core, mut batch: Vec<Job>) {
    while !batch.is_empty() {
        let mut left = Vec::new();
        let mut parts = vec![groups(batch)];
        while let Some(mut part) = parts.pop() {
            match store_part(core, &part).await {
                Ok(outcomes) => {
                    for (group, (outcome, answer)) in part.into_iter().zip(outcomes) {
                        group.answer(outcome, answer, &mut left);
                    }
                }
                Err(cause) if is_unavailable(&cause) => {
                    let mut cause = Some(cause);
                    for job in part.into_iter().flat_map(Group::into_jobs) {
                        job.answer(Err(cause.take().unwrap_or_else(gone)));
                    }
                }
                Err(cause) if part.len() > 1 => {
                    tracing::warn!(%cause, messages = part.len(), "a batch is halved");
                    let half = part.split_off(part.len() / 2);
                    parts.extend([half, part]);
                }
                Err(cause) => {
                    let mut cause = Some(cause);
                    for Group { first, others } in part {
                        first.answer(Err(cause.take().unwrap_or_else(gone)));
                        left.extend(others);
                    }
                }
            }
        }
        batch = left;
    }
}

/// By key, in the order in which they came.
fn groups(batch: Vec<Job>) -> Vec<Group> {
    let mut places: HashMap<Key, usize> = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for job in batch {
        let place = *places.entry(job.wanted.key()).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.others.push(job),
            None => groups.push(Group {
                first: job,
                others: Vec::new(),
            }),
        }
    }
    groups
}

impl Group {
    fn into_jobs(self) -> impl Iterator<Item = Job> {
        std::iter::once(self.first).chain(self.others)
    }

    /// Answers all whose answer follows from what came of the first.
    fn answer(self, outcome: Outcome, answer: Accepted, left: &mut Vec<Job>) {
        let envelope = self.first.wanted.envelope();
        // What the others find.
        let found = match outcome {
            Outcome::Fresh => Outcome::Earlier {
                reference: envelope.reference,
                hash: envelope.content_hash,
            },
            other => other,
        };
        let token = self.first.wanted.token();
        for job in self.others {
            if matches!(found, Outcome::Withdrawn) && job.wanted.token() != token {
                left.push(job);
            } else {
                let answer = job.wanted.answer(found, false);
                job.answer(Ok(answer));
            }
        }
        self.first.answer(Ok(answer));
    }
}

/// Of the whole database, not of a message.
fn is_unavailable(cause: &StoreError) -> bool {
    matches!(
        cause,
        StoreError::Unavailable { .. }
            | StoreError::UnknownSchema { .. }
            | StoreError::OldSchema { .. }
    )
}

async fn store_part(core: &Core, part: &[Group]) -> Result<Vec<(Outcome, Accepted)>> {
    let wanted: Vec<&Wanted> = part.iter().map(|group| &group.first.wanted).collect();
    let wanted = wanted.as_slice();
    let runs = AtomicU32::new(0);
    let runs = &runs;
    let call = Call::new(TRANSACTION).audited().repeatable();
    let outcomes = core
        .write(call, |tx| async move {
            runs.fetch_add(1, Ordering::Relaxed);
            together(&tx, wanted).await
        })
        .await?;
    let again = runs.load(Ordering::Relaxed) > 1;
    Ok(outcomes
        .into_iter()
        .zip(wanted)
        .map(|(outcome, wanted)| (outcome, wanted.answer(outcome, again)))
        .collect())
}

async fn store_alone(core: &Core, wanted: &Wanted) -> Result<Accepted> {
    let (runs, refused) = (AtomicU32::new(0), OnceLock::new());
    let (runs, refusal) = (&runs, &refused);
    // An audit chain is taken at the end only: a blob store is asked meanwhile.
    let call = Call::new("accept message").repeatable();
    let stored = core
        .write(call, |tx| async move {
            runs.fetch_add(1, Ordering::Relaxed);
            let answer = match alone(&tx, wanted, &*core.blobs).await? {
                Some(Outcome::Withdrawn) => Accepted::TokenWithdrawn,
                Some(outcome) => return Ok(outcome),
                None => Accepted::BlobGone,
            };
            // An error takes everything back.
            refusal.get_or_init(|| answer);
            Err(StoreError::Inconsistent { place: "blob" })
        })
        .await;
    if let Some(answer) = refused.get() {
        return Ok(*answer);
    }
    let again = runs.load(Ordering::Relaxed) > 1;
    Ok(wanted.answer(stored?, again))
}
