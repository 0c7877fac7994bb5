//! Messages: the port, method by method; the work is in the files beside.

mod accept;
mod blobs;
mod change;
mod content;
mod read;
mod rows;
mod statements;
mod text;

pub(crate) use accept::Batches;
pub(super) use change::withdraw_under;
#[cfg(test)]
pub(crate) use statements::ALL;
pub(super) use statements::PUT_OFF_OR_DUE;

#[cfg(test)]
mod tests;

use super::Db;
use crate::core::Call;
use async_trait::async_trait;
use jiff::Timestamp;
use model::message::{Event, Status, SubStatus};
use model::{Actor, ClientMessageId, ClientSystemId, Hash, MessageRef, OdsCode, SpineUserId};
use store::Result;
use store::platform::{
    Accepted, Applied, Collected, Messages, NewMessage, Settled, Stored, StoredAttachment,
    StoredContent, WaitingMessage,
};

#[async_trait]
impl Messages for Db {
    async fn accept(&self, by: &Actor, message: &NewMessage) -> Result<Accepted> {
        self.batches.accept(&self.core, by, message).await
    }

    async fn find(&self, client: ClientSystemId, id: ClientMessageId) -> Result<Option<Stored>> {
        self.read("find a message", |conn| async move {
            read::find(&conn, client, id).await
        })
        .await
    }

    async fn get(&self, reference: MessageRef) -> Result<Option<WaitingMessage>> {
        self.read("get a message", |conn| async move {
            read::get(&conn, reference).await
        })
        .await
    }

    async fn content(&self, reference: MessageRef) -> Result<Option<StoredContent>> {
        self.snapshot("read a message's content", |conn| async move {
            content::content(&conn, reference).await
        })
        .await
    }

    async fn attachment(
        &self,
        reference: MessageRef,
        index: u32,
    ) -> Result<Option<StoredAttachment>> {
        self.read("read an attachment", |conn| async move {
            content::attachment(&conn, reference, index).await
        })
        .await
    }

    async fn waiting(
        &self,
        practice: &OdsCode,
        practitioner: &SpineUserId,
        after: Option<MessageRef>,
        limit: u32,
    ) -> Result<Vec<WaitingMessage>> {
        self.read("read what waits", |conn| async move {
            read::waiting(&conn, practice, practitioner, after, limit).await
        })
        .await
    }

    async fn apply(
        &self,
        by: &Actor,
        reference: MessageRef,
        event: &Event,
        at: Timestamp,
    ) -> Result<Applied> {
        let call = Call::new("apply an event to a message").audited();
        self.write(call, |tx| async move {
            change::apply(&tx, by, reference, event, at).await
        })
        .await
    }

    async fn settle_due(&self, now: Timestamp, limit: u32) -> Result<Settled> {
        let call = Call::new("settle messages").repeatable();
        self.write(call, |tx| async move {
            change::settle_due(&tx, now, limit).await
        })
        .await
    }

    async fn empty_ended(&self, ended_before: Timestamp, limit: u32) -> Result<Collected> {
        // Done twice, it answers fewer blobs than it freed: the sweep of all blobs finds the others.
        let call = Call::new("empty ended messages").repeatable();
        self.write(call, |tx| async move {
            content::empty_ended(&tx, ended_before, limit).await
        })
        .await
    }

    async fn condemn_blob(&self, hash: Hash, at: Timestamp) -> Result<bool> {
        // In doubt, it is left to those who look after old ones.
        let call = Call::new("condemn a blob");
        self.write(
            call,
            |tx| async move { blobs::condemn(&tx, hash, at).await },
        )
        .await
    }

    async fn spare_blob(&self, hash: Hash) -> Result<()> {
        let call = Call::new("spare a blob").repeatable();
        self.write(call, |tx| async move { blobs::spare(&tx, hash).await })
            .await
    }

    async fn condemned_blobs(
        &self,
        before: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Hash>> {
        let call = Call::new("condemn blobs anew");
        self.write(call, |tx| async move {
            blobs::condemn_anew(&tx, before, now, limit).await
        })
        .await
    }

    async fn counts(&self) -> Result<Vec<(Status, Option<SubStatus>, u64)>> {
        self.read(
            "count messages",
            |conn| async move { read::counts(&conn).await },
        )
        .await
    }
}
