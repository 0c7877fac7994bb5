//! What a transaction of the platform will leave behind, collected until COMMIT.

use super::Leaves;
use super::commit::Request;
use crate::conn::{Chain, Conn};
use crate::row::clean;
use crate::sql::statements;
use jiff::Timestamp;
use model::message::{Status, SubStatus};
use model::{Actor, Hash, SpineUserId};
use std::collections::BTreeMap;
use std::fmt::Display;
use store::platform::{Audience, FeedItem};
use store::row::int;
use store::{Result, audit};
use uuid::Uuid;

statements! {
    ADD_ENTRIES = "INSERT INTO audit (chain, seq, at, actor, action, subject, hash) SELECT $1::smallint, unnest($2::bigint[]), unnest($3::bigint[]), unnest($4::text[]), unnest($5::text[]), unnest($6::text[]), unnest($7::bytea[])";
    MOVE_HEAD = "UPDATE audit_chain SET seq = $2, hash = $3 WHERE chain = $1";
    // A row's place: the number of this transaction, and the row's number in it.
    TELL = "INSERT INTO feed (place, practice, client, at, kind, message, only_for, status, sub_status, client_name) SELECT (SELECT (base + pg_current_xact_id()::text::bigint) << 20 FROM feed_state WHERE id = 1) | generate_series(1, cardinality($3::bigint[])), unnest($1::text[]), unnest($2::uuid[]), unnest($3::bigint[]), unnest($4::text[]), unnest($5::uuid[]), unnest($6::text[]), unnest($7::text[]), unnest($8::text[]), unnest($9::text[])";
    COUNT = "INSERT INTO message_count AS count (status, sub_status, slot, messages) SELECT moved.status, moved.sub_status, $1::smallint, moved.messages FROM unnest($2::text[], $3::text[], $4::bigint[]) AS moved (status, sub_status, messages) ON CONFLICT (status, sub_status, slot) DO UPDATE SET messages = count.messages + excluded.messages";
}

/// Everything that is written or done with COMMIT.
#[derive(Default)]
pub(crate) struct Lines {
    acts: Vec<Act>,
    pub(super) told: Told,
    counts: Counts,
    pub(super) wakes: Vec<Audience>,
    pub(super) directory: bool,
}

/// Whom a transaction concerns, once it may have happened.
#[derive(Default)]
pub(crate) struct Concerned {
    pub(crate) audiences: Vec<Audience>,
    pub(crate) directory: bool,
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
        }
    }

    pub(super) fn back_to(&mut self, mark: Mark) {
        self.acts.truncate(mark.acts);
        self.told.truncate(mark.told);
        self.wakes.truncate(mark.wakes);
        self.counts = mark.counts;
        self.directory = mark.directory;
    }

    /// Whether what is to be written needs a chain of the audit log; counts go to its slot.
    pub(super) fn needs_chain(&self) -> bool {
        !self.acts.is_empty() || !self.counts.is_empty()
    }

    /// Whom to wake, when the transaction may have happened.
    pub(crate) fn concerned(&mut self) -> Concerned {
        Concerned {
            audiences: std::mem::take(&mut self.wakes),
            directory: self.directory,
        }
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

/// [`Lines`] that know their chain of the audit log.
pub(crate) struct Written {
    slot: i16,
    entries: Entries,
    head: Option<(i64, [u8; 32])>,
    moves: Moves,
}

impl Leaves for Lines {
    type Written = Written;

    fn is_empty(&self) -> bool {
        !self.needs_chain() && self.told.at.is_empty()
    }

    async fn written(&self, conn: &Conn) -> Result<Written> {
        let chain = if self.needs_chain() {
            Some(conn.chain().await?)
        } else {
            None
        };
        let slot = chain.map_or(0, |chain| i16::try_from(chain.number).unwrap_or(0));
        let (entries, head) = match chain {
            Some(chain) => {
                let (entries, head) = self.entries(chain);
                (entries, Some(head))
            }
            None => Default::default(),
        };
        Ok(Written {
            slot,
            entries,
            head: head.map(|head| (int(head.seq), *head.hash.as_bytes())),
            moves: self.moves(),
        })
    }

    fn requests<'w>(&'w self, written: &'w Written) -> Vec<Request<'w>> {
        let Written {
            slot,
            entries,
            head,
            moves,
        } = written;
        let told = &self.told;
        let mut requests: Vec<Request<'w>> = Vec::with_capacity(5);
        if let Some((seq, hash)) = head
            && !entries.seq.is_empty()
        {
            requests.push((
                ADD_ENTRIES,
                vec![
                    slot,
                    &entries.seq,
                    &entries.at,
                    &entries.actor,
                    &entries.action,
                    &entries.subject,
                    &entries.hash,
                ],
            ));
            requests.push((MOVE_HEAD, vec![slot, seq, hash]));
        }
        if !told.at.is_empty() {
            requests.push((
                TELL,
                vec![
                    &told.practice,
                    &told.client,
                    &told.at,
                    &told.kind,
                    &told.message,
                    &told.only_for,
                    &told.status,
                    &told.sub_status,
                    &told.client_name,
                ],
            ));
        }
        if !moves.moved.is_empty() {
            requests.push((
                COUNT,
                vec![slot, &moves.status, &moves.sub_status, &moves.moved],
            ));
        }
        requests
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
