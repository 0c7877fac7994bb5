//! What storage itself needs done now and then.

use crate::Result;
use async_trait::async_trait;
use jiff::Timestamp;

/// What a round of upkeep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tended {
    /// Tables that were made.
    pub made: u32,
    /// Tables that were dropped.
    pub dropped: u32,
}

/// Upkeep. Several nodes may ask for it at once.
#[async_trait]
pub trait Upkeep: Send + Sync {
    /// Makes tables for what is to come, and drops those whose rows are all past: content that was
    /// emptied, and the feed before `feed_before`.
    async fn tend(&self, now: Timestamp, feed_before: Timestamp) -> Result<Tended>;
}
