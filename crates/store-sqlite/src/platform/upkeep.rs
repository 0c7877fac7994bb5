//! Nothing to do: SQLite's tables grow and shrink by themselves.

use super::Db;
use async_trait::async_trait;
use jiff::Timestamp;
use store::Result;
use store::platform::{Tended, Upkeep};

#[async_trait]
impl Upkeep for Db {
    async fn tend(&self, _now: Timestamp, _feed_before: Timestamp) -> Result<Tended> {
        Ok(Tended::default())
    }
}
