//! Blobs: large attachments, named by the SHA-256 of their bytes.
//!
//! A blob is written beside its place, synced, and put in place under its hash before the row that
//! names it is committed, so a committed row always has its bytes. Equal content is one blob. A blob
//! leaves when no row names it; [`SealedBlob`] and [`Blobs::reclaim`] keep the two apart in time within a
//! process, [`crate::platform::Messages::condemn_blob`] between several.

mod disk;
pub mod holds;
#[cfg(test)]
mod tests;

pub use disk::DiskBlobs;

use async_trait::async_trait;
use bytes::Bytes;
use model::Hash;
use std::time::Duration;

/// Why a blob could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The disk or bucket failed.
    #[error("blob storage failed while {doing}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The bytes are not those that were written.
    #[error("blob {0:?} is damaged: its bytes no longer have its hash")]
    Damaged(Hash),
    /// No such blob.
    #[error("blob {0:?} is missing")]
    Missing(Hash),
}

/// A blob being written. Dropped before [`BlobWriter::seal`], it leaves nothing behind.
#[async_trait]
pub trait BlobWriter: Send {
    /// Adds bytes. Waits while earlier ones are still on their way.
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError>;
    /// Says that all bytes came: they start on their way to stable storage without being waited for.
    async fn finish(&mut self) -> Result<(), BlobError>;
    /// Puts a finished blob in place, durably. Several may be sealed at once, and share their syncs.
    async fn seal(self: Box<Self>) -> Result<SealedBlob, NotSealed>;
}

/// Why a blob was not sealed.
#[derive(Debug, thiserror::Error)]
#[error("a blob was not sealed")]
pub struct NotSealed {
    /// What failed.
    #[source]
    pub error: BlobError,
    /// The blob that may be in place all the same, to be reclaimed when no row names it.
    pub in_doubt: Option<Hash>,
}

impl From<BlobError> for NotSealed {
    fn from(error: BlobError) -> Self {
        Self {
            error,
            in_doubt: None,
        }
    }
}

/// A blob in place, which cannot be reclaimed while this is held. Hold it until the row that names
/// the blob is committed.
pub struct SealedBlob {
    /// SHA-256 of its bytes.
    pub hash: Hash,
    /// How many bytes.
    pub size: u64,
    /// Released when dropped.
    pub pin: Box<dyn Send + Sync>,
}

/// Where blobs are.
#[async_trait]
pub trait Blobs: Send + Sync {
    /// Starts a blob.
    fn begin(&self) -> Box<dyn BlobWriter>;
    /// Reads `length` bytes from `start`. Not checked against the hash; use [`Blobs::verify`] first.
    async fn read(&self, hash: Hash, start: u64, length: u64) -> Result<Bytes, BlobError>;
    /// Whether a blob is in place. Says nothing of its bytes.
    async fn exists(&self, hash: Hash) -> Result<bool, BlobError>;
    /// Reads a blob through and checks its hash.
    async fn verify(&self, hash: Hash) -> Result<(), BlobError>;
    /// The blobs whose hash begins with this byte: a share of all of them, for a sweep.
    async fn beginning_with(&self, first: u8) -> Result<Vec<Hash>, BlobError>;
    /// Stops new pins on a blob by this process, if it has none, until the answer is dropped. Other
    /// processes are kept off by [`crate::platform::Messages::condemn_blob`].
    async fn reclaim(&self, hash: Hash) -> Option<Box<dyn Reclaim>>;
    /// After a write failed, how long to leave alone what may be in place. A deletion whose answer is lost as
    /// well would keep the same bytes away until it is certain.
    fn rest(&self) -> Duration {
        Duration::ZERO
    }
}

/// The right to delete one blob. The holder makes sure that no row names it, then deletes.
#[async_trait]
pub trait Reclaim: Send {
    /// Deletes the blob; one that is not there is deleted. The answer keeps new pins away until it is
    /// dropped. After an error the deletion may still happen, for some seconds.
    async fn delete(self: Box<Self>) -> Result<Box<dyn Send + Sync>, BlobError>;
}
