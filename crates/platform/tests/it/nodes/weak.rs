//! A store of blobs that fails at one of them, and wants to be left alone afterwards.

use async_trait::async_trait;
use bytes::Bytes;
use model::Hash;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use store::blob::{BlobError, BlobWriter, Blobs, NotSealed, Reclaim, SealedBlob};

/// Never puts `refused` in place.
pub(super) struct Weak {
    pub(super) inner: Arc<dyn Blobs>,
    pub(super) refused: Hash,
    pub(super) rest: Duration,
}

struct Writer {
    inner: Box<dyn BlobWriter>,
    refused: Hash,
}

#[async_trait]
impl BlobWriter for Writer {
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        self.inner.write(bytes).await
    }

    async fn finish(&mut self) -> Result<(), BlobError> {
        self.inner.finish().await
    }

    async fn seal(self: Box<Self>) -> Result<SealedBlob, NotSealed> {
        let sealed = self.inner.seal().await?;
        if sealed.hash == self.refused {
            return Err(NotSealed {
                error: BlobError::Io {
                    doing: "putting a blob in place",
                    source: io::ErrorKind::TimedOut.into(),
                },
                in_doubt: Some(sealed.hash),
            });
        }
        Ok(sealed)
    }
}

#[async_trait]
impl Blobs for Weak {
    fn begin(&self) -> Box<dyn BlobWriter> {
        Box::new(Writer {
            inner: self.inner.begin(),
            refused: self.refused,
        })
    }

    async fn read(&self, hash: Hash, start: u64, length: u64) -> Result<Bytes, BlobError> {
        self.inner.read(hash, start, length).await
    }

    async fn exists(&self, hash: Hash) -> Result<bool, BlobError> {
        self.inner.exists(hash).await
    }

    async fn verify(&self, hash: Hash) -> Result<(), BlobError> {
        self.inner.verify(hash).await
    }

    async fn beginning_with(&self, first: u8) -> Result<Vec<Hash>, BlobError> {
        self.inner.beginning_with(first).await
    }

    async fn reclaim(&self, hash: Hash) -> Option<Box<dyn Reclaim>> {
        self.inner.reclaim(hash).await
    }

    fn rest(&self) -> Duration {
        self.rest
    }
}
