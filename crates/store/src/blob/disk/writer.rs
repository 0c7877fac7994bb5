//! Writing a blob: hashed and written beside its place as it arrives, synced, then put in place.
//!
//! A task of its own does the disk's work, so that reading the next piece, hashing this one and syncing
//! the blob before it go on at the same time. Between pieces it holds no thread: a sender that stops
//! costs an open file and nothing else.

use super::folder::{self, Folder};
use super::{blocking, io_error};
use crate::blob::holds::Holds;
use crate::blob::{BlobError, BlobWriter, NotSealed, SealedBlob};
use async_trait::async_trait;
use bytes::Bytes;
use faultpoint::Point;
use model::Hash;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// So many pieces may wait for the disk; then the reader waits, and with it the sender.
const QUEUE: usize = 2;

pub(super) struct Writer {
    folder: Arc<Folder>,
    holds: Arc<Holds>,
    /// Gone once nothing more can come.
    pieces: Option<mpsc::Sender<Piece>>,
    task: Option<JoinHandle<Result<Written, BlobError>>>,
}

enum Piece {
    Bytes(Bytes),
    /// Nothing more will come, and nothing is missing.
    Whole,
}

/// A file in `incoming`, removed when dropped unless it was put in place.
struct Incoming {
    path: PathBuf,
    file: File,
    kept: bool,
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.kept {
            // The start-up sweep takes what could not be removed here.
            drop(fs::remove_file(&self.path));
        }
    }
}

/// A file being written.
struct Growing {
    incoming: Incoming,
    hasher: Sha256,
    size: u64,
}

impl Growing {
    fn start(path: PathBuf) -> Result<Self, BlobError> {
        let file = faultpoint::disk(Point::BlobBegin)
            .and_then(|()| folder::new_file(&path))
            .map_err(io_error("starting a blob"))?;
        Ok(Self {
            incoming: Incoming {
                path,
                file,
                kept: false,
            },
            hasher: Sha256::new(),
            size: 0,
        })
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        faultpoint::disk(Point::BlobWrite)
            .and_then(|()| self.incoming.file.write_all(bytes))
            .map_err(io_error("writing a blob"))
    }

    fn sync(self) -> Result<Written, BlobError> {
        faultpoint::disk(Point::BlobSync)
            .and_then(|()| self.incoming.file.sync_data())
            .and_then(|()| faultpoint::disk(Point::BlobSynced))
            .map_err(io_error("syncing a blob"))?;
        Ok(Written {
            hash: Hash::from_bytes(self.hasher.finalize().into()),
            incoming: self.incoming,
            size: self.size,
        })
    }
}

/// A file whose bytes are on stable storage, but not yet under its name.
struct Written {
    incoming: Incoming,
    hash: Hash,
    size: u64,
}

impl Written {
    fn put_in_place(mut self, folder: &Folder) -> Result<(), BlobError> {
        folder.make_share(self.hash)?;
        let place = folder.place(self.hash);
        let doing = "putting a blob in place";
        // Over what is there: equal bytes, or bytes that were damaged since.
        faultpoint::disk(Point::BlobRename)
            .and_then(|()| fs::rename(&self.incoming.path, place))
            .map_err(io_error(doing))?;
        self.incoming.kept = true;
        faultpoint::disk(Point::BlobRenamed).map_err(io_error(doing))?;
        folder.sync_share(self.hash)?;
        faultpoint::disk(Point::BlobFolderSynced).map_err(io_error(doing))
    }
}

/// Follows the pieces of one blob.
async fn follow(path: PathBuf, mut pieces: mpsc::Receiver<Piece>) -> Result<Written, BlobError> {
    let mut growing = None;
    loop {
        let mut batch = Vec::with_capacity(QUEUE);
        if pieces.recv_many(&mut batch, QUEUE).await == 0 {
            // Broken off. Removing megabytes takes as long as writing them.
            return blocking("removing a blob", move || {
                drop(growing);
                Err(broken_off())
            })
            .await;
        }
        let path = path.clone();
        let step = blocking("writing a blob", move || {
            let mut file = match growing {
                Some(file) => file,
                None => Growing::start(path)?,
            };
            for piece in batch {
                match piece {
                    Piece::Bytes(bytes) => file.add(&bytes)?,
                    Piece::Whole => return file.sync().map(Step::Written),
                }
            }
            Ok(Step::Growing(file))
        });
        match step.await? {
            Step::Written(written) => return Ok(written),
            Step::Growing(file) => growing = Some(file),
        }
    }
}

enum Step {
    Growing(Growing),
    Written(Written),
}

fn broken_off() -> BlobError {
    io_error("writing a blob")(io::Error::other("an earlier write failed"))
}

impl Writer {
    pub(super) fn start(folder: Arc<Folder>, holds: Arc<Holds>, name: &str) -> Self {
        let (pieces, queue) = mpsc::channel(QUEUE);
        let path = folder.incoming().join(name);
        Self {
            folder,
            holds,
            pieces: Some(pieces),
            task: Some(tokio::spawn(follow(path, queue))),
        }
    }

    async fn written(&mut self) -> Result<Written, BlobError> {
        // A task that waits for more would be waited for in vain.
        self.pieces = None;
        match self.task.take() {
            Some(task) => task.await.unwrap_or_else(|_| Err(broken_off())),
            None => Err(broken_off()),
        }
    }

    async fn send(&mut self, piece: Piece) -> Result<(), BlobError> {
        if let Some(pieces) = &self.pieces
            && pieces.send(piece).await.is_ok()
        {
            return Ok(());
        }
        // The task has ended before its time: its error says why.
        self.written().await.and_then(|_| Err(broken_off()))
    }
}

#[async_trait]
impl BlobWriter for Writer {
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        self.send(Piece::Bytes(bytes)).await
    }

    async fn finish(&mut self) -> Result<(), BlobError> {
        self.send(Piece::Whole).await
    }

    async fn seal(mut self: Box<Self>) -> Result<SealedBlob, NotSealed> {
        let written = self.written().await?;
        let (hash, size) = (written.hash, written.size);
        let pin = self.holds.pin(hash).await;
        let folder = Arc::clone(&self.folder);
        blocking("putting a blob in place", move || {
            written.put_in_place(&folder)
        })
        .await
        .map_err(|error| NotSealed {
            error,
            in_doubt: Some(hash),
        })?;
        Ok(SealedBlob {
            hash,
            size,
            pin: Box::new(pin),
        })
    }
}
