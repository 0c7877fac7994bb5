//! What a transaction will leave behind, collected until COMMIT.

use crate::conn::Chain;
use crate::row::clean;
use jiff::Timestamp;
use model::message::{Status, SubStatus};
use model::{Actor, Hash, SpineUserId};
use std::collections::BTreeMap;
use std::fmt::Display;
use store::audit;
use store::platform::{Audience, FeedItem};
use store::row::int;
use uuid::Uuid;

/// Everything that is written or done with COMMIT.
#[derive(Default)]
pub(super) struct Lines {
    acts: Vec<Act>,
    pub(super) told: Told,
    counts: Counts,
    pub(super) wakes: Vec<Audience>,
    pub(super) directory: bool,
    pub(super) confirm: bool,
}

type Counts = BTreeMap<(&'static str, &'static str), i64>;

/// An audit entry that has no place yet.
struct Act {
    at: Timestamp,
    actor: String,
    action: String,
    subject: String,
}

/// Feed rows, by column.
#[derive(Default)]
pub(super) struct Told {
    pub(super) practice: Vec<Option<String>>,
    pub(super) client: Vec<Option<Uuid>>,
    pub(super) at: Vec<i64>,
    pub(super) kind: Vec<&'static str>,
    pub(super) message: Vec<Option<Uuid>>,
    pub(super) only_for: Vec<Option<String>>,
    pub(super) status: Vec<Option<&'static str>>,
    pub(super) sub_status: Vec<Option<&'static str>>,
    pub(super) client_name: Vec<Option<String>>,
}

/// Audit entries with their places, by column.
#[derive(Default)]
pub(super) struct Entries {
    pub(super) seq: Vec<i64>,
    pub(super) at: Vec<i64>,
    pub(super) actor: Vec<String>,
    pub(super) action: Vec<String>,
    pub(super) subject: Vec<String>,
    pub(super) hash: Vec<[u8; 32]>,
}

/// Counts that changed, by column.
#[derive(Default)]
pub(super) struct Moves {
    pub(super) status: Vec<&'static str>,
    pub(super) sub_status: Vec<&'static str>,
    pub(super) moved: Vec<i64>,
}

/// How far the lines were.
pub(super) struct Mark {
    acts: usize,
    told: usize,
    wakes: usize,
    counts: Counts,
    directory: bool,
    confirm: bool,
}

impl Lines {
    pub(super) fn audit(&mut self, by: &Actor, at: Timestamp, action: &str, subject: impl Display) {
        self.acts.push(Act {
            at,
            actor: by.to_string(),
            action: clean(action).into_owned(),
            subject: clean(&subject.to_string()).into_owned(),
        });
    }

    pub(super) fn tell(&mut self, audience: Audience, at: Timestamp, item: &FeedItem) {
        self.told.add(&audience, at, item);
        self.wake(audience);
    }

    pub(super) fn wake(&mut self, audience: Audience) {
        if self.wakes.last() != Some(&audience) {
            self.wakes.push(audience);
        }
    }

    pub(super) fn count(
        &mut self,
        from: Option<(Status, Option<SubStatus>)>,
        to: Option<(Status, Option<SubStatus>)>,
    ) {
        for (place, by) in [(from, -1), (to, 1)] {
            if let Some((status, sub_status)) = place {
                let sub_status = sub_status.map_or("", SubStatus::as_str);
                *self
                    .counts
                    .entry((status.as_str(), sub_status))
                    .or_default() += by;
            }
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            acts: self.acts.len(),
            told: self.told.at.len(),
            wakes: self.wakes.len(),
            counts: self.counts.clone(),
            directory: self.directory,
            confirm: self.confirm,
        }
    }

    pub(super) fn back_to(&mut self, mark: Mark) {
        self.acts.truncate(mark.acts);
        self.told.truncate(mark.told);
        self.wakes.truncate(mark.wakes);
        self.counts = mark.counts;
        self.directory = mark.directory;
        self.confirm = mark.confirm;
    }

    /// Whether what is to be written needs a chain of the audit log; counts go to its slot.
    pub(super) fn needs_chain(&self) -> bool {
        !self.acts.is_empty() || !self.counts.is_empty()
    }

    /// Whether there is anything that only a COMMIT brings about.
    pub(super) fn is_empty(&self) -> bool {
        !self.needs_chain() && self.told.at.is_empty() && !self.confirm
    }

    /// The entries that follow a chain's newest one, and the chain as it will be then.
    pub(super) fn entries(&self, mut chain: Chain) -> (Entries, Chain) {
        let mut entries = Entries::default();
        for act in &self.acts {
            let seq = chain.seq + 1;
            let hash = audit::chain(
                chain.hash,
                seq,
                act.at,
                &act.actor,
                &act.action,
                &act.subject,
            );
            chain = Chain { seq, hash, ..chain };
            entries.seq.push(int(seq));
            entries.at.push(act.at.as_millisecond());
            entries.actor.push(act.actor.clone());
            entries.action.push(act.action.clone());
            entries.subject.push(act.subject.clone());
            entries.hash.push(*Hash::as_bytes(&hash));
        }
        (entries, chain)
    }

    /// The counts that are another afterwards.
    pub(super) fn moves(&self) -> Moves {
        let mut moves = Moves::default();
        for ((status, sub_status), moved) in &self.counts {
            if *moved != 0 {
                moves.status.push(status);
                moves.sub_status.push(sub_status);
                moves.moved.push(*moved);
            }
        }
        moves
    }
}

impl Told {
    fn add(&mut self, audience: &Audience, at: Timestamp, item: &FeedItem) {
        let (practice, client) = match audience {
            Audience::Practice(code) => (Some(code.as_str().to_owned()), None),
            Audience::Client(id) => (None, Some(id.0)),
        };
        self.practice.push(practice);
        self.client.push(client);
        self.at.push(at.as_millisecond());
        let only = |id: &SpineUserId| id.as_str().to_owned();
        let (kind, message, only_for, status, sub_status, client_name) = match item {
            FeedItem::Message {
                reference,
                only: one,
            } => (
                "message",
                Some(reference.0),
                one.as_ref().map(only),
                None,
                None,
                None,
            ),
            FeedItem::Status {
                message_id,
                status,
                sub_status,
            } => (
                "status",
                Some(message_id.0),
                None,
                Some(status.as_str()),
                sub_status.map(SubStatus::as_str),
                None,
            ),
            FeedItem::CodeUsed {
                only: one,
                client_name,
            } => (
                "code-used",
                None,
                Some(only(one)),
                None,
                None,
                Some(client_name.clone()),
            ),
        };
        self.kind.push(kind);
        self.message.push(message);
        self.only_for.push(only_for);
        self.status.push(status);
        self.sub_status.push(sub_status);
        self.client_name.push(client_name);
    }

    fn truncate(&mut self, rows: usize) {
        self.practice.truncate(rows);
        self.client.truncate(rows);
        self.at.truncate(rows);
        self.kind.truncate(rows);
        self.message.truncate(rows);
        self.only_for.truncate(rows);
        self.status.truncate(rows);
        self.sub_status.truncate(rows);
        self.client_name.truncate(rows);
    }
}
