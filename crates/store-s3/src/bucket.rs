//! What is asked of the bucket, each with the time it may take, and answered in our words.

use crate::address::Address;
use crate::fault::Fault;
use crate::http;
use crate::spool::{Spooled, io_error};
use crate::turns::Turns;
use bytes::Bytes;
use faultpoint::Point;
use futures_util::TryStreamExt as _;
use model::Hash;
use object_store::aws::AmazonS3;
use object_store::list::{PaginatedListOptions, PaginatedListStore as _};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore as _, ObjectStoreExt as _};
use object_store::{PutMode, PutOptions, PutPayload};
use sha2::{Digest as _, Sha256};
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use store::blob::{BlobError, NotSealed};

/// So many blobs are on their way to the bucket at once, each with all its bytes in memory: at most 5 MiB
/// for an attachment, so 40 MiB in all, which are kept for the next ones.
pub const PUTS_AT_ONCE: usize = 8;

/// A blob leaves in pieces of this size, so that no layer below copies it whole.
const PIECE: usize = 64 * 1024;

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// One request with its answer.
    pub(crate) attempt: Duration,
    /// After so long, a failed attempt is not followed by another one.
    pub(crate) retry: Duration,
    /// Waiting for one of [`PUTS_AT_ONCE`].
    pub(crate) turn: Duration,
    /// A PUT with all its attempts.
    pub(crate) put: Duration,
    /// Reading a blob with all attempts.
    pub(crate) read: Duration,
    /// Asking whether a blob is there: a transaction waits for it.
    pub(crate) look: Duration,
    /// A DELETE, which is attempted once.
    pub(crate) delete: Duration,
    /// Listing a 256th of the blobs.
    pub(crate) list: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            attempt: Duration::from_secs(12),
            retry: Duration::from_secs(15),
            turn: Duration::from_secs(30),
            put: Duration::from_secs(30),
            read: Duration::from_secs(30),
            look: Duration::from_secs(4),
            delete: Duration::from_secs(10),
            list: Duration::from_secs(60),
        }
    }
}

/// The bucket.
pub(crate) struct Bucket {
    pub(crate) address: Address,
    /// Tries again what fails.
    pub(crate) store: AmazonS3,
    /// Does not. A DELETE whose answer was lost may still be carried out after a second one was answered,
    /// and then hit what was put there since.
    pub(crate) once: AmazonS3,
    pub(crate) turns: Arc<Turns>,
    pub(crate) limits: Limits,
}

/// Why the bucket did not do it.
pub(crate) enum Refusal {
    /// There is no such object.
    Absent,
    /// There is one already.
    Present,
    /// The object ends before the range begins.
    Past,
    Fault(Fault),
}

impl Refusal {
    /// As an error, where only a fault can be.
    pub(crate) fn while_doing(self, doing: &'static str) -> BlobError {
        let fault = match self {
            Self::Fault(fault) => fault,
            Self::Absent => Fault::NoBucket,
            Self::Present | Self::Past => Fault::Odd,
        };
        io_error(doing)(fault.into())
    }

    /// As an error of a blob that was asked for.
    fn of(self, hash: Hash, doing: &'static str) -> BlobError {
        match self {
            Self::Absent => BlobError::Missing(hash),
            other => other.while_doing(doing),
        }
    }
}

/// Runs disk work off the async workers.
pub(crate) async fn blocking<T: Send + 'static>(
    doing: &'static str,
    work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(io_error(doing)(io::Error::other("the worker stopped"))))
}

async fn ask<T>(
    limit: Duration,
    operation: impl Future<Output = object_store::Result<T>>,
) -> Result<T, Refusal> {
    use object_store::Error;
    let (result, seen) = http::seeing(tokio::time::timeout(limit, operation)).await;
    let error = match result {
        Ok(Ok(answer)) => return Ok(answer),
        Ok(Err(error)) => error,
        Err(_) => return Err(Refusal::Fault(Fault::late(seen.as_ref()))),
    };
    let fault = Fault::of(&error, seen.as_ref());
    Err(match (error, fault) {
        (Error::NotFound { .. }, Fault::Answer(404, _)) => Refusal::Absent,
        (Error::AlreadyExists { .. }, Fault::Answer(409 | 412, _)) => Refusal::Present,
        (_, Fault::Answer(416, _)) => Refusal::Past,
        (_, fault) => Refusal::Fault(fault),
    })
}

impl Bucket {
    /// Where an object beside the blobs is.
    pub(crate) fn beside(&self, name: &str) -> Path {
        self.address.prefix.clone().join(name)
    }

    fn share(&self, first: u8) -> Path {
        self.beside(&format!("{first:02x}"))
    }

    fn place(&self, hash: Hash) -> Path {
        self.share(first(hash)).join(hash.to_hex())
    }

    /// Lists one object at most, and looks for one that nobody writes: whether the bucket is there, these
    /// keys may look into it, and an absent object is told from a forbidden one.
    pub(crate) async fn check(&self) -> Result<(), BlobError> {
        let doing = "looking into the bucket";
        let options = PaginatedListOptions {
            max_keys: Some(1),
            ..PaginatedListOptions::default()
        };
        let prefix = self.address.prefix.as_ref();
        let list = self.store.list_paginated(Some(prefix), options);
        ask(self.limits.delete, list)
            .await
            .map_err(|refusal| refusal.while_doing(doing))?;
        let nothing = self.beside("nothing");
        match ask(self.limits.delete, self.store.head(&nothing)).await {
            Err(Refusal::Absent) => Ok(()),
            // Whatever answers, it is no bucket.
            Ok(_) => Err(Refusal::Fault(Fault::Odd).while_doing(doing)),
            Err(refusal) => Err(refusal.while_doing(doing)),
        }
    }

