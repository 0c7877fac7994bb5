//! No blobs at all: what an operator's commands hand to a store whose documents they never read.

use async_trait::async_trait;
use bytes::Bytes;
use model::Hash;
use std::io;
use store::blob::{BlobError, BlobWriter, Blobs, NotSealed, Reclaim, SealedBlob};

/// Answers nothing.
pub(crate) struct NoBlobs;

fn not_opened() -> BlobError {
    BlobError::Io {
        doing: "using blobs that this command did not open",
        source: io::Error::from(io::ErrorKind::Unsupported),
    }
}

#[async_trait]
impl BlobWriter for NoBlobs {
    async fn write(&mut self, _bytes: Bytes) -> Result<(), BlobError> {
        Err(not_opened())
    }

    async fn finish(&mut self) -> Result<(), BlobError> {
        Err(not_opened())
    }

    async fn seal(self: Box<Self>) -> Result<SealedBlob, NotSealed> {
        Err(not_opened().into())
    }
}

#[async_trait]
impl Blobs for NoBlobs {
    fn begin(&self) -> Box<dyn BlobWriter> {
        Box::new(Self)
    }

    async fn read(&self, _hash: Hash, _start: u64, _length: u64) -> Result<Bytes, BlobError> {
        Err(not_opened())
    }

    async fn verify(&self, _hash: Hash) -> Result<(), BlobError> {
        Err(not_opened())
    }

    async fn beginning_with(&self, _first: u8) -> Result<Vec<Hash>, BlobError> {
        Err(not_opened())
    }

    async fn exists(&self, _hash: Hash) -> Result<bool, BlobError> {
        Err(not_opened())
    }

    async fn reclaim(&self, _hash: Hash) -> Option<Box<dyn Reclaim>> {
        None
    }
}
