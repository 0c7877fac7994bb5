//! Files on their way in: each piece is on stable storage as it arrives, and all of them go if no message comes.

use crate::context::Ctx;
use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use intake::Begin;
use model::{Hash, UploadId};
use sha2::{Digest, Sha256};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use store::blob::{BlobError, BlobWriter, NotSealed, SealedBlob};
use store::gateway::PIECE;
use tokio::sync::OnceCell;
use tracing::{Instrument as _, warn};

/// The files of one request. Dropped before [`Upload::keep`], it drops them.
pub(crate) struct Upload {
    inner: Arc<Inner>,
    kept: bool,
}

struct Inner {
    ctx: Ctx,
    id: UploadId,
    parts: AtomicU32,
    /// Begun with the first bytes, so that a request without any leaves no trace.
    begun: OnceCell<()>,
}

impl Upload {
    /// A new one; nothing is written yet.
    pub(crate) fn new(ctx: &Ctx) -> Self {
        let id = UploadId(model::entropy::uuid_v7(ctx.now(), &*ctx.entropy));
        Self {
            inner: Arc::new(Inner {
                ctx: Arc::clone(ctx),
                id,
                parts: AtomicU32::new(0),
                begun: OnceCell::new(),
            }),
            kept: false,
        }
    }

    /// Its name.
    pub(crate) fn id(&self) -> UploadId {
        self.inner.id
    }

    /// Gives the writer of the next part.
    pub(crate) fn begin(&self) -> Begin {
        let inner = Arc::clone(&self.inner);
        Arc::new(move || {
            Box::new(Writer {
                part: inner.parts.fetch_add(1, Ordering::Relaxed),
                inner: Arc::clone(&inner),
                number: 0,
                rest: BytesMut::new(),
                hash: Sha256::new(),
                size: 0,
            })
        })
    }

    /// A message has claimed it.
    pub(crate) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if self.kept || !self.inner.begun.initialized() {
            return;
        }
        // Who sent it may be gone, and this future with it. What cannot be dropped now is swept later.
        let inner = Arc::clone(&self.inner);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let dropping = async move {
                let abandoned = inner.ctx.store.pieces.abandon(inner.id).await;
                if let Err(cause) = abandoned {
                    let cause = httpkit::problem::chain(&cause);
                    warn!(cause, "files of a refused message are swept later");
                }
            };
            runtime.spawn(dropping.in_current_span());
        }
    }
}

impl Inner {
    async fn begin(&self) -> store::Result<()> {
        let begin = || self.ctx.store.pieces.begin(self.id, self.ctx.now());
        self.begun.get_or_try_init(begin).await?;
        Ok(())
    }
}

/// Writes one part, piece by piece.
struct Writer {
    inner: Arc<Inner>,
    part: u32,
    number: u32,
    rest: BytesMut,
    hash: Sha256,
    size: u64,
}

impl Writer {
    async fn put(&mut self, piece: Bytes) -> Result<(), BlobError> {
        self.inner.begin().await.map_err(failed)?;
        let pieces = &self.inner.ctx.store.pieces;
        let put = pieces.put(self.inner.id, self.part, self.number, piece);
        put.await.map_err(failed)?;
        self.number += 1;
        Ok(())
    }
}

fn failed(error: store::StoreError) -> BlobError {
    BlobError::Io {
        doing: "writing a piece of a file",
        source: io::Error::other(error),
    }
}

#[async_trait]
impl BlobWriter for Writer {
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        self.hash.update(&bytes);
        self.size += bytes.len() as u64;
        self.rest.extend_from_slice(&bytes);
        while self.rest.len() >= PIECE {
            let piece = self.rest.split_to(PIECE).freeze();
            self.put(piece).await?;
        }
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), BlobError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        let piece = self.rest.split().freeze();
        self.put(piece).await
    }

    async fn seal(mut self: Box<Self>) -> Result<SealedBlob, NotSealed> {
        self.finish().await?;
        let hash: [u8; 32] = self.hash.finalize().into();
        Ok(SealedBlob {
            hash: Hash::from_bytes(hash),
            size: self.size,
            pin: Box::new(()),
        })
    }
}
