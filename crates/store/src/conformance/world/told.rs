//! What the feeds told.

use super::World;
use crate::platform::{Audience, FeedEntry, FeedItem};
use model::message::{Status, SubStatus};

impl World {
    pub(in crate::conformance) fn toolbars(&self) -> Audience {
        Audience::Practice(self.practice.clone())
    }

    pub(in crate::conformance) fn sender(&self) -> Audience {
        Audience::Client(self.client)
    }

    pub(in crate::conformance) async fn told(&self, audience: &Audience) -> Vec<FeedEntry> {
        self.store.feed.since(audience, 0, 1_000).await.unwrap()
    }

    /// What the first client system heard of: statuses in their order.
    pub(in crate::conformance) async fn statuses_told(&self) -> Vec<(Status, Option<SubStatus>)> {
        let entries = self.told(&self.sender()).await;
        entries
            .into_iter()
            .map(|entry| match entry.item {
                FeedItem::Status {
                    status, sub_status, ..
                } => (status, sub_status),
                other => panic!("told to a sender: {other:?}"),
            })
            .collect()
    }
}
