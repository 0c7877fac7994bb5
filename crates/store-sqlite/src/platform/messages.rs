//! Messages: the port, method by method; the work is in the files beside.

mod accept;
mod blobs;
mod change;
mod content;
mod read;
mod statements;

pub(crate) use blobs::Own as Condemned;
pub(super) use change::withdraw_under;
#[cfg(test)]
pub(crate) use statements::ALL;
pub(super) use statements::PUT_OFF_OR_DUE;

#[cfg(test)]
mod tests;

use super::Db;
use async_trait::async_trait;
use jiff::Timestamp;
use model::message::{Event, Status, SubStatus};
use model::{Actor, ClientMessageId, ClientSystemId, Hash, MessageRef, OdsCode, SpineUserId};
use std::sync::Arc;
use store::Result;
use store::platform::{
    Accepted, Applied, Collected, Messages, NewMessage, Settled, Stored, StoredAttachment,
    StoredContent, WaitingMessage,
};

#[async_trait]
impl Messages for Db {
    async fn accept(&self, by: &Actor, message: &NewMessage) -> Result<Accepted> {
        let (by, message) = (by.clone(), message.clone());
        self.write("accept message", move |tx| {
            accept::accept(tx, &by, &message)
        })
        .await
    }

    async fn find(&self, client: ClientSystemId, id: ClientMessageId) -> Result<Option<Stored>> {
        self.read("find a message", |conn| read::find(conn, client, id))
    }

    async fn get(&self, reference: MessageRef) -> Result<Option<WaitingMessage>> {
        self.read("get a message", |conn| read::get(conn, reference))
    }

    async fn content(&self, reference: MessageRef) -> Result<Option<StoredContent>> {
        self.read("read a message's content", |conn| {
            content::content(conn, reference)
        })
    }

    async fn attachment(
        &self,
        reference: MessageRef,
        index: u32,
    ) -> Result<Option<StoredAttachment>> {
        self.read("read an attachment", |conn| {
            content::attachment(conn, reference, index)
        })
    }

    async fn waiting(
        &self,
        practice: &OdsCode,
        practitioner: &SpineUserId,
        after: Option<MessageRef>,
        limit: u32,
    ) -> Result<Vec<WaitingMessage>> {
        self.read("read what waits", |conn| {
            read::waiting(conn, practice, practitioner, after, limit)
        })
    }

    async fn apply(
        &self,
        by: &Actor,
        reference: MessageRef,
        event: &Event,
        at: Timestamp,
    ) -> Result<Applied> {
        let (by, event) = (by.clone(), event.clone());
        self.write("apply an event to a message", move |tx| {
            change::apply(tx, &by, reference, &event, at)
        })
        .await
    }

    async fn settle_due(&self, now: Timestamp, limit: u32) -> Result<Settled> {
        self.write("settle messages", move |tx| {
            change::settle_due(tx, now, limit)
        })
        .await
    }

    async fn empty_ended(&self, ended_before: Timestamp, limit: u32) -> Result<Collected> {
        self.write("empty ended messages", move |tx| {
            content::empty_ended(tx, ended_before, limit)
        })
        .await
    }

    async fn condemn_blob(&self, hash: Hash, at: Timestamp) -> Result<bool> {
        // Most blobs that a sweep asks about are in use: only the others queue.
        if self.read("look for a blob's messages", |conn| {
            blobs::is_used(conn, hash)
        })? {
            return Ok(false);
        }
        let own = Arc::clone(&self.condemned);
        self.write("condemn a blob", move |tx| {
            blobs::condemn(tx, &own, hash, at)
        })
        .await
    }

    async fn spare_blob(&self, hash: Hash) -> Result<()> {
        let own = Arc::clone(&self.condemned);
        self.write("spare a blob", move |tx| blobs::spare(tx, &own, hash))
            .await
    }

    async fn condemned_blobs(
        &self,
        before: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Hash>> {
        let own = Arc::clone(&self.condemned);
        self.write("take over condemned blobs", move |tx| {
            blobs::take_over(tx, &own, before, now, limit)
        })
        .await
    }

    async fn counts(&self) -> Result<Vec<(Status, Option<SubStatus>, u64)>> {
        self.read("count messages", read::counts)
    }
}
