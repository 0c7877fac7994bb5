//! Blobs as files: `DIR/ab/abcdef…`, written in `DIR/incoming/` first.

mod folder;
mod writer;

use super::holds::{Holds, Reclaiming};
use super::{BlobError, BlobWriter, Blobs, Reclaim};
use async_trait::async_trait;
use bytes::Bytes;
use faultpoint::Point;
use folder::Folder;
use model::{Entropy, Hash};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use writer::Writer;

/// Blobs in a folder of the local file system.
pub struct DiskBlobs {
    folder: Arc<Folder>,
    holds: Arc<Holds>,
    entropy: Arc<dyn Entropy>,
}

fn io_error(doing: &'static str) -> impl Fn(io::Error) -> BlobError {
    move |source| BlobError::Io { doing, source }
}

/// Runs disk work off the async workers.
async fn blocking<T: Send + 'static>(
    doing: &'static str,
    work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(io_error(doing)(io::Error::other("the worker stopped"))))
}

impl DiskBlobs {
    /// Opens the folder, made when missing.
    ///
    /// # Errors
    /// [`BlobError::Io`].
    pub fn open(root: &Path, entropy: Arc<dyn Entropy>) -> Result<Self, BlobError> {
        Ok(Self {
            folder: Arc::new(Folder::open(root)?),
            holds: Arc::default(),
            entropy,
        })
    }

    /// Clears what an earlier run left half written. For the one process that takes messages, before
    /// it takes the first.
    ///
    /// # Errors
    /// [`BlobError::Io`].
    pub fn clear_incoming(&self) -> Result<(), BlobError> {
        let listing = io_error("listing the incoming folder");
        for entry in fs::read_dir(self.folder.incoming()).map_err(&listing)? {
            fs::remove_file(entry.map_err(&listing)?.path())
                .map_err(io_error("clearing the incoming folder"))?;
        }
        Ok(())
    }
}

fn open(path: &Path, hash: Hash) -> Result<File, BlobError> {
    File::open(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => BlobError::Missing(hash),
        _ => BlobError::Io {
            doing: "opening a blob",
            source,
        },
    })
}

#[async_trait]
impl Blobs for DiskBlobs {
    fn begin(&self) -> Box<dyn BlobWriter> {
        let name = model::entropy::uuid_v4(&*self.entropy).simple().to_string();
        Box::new(Writer::start(
            Arc::clone(&self.folder),
            Arc::clone(&self.holds),
            &name,
        ))
    }

    async fn read(&self, hash: Hash, start: u64, length: u64) -> Result<Bytes, BlobError> {
        let path = self.folder.place(hash);
        blocking("reading a blob", move || {
            let mut file = open(&path, hash)?;
            let mut bytes = Vec::new();
            file.seek(SeekFrom::Start(start))
                .and_then(|_| file.take(length).read_to_end(&mut bytes))
                .map_err(io_error("reading a blob"))?;
            Ok(Bytes::from(bytes))
        })
        .await
    }

    async fn exists(&self, hash: Hash) -> Result<bool, BlobError> {
        let path = self.folder.place(hash);
        let doing = "looking for a blob";
        blocking(doing, move || path.try_exists().map_err(io_error(doing))).await
    }

    async fn verify(&self, hash: Hash) -> Result<(), BlobError> {
        let path = self.folder.place(hash);
        blocking("checking a blob", move || {
            let mut hasher = Sha256::new();
            let mut file = open(&path, hash)?;
            let mut piece = vec![0; 256 * 1024];
            loop {
                let count = file.read(&mut piece).map_err(io_error("checking a blob"))?;
                if count == 0 {
                    break;
                }
                hasher.update(piece.get(..count).unwrap_or_default());
            }
            let found = Hash::from_bytes(hasher.finalize().into());
            if found == hash {
                Ok(())
            } else {
                Err(BlobError::Damaged(hash))
            }
        })
        .await
    }

    async fn beginning_with(&self, first: u8) -> Result<Vec<Hash>, BlobError> {
        let doing = "listing blobs";
        let folder = self.folder.share(first);
        blocking(doing, move || {
            let listing = match fs::read_dir(&folder) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                other => other.map_err(io_error(doing))?,
            };
            let mut hashes = Vec::new();
            for entry in listing {
                let name = entry.map_err(io_error(doing))?.file_name();
                hashes.extend(name.to_str().and_then(Hash::from_hex));
            }
            Ok(hashes)
        })
        .await
    }

    async fn reclaim(&self, hash: Hash) -> Option<Box<dyn Reclaim>> {
        let right = self.holds.reclaim(hash)?;
        Some(Box::new(DiskReclaim {
            folder: Arc::clone(&self.folder),
            right,
        }))
    }
}

struct DiskReclaim {
    folder: Arc<Folder>,
    right: Reclaiming,
}

#[async_trait]
impl Reclaim for DiskReclaim {
    async fn delete(self: Box<Self>) -> Result<Box<dyn Send + Sync>, BlobError> {
        let path = self.folder.place(self.right.hash());
        let doing = "deleting a blob";
        blocking(doing, move || {
            faultpoint::disk(Point::BlobDelete).map_err(io_error(doing))?;
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(io_error(doing)(error));
                }
                _ => {}
            }
            faultpoint::disk(Point::BlobDeleted).map_err(io_error(doing))
        })
        .await?;
        Ok(Box::new(self.right))
    }
}
