//! Where the bytes of a blob wait until all of them came: a file without a name, hashed as it is written,
//! gone when it is closed, by whatever end.

use faultpoint::Point;
use model::Hash;
use sha2::{Digest as _, Sha256};
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;
use store::blob::BlobError;

pub(crate) struct Spool {
    file: File,
    hasher: Sha256,
    size: u64,
}

/// A blob of which all bytes came.
pub(crate) struct Spooled {
    file: File,
    pub(crate) hash: Hash,
    pub(crate) size: u64,
}

pub(crate) fn io_error(doing: &'static str) -> impl Fn(io::Error) -> BlobError {
    move |source| BlobError::Io { doing, source }
}

/// Makes the folder, and those above it, for their owner only.
pub(crate) fn make(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

impl Spool {
    pub(crate) fn start(folder: &Path) -> Result<Self, BlobError> {
        let file = faultpoint::disk(Point::BlobBegin)
            .and_then(|()| tempfile::tempfile_in(folder))
            .map_err(io_error("starting a blob"))?;
        Ok(Self {
            file,
            hasher: Sha256::new(),
            size: 0,
        })
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        faultpoint::disk(Point::BlobWrite)
            .and_then(|()| self.file.write_all(bytes))
            .map_err(io_error("writing a blob"))
    }

    /// All bytes came. Nothing is synced: a crash takes the file with it anyway.
    pub(crate) fn finish(self) -> Result<Spooled, BlobError> {
        faultpoint::disk(Point::BlobSync)
            .and_then(|()| faultpoint::disk(Point::BlobSynced))
            .map_err(io_error("finishing a blob"))?;
        Ok(Spooled {
            hash: Hash::from_bytes(self.hasher.finalize().into()),
            file: self.file,
            size: self.size,
        })
    }
}

impl Spooled {
    /// Reads the blob into an empty buffer and closes the file.
    pub(crate) fn load(mut self, buffer: &mut Vec<u8>) -> Result<(), BlobError> {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let read = buffer
            .try_reserve_exact(size)
            .map_err(|_| io::ErrorKind::OutOfMemory.into())
            .and_then(|()| self.file.rewind())
            .and_then(|()| self.file.read_to_end(buffer))
            .and_then(|read| {
                if read == size {
                    faultpoint::disk(Point::BlobRename)
                } else {
                    Err(io::ErrorKind::UnexpectedEof.into())
                }
            });
        read.map_err(io_error("reading a blob back for its bucket"))
    }
}
