//! Stores as seen over a bad line: one that takes its time, one that never wakes anybody.

use async_trait::async_trait;
use jiff::Timestamp;
use model::message::{Event, Status, SubStatus};
use model::{Actor, ClientMessageId, ClientSystemId, Hash, MessageRef, OdsCode, SpineUserId};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::Result;
use store::platform::{
    Accepted, Applied, Audience, Collected, Feed, FeedEntry, Kept, Messages, NewMessage, Settled,
    Stored, StoredAttachment, StoredContent, WaitingMessage,
};
use tokio::sync::watch;

/// Answers some time after a blob was condemned.
pub(super) struct Slow {
    pub(super) inner: Arc<dyn Messages>,
    pub(super) condemning: Arc<Mutex<Duration>>,
}

#[async_trait]
impl Messages for Slow {
    async fn accept(&self, by: &Actor, message: &NewMessage) -> Result<Accepted> {
        self.inner.accept(by, message).await
    }

    async fn find(&self, client: ClientSystemId, id: ClientMessageId) -> Result<Option<Stored>> {
        self.inner.find(client, id).await
    }

    async fn get(&self, reference: MessageRef) -> Result<Option<WaitingMessage>> {
        self.inner.get(reference).await
    }

    async fn content(&self, reference: MessageRef) -> Result<Option<StoredContent>> {
        self.inner.content(reference).await
    }

    async fn attachment(
        &self,
        reference: MessageRef,
        index: u32,
    ) -> Result<Option<StoredAttachment>> {
        self.inner.attachment(reference, index).await
    }

    async fn waiting(
        &self,
        practice: &OdsCode,
        practitioner: &SpineUserId,
        after: Option<MessageRef>,
        limit: u32,
    ) -> Result<Vec<WaitingMessage>> {
        self.inner
            .waiting(practice, practitioner, after, limit)
            .await
    }

    async fn apply(
        &self,
        by: &Actor,
        reference: MessageRef,
        event: &Event,
        at: Timestamp,
    ) -> Result<Applied> {
        self.inner.apply(by, reference, event, at).await
    }

    async fn settle_due(&self, now: Timestamp, limit: u32) -> Result<Settled> {
        self.inner.settle_due(now, limit).await
    }

    async fn empty_ended(&self, ended_before: Timestamp, limit: u32) -> Result<Collected> {
        self.inner.empty_ended(ended_before, limit).await
    }

    async fn condemn_blob(&self, hash: Hash, at: Timestamp) -> Result<bool> {
        let condemned = self.inner.condemn_blob(hash, at).await;
        let pause = *self.condemning.lock().unwrap();
        tokio::time::sleep(pause).await;
        condemned
    }

    async fn spare_blob(&self, hash: Hash) -> Result<()> {
        self.inner.spare_blob(hash).await
    }

    async fn condemned_blobs(
        &self,
        before: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Hash>> {
        self.inner.condemned_blobs(before, now, limit).await
    }

    async fn counts(&self) -> Result<Vec<(Status, Option<SubStatus>, u64)>> {
        self.inner.counts().await
    }
}

/// A feed whose wake-ups get lost.
pub(super) struct Deaf {
    inner: Arc<dyn Feed>,
    poll: Duration,
    silent: watch::Sender<u64>,
}

impl Deaf {
    pub(super) fn new(inner: Arc<dyn Feed>, poll: Duration) -> Self {
        Self {
            inner,
            poll,
            silent: watch::channel(0).0,
        }
    }
}

#[async_trait]
impl Feed for Deaf {
    async fn latest(&self, audience: &Audience) -> Result<u64> {
        self.inner.latest(audience).await
    }

    async fn since(&self, audience: &Audience, after: u64, limit: u32) -> Result<Vec<FeedEntry>> {
        self.inner.since(audience, after, limit).await
    }

    fn wakes(&self, _audience: &Audience) -> watch::Receiver<u64> {
        self.silent.subscribe()
    }

    fn poll(&self) -> Duration {
        self.poll
    }

    async fn forget(&self, before: Timestamp, limit: u32) -> Result<u64> {
        self.inner.forget(before, limit).await
    }

    async fn kept(&self) -> Result<Kept> {
        self.inner.kept().await
    }
}