    /// Puts a blob in its place, over whatever is there.
    pub(crate) async fn put_blob(&self, spooled: Spooled) -> Result<(), NotSealed> {
        let doing = "putting a blob into its bucket";
        let hash = spooled.hash;
        let turn = tokio::time::timeout(self.limits.turn, self.turns.take());
        let Ok(Some(mut turn)) = turn.await else {
            return Err(io_error(doing)(Fault::Crowded.into()).into());
        };
        let bytes = blocking(doing, move || {
            spooled.load(&mut turn.buffer)?;
            Ok(turn.into_bytes())
        })
        .await?;
        let doubtful = |error| NotSealed {
            error,
            in_doubt: Some(hash),
        };
        self.put(&self.place(hash), bytes, PutMode::Overwrite)
            .await
            .map_err(|refusal| doubtful(refusal.while_doing(doing)))?;
        blocking(doing, move || {
            faultpoint::disk(Point::BlobRenamed)
                .and_then(|()| faultpoint::disk(Point::BlobFolderSynced))
                .map_err(io_error(doing))
        })
        .await
        .map_err(doubtful)
    }

    /// Puts an object. Done again, by us or by somebody whose first answer was lost, it does no harm.
    pub(crate) async fn put(&self, at: &Path, bytes: Bytes, mode: PutMode) -> Result<(), Refusal> {
        let pieces = (0..bytes.len()).step_by(PIECE);
        let payload: PutPayload = pieces
            .map(|start| bytes.slice(start..bytes.len().min(start + PIECE)))
            .collect();
        drop(bytes);
        let options = PutOptions::from(mode);
        ask(self.limits.put, self.store.put_opts(at, payload, options)).await?;
        Ok(())
    }

    /// An object's bytes.
    pub(crate) async fn get(&self, at: &Path) -> Result<Bytes, Refusal> {
        let whole = async { self.store.get(at).await?.bytes().await };
        ask(self.limits.read, whole).await
    }

    /// A part of a blob, as much as there is of it.
    pub(crate) async fn read(
        &self,
        hash: Hash,
        start: u64,
        length: u64,
    ) -> Result<Bytes, BlobError> {
        let doing = "reading a blob";
        if length == 0 {
            let there = self.exists(hash).await?;
            return there.then(Bytes::new).ok_or(BlobError::Missing(hash));
        }
        let range = GetRange::Bounded(start..start.saturating_add(length));
        let options = GetOptions::new().with_range(Some(range));
        let place = self.place(hash);
        let part = async { self.store.get_opts(&place, options).await?.bytes().await };
        match ask(self.limits.read, part).await {
            Err(Refusal::Past) => Ok(Bytes::new()),
            other => other.map_err(|refusal| refusal.of(hash, doing)),
        }
    }

    pub(crate) async fn exists(&self, hash: Hash) -> Result<bool, BlobError> {
        match ask(self.limits.look, self.store.head(&self.place(hash))).await {
            Ok(_) => Ok(true),
            Err(Refusal::Absent) => Ok(false),
            Err(refusal) => Err(refusal.while_doing("looking for a blob")),
        }
    }

    /// Reads a blob through, piece by piece.
    pub(crate) async fn verify(&self, hash: Hash) -> Result<(), BlobError> {
        let place = self.place(hash);
        let found = async {
            let mut pieces = self.store.get(&place).await?.into_stream();
            let mut hasher = Sha256::new();
            while let Some(piece) = pieces.try_next().await? {
                hasher.update(&piece);
            }
            Ok(Hash::from_bytes(hasher.finalize().into()))
        };
        match ask(self.limits.read, found).await {
            Ok(found) if found == hash => Ok(()),
            Ok(_) => Err(BlobError::Damaged(hash)),
            Err(refusal) => Err(refusal.of(hash, "checking a blob")),
        }
    }

    /// A thousand at a time, as S3 lists them.
    pub(crate) async fn beginning_with(&self, byte: u8) -> Result<Vec<Hash>, BlobError> {
        let share = self.share(byte);
        let found = async {
            let mut objects = self.store.list(Some(&share));
            let mut hashes = Vec::new();
            while let Some(object) = objects.try_next().await? {
                let hash = object.location.filename().and_then(Hash::from_hex);
                hashes.extend(hash.filter(|hash| self.place(*hash) == object.location));
            }
            Ok(hashes)
        };
        ask(self.limits.list, found)
            .await
            .map_err(|refusal| refusal.while_doing("listing blobs"))
    }

    /// Deletes a blob; one that is not there is deleted.
    pub(crate) async fn delete(&self, hash: Hash) -> Result<(), BlobError> {
        let doing = "deleting a blob";
        blocking(doing, move || {
            faultpoint::disk(Point::BlobDelete).map_err(io_error(doing))
        })
        .await?;
        match ask(self.limits.delete, self.once.delete(&self.place(hash))).await {
            Ok(()) | Err(Refusal::Absent) => {}
            Err(refusal) => return Err(refusal.while_doing(doing)),
        }
        blocking(doing, move || {
            faultpoint::disk(Point::BlobDeleted).map_err(io_error(doing))
        })
        .await
    }
}

fn first(hash: Hash) -> u8 {
    hash.as_bytes().first().copied().unwrap_or_default()
}
