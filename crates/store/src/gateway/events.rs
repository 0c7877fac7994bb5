//! The gateway's feed: what happened, in order, so that a stream can go on where it broke off.
//!
//! Rows are written by the transactions that cause them.

use super::Happened;
use crate::Result;
use crate::platform::Kept;
use async_trait::async_trait;
use jiff::Timestamp;
use model::ClientMessageId;

/// A place in the feed: grows, with gaps. No reader sees a place before every smaller one is settled.
pub type Place = u64;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place.
    pub place: Place,
    /// What happened.
    pub happened: Happened,
}

/// Reading the feed.
#[async_trait]
pub trait Events: Send + Sync {
    /// The newest place; 0 when there is none.
    async fn latest(&self) -> Result<Place>;
    /// Rows after a place, oldest first, tests of endpoints left out.
    async fn since(&self, after: Place, limit: u32) -> Result<Vec<Entry>>;
    /// What happened to one message, oldest first; at most 500 rows.
    async fn of_message(&self, message: ClientMessageId) -> Result<Vec<Entry>>;
    /// The places that were forgotten, and the newest that was ever given.
    async fn kept(&self) -> Result<Kept>;
    /// Drops the oldest rows from before `before` whose deliveries have all ended, at most `limit`; how many.
    /// No row goes before one that stays.
    async fn forget(&self, before: Timestamp, limit: u32) -> Result<u64>;
}
