//! Messages on their way: entered, sent in turn, followed, emptied.

mod claim;
mod empty;
mod enter;
mod follow;
mod list;
mod overdue;
mod release;
mod settle;
pub(super) mod statements;
mod stop;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(super) use statements::ALL;

use super::Db;
use crate::conn::{Conn, Params};
use crate::text::given;
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use model::outbox::Bucket;
use model::{ClientMessageId, UploadId};
use statements::{ATTEMPTS, CONTENT, COUNTS, ENTRIES, FILES, FIND, NEXT_DUE, TALLIES};
use store::Result;
use store::gateway::{
    Attempt, AttemptOutcome, Claimed, Content, Day, Entered, Filter, Followed, Mend, NewMessage,
    Outbox, Page, Released, Settled, Stopped, Stored, Tally, TellLook,
};
use store::row::Cells;
use store::row::gateway::message::{self, tallies};

/// A message as it was before its texts were written.
fn stored(cells: &mut impl Cells) -> Result<Stored> {
    let mut stored = message::stored(cells)?;
    given(&mut stored.topic);
    Ok(stored)
}

/// Content without files as it was before its texts were written.
fn content(cells: &mut impl Cells) -> Result<(UploadId, Content)> {
    let (upload, mut content) = message::content(cells)?;
    if let Some(body) = &mut content.body {
        given(&mut body.content);
    }
    Ok((upload, content))
}

async fn read_content(conn: &Conn, id: ClientMessageId) -> Result<Option<(UploadId, Content)>> {
    let which: Params<'_> = &[&id.0];
    let (found, files) = futures_util::try_join!(
        conn.one(CONTENT, which, content),
        conn.all(FILES, which, message::file),
    )?;
    Ok(found.map(|(upload, content)| (upload, Content { files, ..content })))
}

#[async_trait]
impl Outbox for Db {
    async fn enter(&self, message: &NewMessage) -> Result<Entered> {
        enter::enter(self, message).await
    }

    async fn find(&self, id: ClientMessageId) -> Result<Option<Stored>> {
        self.read("read message", |conn| async move {
            conn.one(FIND, &[&id.0], stored).await
        })
        .await
    }

    async fn content(&self, id: ClientMessageId) -> Result<Option<(UploadId, Content)>> {
        // Of one state: content that is emptied meanwhile is there or is not.
        self.snapshot("read content", |conn| async move {
            read_content(&conn, id).await
        })
        .await
    }

    async fn attempts(&self, id: ClientMessageId) -> Result<Vec<Attempt>> {
        self.read("read tries", |conn| async move {
            conn.all(ATTEMPTS, &[&id.0], message::attempt).await
        })
        .await
    }

    async fn list(&self, filter: &Filter, limit: u32) -> Result<Page> {
        list::list(self, filter, limit).await
    }

    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Claimed>> {
        claim::claim(self, now, lease_until, limit).await
    }

    async fn settle(
        &self,
        id: ClientMessageId,
        fence: u64,
        at: Timestamp,
        outcome: &AttemptOutcome,
        settled: &Settled,
    ) -> Result<bool> {
        settle::settle(self, id, fence, at, outcome, settled).await
    }

    async fn expire(&self, at: Timestamp, problem: &str, limit: u32) -> Result<u64> {
        overdue::expire(self, at, problem, limit).await
    }

    async fn lost_all(&self, now: Timestamp) -> Result<u64> {
        claim::lost_all(self, now).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>> {
        let due = self.read("look what is due next", |conn| async move {
            conn.one(NEXT_DUE, &[], |row| row.take("message.due_at"))
                .await
        });
        Ok(due.await?.flatten())
    }

    async fn release(
        &self,
        by: &str,
        id: ClientMessageId,
        mend: &Mend,
        at: Timestamp,
    ) -> Result<Released> {
        release::release(self, by, id, mend, at).await
    }

    async fn stop(
        &self,
        by: &str,
        id: ClientMessageId,
        problem: &str,
        at: Timestamp,
    ) -> Result<Stopped> {
        stop::stop(self, by, id, problem, at).await
    }

    async fn claim_looks(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Stored>> {
        follow::claim_looks(self, now, lease_until, limit).await
    }

    async fn followed(
        &self,
        id: ClientMessageId,
        at: Timestamp,
        found: &Followed,
    ) -> Result<TellLook> {
        follow::followed(self, id, at, found).await
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
        let counted = self.read("count messages", |conn| async move {
            conn.all(COUNTS, &[], |row| {
                let bucket: Bucket = row.take("bucket_tally.bucket")?;
                Ok((bucket, row.take::<u64>("bucket_tally.messages")?))
            })
            .await
        });
        let counted = counted.await?;
        let count = |bucket| {
            let found = counted.iter().find(|(of, _)| *of == bucket);
            (bucket, found.map_or(0, |(_, messages)| *messages))
        };
        Ok(Bucket::ALL.into_iter().map(count).collect())
    }

    async fn tallies(&self, first: Day, last: Day) -> Result<Vec<Tally>> {
        // Of one state, or they would not add up.
        let (entries, buckets) = self
            .snapshot("reconcile entries", |conn| async move {
                let which: Params<'_> = &[&first, &last];
                futures_util::try_join!(
                    conn.all(ENTRIES, which, message::entry_row),
                    conn.all(TALLIES, which, message::bucket_row),
                )
            })
            .await?;
        Ok(tallies(entries, buckets))
    }
}
