//! What a transaction of the gateway will leave behind, collected until COMMIT: events, with what is owed of them
//! to endpoints, and counts.

use crate::conn::Conn;
use crate::sql::statements;
use crate::tx::{Leaves, Request, Tx};
use jiff::Timestamp;
use model::OdsCode;
use model::outbox::Bucket;
use std::collections::BTreeMap;
use store::Result;
use store::gateway::{Day, Happening};
use store::row::gateway::events::columns;
use uuid::Uuid;

statements! {
    // A row's place: the number of this transaction, and the row's number in it. An endpoint's row is held, so that one
    // that is disabled or deleted meanwhile is owed nothing afterwards.
    TELL = "WITH told AS (INSERT INTO event (place, at, by, kind, message, app_user, webhook, status, sub_status, problem, patient, reason) SELECT (SELECT (base + pg_current_xact_id()::text::bigint) << 20 FROM feed_state WHERE id = 1) | new.number, new.at, new.by, new.kind, new.message, new.app_user, new.webhook, new.status, new.sub_status, new.problem, new.patient, new.reason FROM unnest($1::bigint[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[]) WITH ORDINALITY AS new (at, by, kind, message, app_user, webhook, status, sub_status, problem, patient, reason, number) RETURNING place, at, kind, webhook), known AS (SELECT id, wants, disabled_at FROM webhook ORDER BY id FOR SHARE), bits AS (SELECT DISTINCT kind, bit FROM unnest($3::text[], $12::bigint[]) AS bits (kind, bit)) INSERT INTO delivery (webhook, place, state, due_at) SELECT known.id, told.place, 'owed', told.at FROM told JOIN bits ON bits.kind = told.kind JOIN known ON CASE WHEN told.webhook IS NULL THEN known.disabled_at IS NULL AND (known.wants = 0 OR known.wants & bits.bit <> 0) ELSE known.id = told.webhook END";
    // Rows come sorted, so that no two transactions wait for each other in a ring. A connection keeps to its slot.
    COUNT_ENTRIES = "INSERT INTO entry_tally AS tally (day, practice, slot, entered) SELECT moved.day, moved.practice, pg_backend_pid() % 16, moved.entered FROM unnest($1::integer[], $2::text[], $3::bigint[]) AS moved (day, practice, entered) ON CONFLICT (day, practice, slot) DO UPDATE SET entered = tally.entered + excluded.entered";
    COUNT_BUCKETS = "INSERT INTO bucket_tally AS tally (bucket, slot, messages) SELECT moved.bucket, pg_backend_pid() % 64, moved.messages FROM unnest($1::text[], $2::bigint[]) AS moved (bucket, messages) ON CONFLICT (bucket, slot) DO UPDATE SET messages = tally.messages + excluded.messages";
}

/// Everything that is written or done with COMMIT.
#[derive(Default)]
pub(crate) struct Lines {
    told: Told,
    entries: BTreeMap<(Day, OdsCode), i64>,
    buckets: BTreeMap<&'static str, i64>,
    queues: bool,
}

/// Events, by column.
#[derive(Default)]
struct Told {
    at: Vec<i64>,
    by: Vec<String>,
    kind: Vec<&'static str>,
    message: Vec<Option<Uuid>>,
    app_user: Vec<Option<String>>,
    webhook: Vec<Option<Uuid>>,
    status: Vec<Option<&'static str>>,
    sub_status: Vec<Option<&'static str>>,
    problem: Vec<Option<String>>,
    patient: Vec<Option<String>>,
    reason: Vec<Option<&'static str>>,
    bit: Vec<i64>,
}

impl Lines {
    pub(super) fn tells(&self) -> bool {
        !self.told.at.is_empty()
    }

    pub(super) fn queues(&self) -> bool {
        self.queues
    }
}

/// Counts that changed, by column.
#[derive(Default)]
pub(crate) struct Written {
    day: Vec<Day>,
    practice: Vec<String>,
    entered: Vec<i64>,
    bucket: Vec<&'static str>,
    messages: Vec<i64>,
}

impl Leaves for Lines {
    type Written = Written;

    fn is_empty(&self) -> bool {
        self.told.at.is_empty() && self.entries.is_empty() && self.buckets.is_empty()
    }

    async fn written(&self, _: &Conn) -> Result<Written> {
        let mut written = Written::default();
        for ((day, practice), entered) in &self.entries {
            written.day.push(*day);
            written.practice.push(practice.as_str().to_owned());
            written.entered.push(*entered);
        }
        for (bucket, messages) in self.buckets.iter().filter(|(_, moved)| **moved != 0) {
            written.bucket.push(bucket);
            written.messages.push(*messages);
        }
        Ok(written)
    }

    fn requests<'w>(&'w self, written: &'w Written) -> Vec<Request<'w>> {
        let told = &self.told;
        let mut requests: Vec<Request<'w>> = Vec::with_capacity(4);
        if !told.at.is_empty() {
            requests.push((
                TELL,
                vec![
                    &told.at,
                    &told.by,
                    &told.kind,
                    &told.message,
                    &told.app_user,
                    &told.webhook,
                    &told.status,
                    &told.sub_status,
                    &told.problem,
                    &told.patient,
                    &told.reason,
                    &told.bit,
                ],
            ));
        }
        if !written.day.is_empty() {
            requests.push((
                COUNT_ENTRIES,
                vec![&written.day, &written.practice, &written.entered],
            ));
        }
        if !written.bucket.is_empty() {
            requests.push((COUNT_BUCKETS, vec![&written.bucket, &written.messages]));
        }
        requests
    }
}

impl Tx<Lines> {
    /// Tells something, with COMMIT: an event, and deliveries to the endpoints that want it.
    pub(super) fn happen(&self, by: &str, at: Timestamp, what: &Happening) {
        let columns = columns(what);
        let mut lines = self.lines();
        let told = &mut lines.told;
        told.at.push(at.as_millisecond());
        told.by.push(by.to_owned());
        told.kind.push(columns.kind);
        told.message.push(columns.message);
        told.app_user.push(columns.app_user.map(ToOwned::to_owned));
        told.webhook.push(columns.webhook);
        told.status.push(columns.status);
        told.sub_status.push(columns.sub_status);
        told.problem.push(columns.problem.map(ToOwned::to_owned));
        told.patient.push(columns.patient.map(ToOwned::to_owned));
        told.reason.push(columns.reason);
        told.bit.push(columns.bit);
    }

    /// Counts an entry for a practice, or takes one away.
    pub(super) fn count_entry(&self, day: Day, practice: &OdsCode, by: i64) {
        *self
            .lines()
            .entries
            .entry((day, practice.clone()))
            .or_default() += by;
    }

    /// Moves a message from one bucket to another.
    pub(super) fn count(&self, from: Option<Bucket>, to: Bucket) {
        let mut lines = self.lines();
        if let Some(from) = from {
            *lines.buckets.entry(from.as_str()).or_default() -= 1;
        }
        *lines.buckets.entry(to.as_str()).or_default() += 1;
    }

    /// Something may be due to be sent: wakes those who send, after COMMIT.
    pub(super) fn queue(&self) {
        self.lines().queues = true;
    }
}
