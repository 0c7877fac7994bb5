//! The port of blobs, kept in a bucket.

use crate::bucket::Bucket;
use crate::shared_file::SharedFile;
use crate::spool;
use crate::writer::Writer;
use async_trait::async_trait;
use bytes::Bytes;
use model::Hash;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};
use store::blob::holds::{Holds, Reclaiming};
use store::blob::{BlobError, BlobWriter, Blobs, Reclaim};

/// A store that fails is back by then, as a rule, and a sender that comes again has named the blob.
const REST: Duration = Duration::from_mins(15);

/// Blobs in a bucket.
pub struct S3Blobs {
    bucket: Arc<Bucket>,
    /// Of this process. Between several, the database decides.
    holds: Arc<Holds>,
    spool: Arc<Path>,
}

impl S3Blobs {
    pub(crate) fn open(bucket: Bucket, spool: &Path) -> io::Result<Self> {
        spool::make(spool)?;
        Ok(Self {
            bucket: Arc::new(bucket),
            holds: Arc::default(),
            spool: Arc::from(spool),
        })
    }

    /// Looks into the bucket: whether it is there, and the keys are good.
    ///
    /// # Errors
    /// [`BlobError::Io`], whose cause says what is wrong.
    pub async fn check(&self) -> Result<(), BlobError> {
        self.bucket.check().await
    }

    #[cfg(test)]
    pub(crate) fn bucket(&self) -> Arc<Bucket> {
        Arc::clone(&self.bucket)
    }

    /// A file beside the blobs, `PREFIX/NAME`, for what all nodes share.
    pub fn shared_file(&self, name: &str) -> SharedFile {
        SharedFile::new(Arc::clone(&self.bucket), name)
    }
}

/// Shows where the blobs are, and no keys.
impl fmt::Debug for S3Blobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S3Blobs({})", self.bucket.address)
    }
}

#[async_trait]
impl Blobs for S3Blobs {
    fn begin(&self) -> Box<dyn BlobWriter> {
        Box::new(Writer::new(
            Arc::clone(&self.bucket),
            Arc::clone(&self.holds),
            Arc::clone(&self.spool),
        ))
    }

    async fn read(&self, hash: Hash, start: u64, length: u64) -> Result<Bytes, BlobError> {
        self.bucket.read(hash, start, length).await
    }

    async fn exists(&self, hash: Hash) -> Result<bool, BlobError> {
        self.bucket.exists(hash).await
    }

    async fn verify(&self, hash: Hash) -> Result<(), BlobError> {
        self.bucket.verify(hash).await
    }

    async fn beginning_with(&self, first: u8) -> Result<Vec<Hash>, BlobError> {
        self.bucket.beginning_with(first).await
    }

    fn rest(&self) -> Duration {
        REST
    }

    async fn reclaim(&self, hash: Hash) -> Option<Box<dyn Reclaim>> {
        let right = self.holds.reclaim(hash)?;
        Some(Box::new(S3Reclaim {
            bucket: Arc::clone(&self.bucket),
            right,
        }))
    }
}

struct S3Reclaim {
    bucket: Arc<Bucket>,
    right: Reclaiming,
}

#[async_trait]
impl Reclaim for S3Reclaim {
    async fn delete(self: Box<Self>) -> Result<Box<dyn Send + Sync>, BlobError> {
        self.bucket.delete(self.right.hash()).await?;
        Ok(Box::new(self.right))
    }
}
