//! Bytes of files, in pieces, on stable storage as they arrive.
//!
//! They are in the database and not in blobs, so that a gateway is one file, or one database.

use crate::Result;
use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use model::UploadId;

/// So many bytes are in each piece but the last one of a part.
pub const PIECE: usize = 256 * 1024;

/// Pieces.
#[async_trait]
pub trait Pieces: Send + Sync {
    /// Begins an upload: from now on it is swept if no message claims it in time.
    async fn begin(&self, upload: UploadId, at: Timestamp) -> Result<()>;
    /// Stores a piece; parts and numbers count from 0. A second one in the same place is an inconsistency.
    async fn put(&self, upload: UploadId, part: u32, number: u32, bytes: Bytes) -> Result<()>;
    /// Reads a piece; `None` when it is not there.
    async fn get(&self, upload: UploadId, part: u32, number: u32) -> Result<Option<Bytes>>;
    /// Drops an upload that no message has claimed, with its pieces. Nothing happens to a claimed one.
    async fn abandon(&self, upload: UploadId) -> Result<()>;
    /// Drops unclaimed uploads begun before `before`, at most `limit`; how many.
    async fn sweep(&self, before: Timestamp, limit: u32) -> Result<u64>;
}
