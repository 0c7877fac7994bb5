//! Messages: the port, method by method; the work is in the files beside.

mod empty;
mod enter;
pub(super) mod follow;
pub(super) mod list;
pub(super) mod overdue;
pub(super) mod read;
mod release;
pub(super) mod send;
mod statements;
mod stop;
pub(super) mod tally;

#[cfg(test)]
pub(crate) use statements::ALL;

use super::Db;
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use model::outbox::Bucket;
use model::{ClientMessageId, UploadId};
use store::Result;
use store::gateway::{
    Attempt, AttemptOutcome, Claimed, Content, Day, Entered, Filter, Followed, Mend, NewMessage,
    Outbox, Page, Released, Settled, Stopped, Stored, Tally, TellLook,
};

/// Who did what no person asked for.
const GATEWAY: &str = "gateway";

#[async_trait]
impl Outbox for Db {
    async fn enter(&self, message: &NewMessage) -> Result<Entered> {
        let message = message.clone();
        self.write("enter a message", move |tx| enter::enter(tx, &message))
            .await
    }

    async fn find(&self, id: ClientMessageId) -> Result<Option<Stored>> {
        self.read("find a message", |conn| read::find(conn, id))
    }

    async fn content(&self, id: ClientMessageId) -> Result<Option<(UploadId, Content)>> {
        self.read("read a message's content", |conn| read::content(conn, id))
    }

    async fn attempts(&self, id: ClientMessageId) -> Result<Vec<Attempt>> {
        self.read("read a message's tries", |conn| read::attempts(conn, id))
    }

    async fn list(&self, filter: &Filter, limit: u32) -> Result<Page> {
        self.read("list messages", |conn| list::page(conn, filter, limit))
    }

    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Claimed>> {
        let due = self.next_due().await?;
        if due.is_none_or(|due| due > now) {
            return Ok(Vec::new());
        }
        self.write("claim messages", move |tx| {
            send::claim(tx, now, lease_until, limit)
        })
        .await
    }

    async fn settle(
        &self,
        id: ClientMessageId,
        fence: u64,
        at: Timestamp,
        outcome: &AttemptOutcome,
        settled: &Settled,
    ) -> Result<bool> {
        let (outcome, settled) = (outcome.clone(), settled.clone());
        self.write("settle a message", move |tx| {
            send::settle(tx, (id, fence), at, &outcome, &settled)
        })
        .await
    }

    async fn expire(&self, at: Timestamp, problem: &str, limit: u32) -> Result<u64> {
        let next = self.read("read what expires next", overdue::next)?;
        if next.is_none_or(|next| next > at) {
            return Ok(0);
        }
        let problem = problem.to_owned();
        self.write("expire messages", move |tx| {
            overdue::expire(tx, at, &problem, limit)
        })
        .await
    }

    async fn lost_all(&self, now: Timestamp) -> Result<u64> {
        self.write("end all leases", move |tx| send::lost_all(tx, now))
            .await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>> {
        self.read("read what is due next", send::next_due)
    }

    async fn release(
        &self,
        by: &str,
        id: ClientMessageId,
        mend: &Mend,
        at: Timestamp,
    ) -> Result<Released> {
        let (by, mend) = (by.to_owned(), mend.clone());
        self.write("release a message", move |tx| {
            release::release(tx, &by, id, &mend, at)
        })
        .await
    }

    async fn stop(
        &self,
        by: &str,
        id: ClientMessageId,
        problem: &str,
        at: Timestamp,
    ) -> Result<Stopped> {
        let (by, problem) = (by.to_owned(), problem.to_owned());
        self.write("stop a message", move |tx| {
            stop::stop(tx, &by, id, &problem, at)
        })
        .await
    }

    async fn claim_looks(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Stored>> {
        let due = self.read("read which look is next", follow::next_look)?;
        if due.is_none_or(|due| due > now) {
            return Ok(Vec::new());
        }
        self.write("claim looks", move |tx| {
            follow::claim_looks(tx, now, lease_until, limit)
        })
        .await
    }

    async fn followed(
        &self,
        id: ClientMessageId,
        at: Timestamp,
        found: &Followed,
    ) -> Result<TellLook> {
        let found = found.clone();
        self.write("note a look", move |tx| {
            follow::followed(tx, id, at, &found)
        })
        .await
    }

    async fn look_at_all(&self, now: Timestamp, spread: SignedDuration) -> Result<u64> {
        follow::look_at_all(self, now, spread).await
    }

    async fn empty(
        &self,
        ended_before: Timestamp,
        refused_before: Timestamp,
        limit: u32,
    ) -> Result<u64> {
        empty::empty(self, ended_before, refused_before, limit).await
    }

    async fn counts(&self) -> Result<Vec<(Bucket, u64)>> {
        self.read("count messages", tally::counts)
    }

    async fn tallies(&self, first: Day, last: Day) -> Result<Vec<Tally>> {
        tally::tallies(self, first, last).await
    }
}
