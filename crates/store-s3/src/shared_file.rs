//! A small file in the bucket that nodes share and nobody changes, such as a key.

use crate::bucket::{Bucket, Refusal};
use bytes::Bytes;
use object_store::PutMode;
use object_store::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::blob::BlobError;

/// So often one tries to agree with others who write the same file at the same moment.
const ATTEMPTS: u32 = 10;

/// A file beside the blobs. It is written once, and from then on every node reads the same.
pub struct SharedFile {
    bucket: Arc<Bucket>,
    place: Path,
}

impl SharedFile {
    pub(crate) fn new(bucket: Arc<Bucket>, name: &str) -> Self {
        let place = bucket.beside(name);
        Self { bucket, place }
    }

    /// Its bytes, if it is there.
    ///
    /// # Errors
    /// [`BlobError::Io`].
    pub async fn get(&self) -> Result<Option<Bytes>, BlobError> {
        match self.bucket.get(&self.place).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(Refusal::Absent) => Ok(None),
            Err(refusal) => Err(refusal.while_doing("reading a shared file")),
        }
    }

    /// Writes it if it is not there, by a conditional PUT. The answer is what stands there from now on:
    /// `bytes`, or what somebody else wrote before.
    ///
    /// # Errors
    /// [`BlobError::Io`]; also where the object store has no conditional PUT.
    pub async fn put_if_absent(&self, bytes: Bytes) -> Result<Bytes, BlobError> {
        let doing = "writing a shared file";
        for _ in 0..ATTEMPTS {
            if let Some(standing) = self.get().await? {
                return Ok(standing);
            }
            match self
                .bucket
                .put(&self.place, bytes.clone(), PutMode::Create)
                .await
            {
                // Written by us, by somebody else, or being written: the next look tells.
                Ok(()) | Err(Refusal::Present) => {}
                Err(refusal) => return Err(refusal.while_doing(doing)),
            }
            if let Some(standing) = self.get().await? {
                return Ok(standing);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err(Refusal::Present.while_doing(doing))
    }
}
