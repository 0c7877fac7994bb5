//! Blobs as files: `DIR/ab/abcdef…`, written in `DIR/incoming/` first.

use super::{BlobError, BlobWriter, Blobs, Reclaim, SealedBlob};
use async_trait::async_trait;
use bytes::Bytes;
use model::{Entropy, Hash};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// Where blobs are written before they are put in place.
const INCOMING: &str = "incoming";

/// Blobs in a folder of the local file system.
pub struct DiskBlobs {
    shared: Arc<Shared>,
    entropy: Arc<dyn Entropy>,
}

struct Shared {
    root: PathBuf,
    holds: Mutex<Holds>,
    reclaimed: Notify,
}

#[derive(Default)]
struct Holds {
    pins: HashMap<Hash, usize>,
    reclaiming: HashSet<Hash>,
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
        fs::create_dir_all(root.join(INCOMING)).map_err(io_error("making the blob folder"))?;
        sync_folder(root)?;
        if let Some(above) = root.parent().filter(|above| above.is_dir()) {
            sync_folder(above)?;
        }
        let shared = Shared {
            root: root.to_owned(),
            holds: Mutex::default(),
            reclaimed: Notify::new(),
        };
        Ok(Self {
            shared: Arc::new(shared),
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
        for entry in fs::read_dir(self.shared.root.join(INCOMING)).map_err(&listing)? {
            fs::remove_file(entry.map_err(&listing)?.path())
                .map_err(io_error("clearing the incoming folder"))?;
        }
        Ok(())
    }
}

impl Shared {
    fn path(&self, hash: Hash) -> PathBuf {
        let hex = hash.to_hex();
        self.root.join(hex.get(..2).unwrap_or_default()).join(hex)
    }

    fn holds(&self) -> std::sync::MutexGuard<'_, Holds> {
        self.holds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Pins a hash, waiting while it is being reclaimed.
    async fn pin(self: &Arc<Self>, hash: Hash) -> Pin {
        loop {
            let freed = self.reclaimed.notified();
            {
                let mut holds = self.holds();
                if !holds.reclaiming.contains(&hash) {
                    *holds.pins.entry(hash).or_default() += 1;
                    return Pin {
                        shared: Arc::clone(self),
                        hash,
                    };
                }
            }
            freed.await;
        }
    }
}

struct Pin {
    shared: Arc<Shared>,
    hash: Hash,
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut holds = self.shared.holds();
        if let Some(count) = holds.pins.get_mut(&self.hash) {
            *count -= 1;
            if *count == 0 {
                holds.pins.remove(&self.hash);
            }
        }
    }
}

struct Writer {
    shared: Arc<Shared>,
    file: Option<Incoming>,
    size: u64,
}

/// A file in `incoming`, removed when dropped unless it was put in place.
struct Incoming {
    path: PathBuf,
    file: File,
    hasher: Sha256,
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

#[async_trait]
impl BlobWriter for Writer {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        let doing = "writing a blob";
        let Some(mut incoming) = self.file.take() else {
            return Err(io_error(doing)(io::Error::other("an earlier write failed")));
        };
        let bytes = bytes.to_vec();
        self.size += bytes.len() as u64;
        let written = blocking(doing, move || {
            incoming.hasher.update(&bytes);
            incoming.file.write_all(&bytes).map_err(io_error(doing))?;
            Ok(incoming)
        });
        self.file = Some(written.await?);
        Ok(())
    }

    async fn seal(mut self: Box<Self>) -> Result<SealedBlob, BlobError> {
        let doing = "putting a blob in place";
        let Some(incoming) = self.file.take() else {
            return Err(io_error(doing)(io::Error::other("an earlier write failed")));
        };
        let hash = Hash::from_bytes(incoming.hasher.clone().finalize().into());
        let pin = self.shared.pin(hash).await;
        let place = self.shared.path(hash);
        let root = self.shared.root.clone();
        blocking(doing, move || {
            // Moved in whole: a closure would copy the flag alone.
            let mut incoming = incoming;
            incoming
                .file
                .sync_data()
                .map_err(io_error("syncing a blob"))?;
            let folder = place.parent().map_or_else(|| root.clone(), Path::to_owned);
            fs::create_dir_all(&folder).map_err(io_error(doing))?;
            // Always: another writer may have made the folder and not synced it yet.
            sync_folder(&root)?;
            fs::rename(&incoming.path, &place).map_err(io_error(doing))?;
            incoming.kept = true;
            sync_folder(&folder)
        })
        .await?;
        Ok(SealedBlob {
            hash,
            size: self.size,
            pin: Box::new(pin),
        })
    }
}

fn sync_folder(folder: &Path) -> Result<(), BlobError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(io_error("syncing a blob folder"))
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
    async fn begin(&self) -> Result<Box<dyn BlobWriter>, BlobError> {
        let name = model::entropy::uuid_v4(&*self.entropy).simple().to_string();
        let path = self.shared.root.join(INCOMING).join(name);
        let incoming = blocking("starting a blob", move || {
            let file = File::create_new(&path).map_err(io_error("starting a blob"))?;
            Ok(Incoming {
                path,
                file,
                hasher: Sha256::new(),
                kept: false,
            })
        });
        Ok(Box::new(Writer {
            shared: Arc::clone(&self.shared),
            file: Some(incoming.await?),
            size: 0,
        }))
    }

    async fn read(&self, hash: Hash, start: u64, length: u64) -> Result<Bytes, BlobError> {
        let path = self.shared.path(hash);
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

    async fn verify(&self, hash: Hash) -> Result<(), BlobError> {
        let path = self.shared.path(hash);
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
        let folder = self.shared.root.join(format!("{first:02x}"));
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
        let mut holds = self.shared.holds();
        if holds.pins.contains_key(&hash) || !holds.reclaiming.insert(hash) {
            return None;
        }
        Some(Box::new(DiskReclaim {
            shared: Arc::clone(&self.shared),
            hash,
        }))
    }
}

struct DiskReclaim {
    shared: Arc<Shared>,
    hash: Hash,
}

impl Drop for DiskReclaim {
    fn drop(&mut self) {
        self.shared.holds().reclaiming.remove(&self.hash);
        self.shared.reclaimed.notify_waiters();
    }
}

#[async_trait]
impl Reclaim for DiskReclaim {
    async fn delete(self: Box<Self>) -> Result<(), BlobError> {
        let path = self.shared.path(self.hash);
        blocking("deleting a blob", move || match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(io_error("deleting a blob")(error))
            }
            _ => Ok(()),
        })
        .await
    }
}
