//! Writing a blob: spooled and hashed as it arrives, put into the bucket when it is sealed.

use crate::bucket::{Bucket, blocking};
use crate::spool::{Spool, Spooled, io_error};
use async_trait::async_trait;
use bytes::Bytes;
use std::io;
use std::path::Path;
use std::sync::Arc;
use store::blob::holds::Holds;
use store::blob::{BlobError, BlobWriter, NotSealed, SealedBlob};
use tokio::task::JoinHandle;

pub(crate) struct Writer {
    bucket: Arc<Bucket>,
    holds: Arc<Holds>,
    spool: Arc<Path>,
    state: State,
}

enum State {
    /// No byte came.
    New,
    /// A piece is being written; the next one may be received meanwhile.
    Busy(JoinHandle<Result<Spool, BlobError>>),
    Whole(Spooled),
    /// An earlier call failed or was broken off.
    Broken,
}

fn broken_off() -> BlobError {
    io_error("writing a blob")(io::Error::other("an earlier write failed"))
}

impl Writer {
    pub(crate) fn new(bucket: Arc<Bucket>, holds: Arc<Holds>, spool: Arc<Path>) -> Self {
        Self {
            bucket,
            holds,
            spool,
            state: State::New,
        }
    }

    /// What was written before, once it is; `None` when nothing was.
    async fn written(&mut self) -> Result<Option<Spool>, BlobError> {
        match std::mem::replace(&mut self.state, State::Broken) {
            State::New => Ok(None),
            State::Busy(task) => task.await.unwrap_or_else(|_| Err(broken_off())).map(Some),
            State::Whole(_) | State::Broken => Err(broken_off()),
        }
    }
}

fn open(spool: Option<Spool>, folder: &Path) -> Result<Spool, BlobError> {
    spool.map_or_else(|| Spool::start(folder), Ok)
}

#[async_trait]
impl BlobWriter for Writer {
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        let spool = self.written().await?;
        let folder = Arc::clone(&self.spool);
        self.state = State::Busy(tokio::task::spawn_blocking(move || {
            let mut spool = open(spool, &folder)?;
            spool.add(&bytes)?;
            Ok(spool)
        }));
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), BlobError> {
        let spool = self.written().await?;
        let folder = Arc::clone(&self.spool);
        let whole = blocking("finishing a blob", move || open(spool, &folder)?.finish());
        self.state = State::Whole(whole.await?);
        Ok(())
    }

    async fn seal(mut self: Box<Self>) -> Result<SealedBlob, NotSealed> {
        let State::Whole(spooled) = std::mem::replace(&mut self.state, State::Broken) else {
            return Err(broken_off().into());
        };
        let (hash, size) = (spooled.hash, spooled.size);
        let pin = self.holds.pin(hash).await;
        self.bucket.put_blob(spooled).await?;
        Ok(SealedBlob {
            hash,
            size,
            pin: Box::new(pin),
        })
    }
}
