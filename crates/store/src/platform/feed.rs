//! The feed: what happened, in order, so that a live stream can go on where it broke off.
//!
//! Rows are written by the transactions that cause them.

use crate::Result;
use async_trait::async_trait;
use jiff::Timestamp;
use model::message::{Status, SubStatus};
use model::{ClientMessageId, ClientSystemId, MessageRef, OdsCode, SpineUserId};
use std::time::Duration;
use tokio::sync::watch;

/// Whose feed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// The toolbars of a practice.
    Practice(OdsCode),
    /// A client system.
    Client(ClientSystemId),
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedItem {
    /// A message arrived or changed (told to a practice).
    Message {
        /// Which.
        reference: MessageRef,
        /// Only this practitioner is told; everyone when `None`.
        only: Option<SpineUserId>,
    },
    /// A message changed its status (told to its sender).
    Status {
        /// Which, by its sender's name.
        message_id: ClientMessageId,
        /// To what.
        status: Status,
        /// To what, in detail.
        sub_status: Option<SubStatus>,
    },
    /// A practitioner's access code was used (told to that practitioner).
    CodeUsed {
        /// Who is told.
        only: SpineUserId,
        /// Who used it.
        client_name: String,
    },
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedEntry {
    /// Its place; grows within an audience, with gaps.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub item: FeedItem,
}

/// Which rows are still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Rows up to this place were forgotten; 0 when none was.
    pub forgotten: u64,
    /// No row has a place beyond this one yet; 0 when there never was one.
    pub newest: u64,
}

impl Kept {
    /// Whether a reader who has read up to `place` may have missed rows: they were forgotten, or the
    /// place was given by another database.
    pub fn may_miss(self, place: u64) -> bool {
        place < self.forgotten || place > self.newest
    }
}

/// Reading feeds.
#[async_trait]
pub trait Feed: Send + Sync {
    /// The newest place of an audience's feed; 0 when it is empty.
    async fn latest(&self, audience: &Audience) -> Result<u64>;
    /// Rows after a place, oldest first. One that cannot be read is left out.
    async fn since(&self, audience: &Audience, after: u64, limit: u32) -> Result<Vec<FeedEntry>>;
    /// Changes its value whenever rows may have come. Readers poll as well, see [`crate::wake`].
    fn wakes(&self, audience: &Audience) -> watch::Receiver<u64>;
    /// How long a reader waits for a wake-up before it looks by itself: short where a wake-up from
    /// another node may be lost.
    fn poll(&self) -> Duration;
    /// Drops the oldest rows as far as they are from before `before`, at most `limit`; how many. No row
    /// goes before one that stays.
    async fn forget(&self, before: Timestamp, limit: u32) -> Result<u64>;
    /// The places that were forgotten, and the newest place that was ever given, over all audiences.
    async fn kept(&self) -> Result<Kept>;
}
