//! The folder tree `DIR/ab/abcdef…`, and which parts of it are on stable storage.

use super::io_error;
use crate::blob::BlobError;
use model::Hash;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Where blobs are written before they are put in place.
const INCOMING: &str = "incoming";

/// A folder of blobs.
pub(super) struct Folder {
    root: PathBuf,
    /// By a hash's first byte: the sub-folder is there, and its name in the root is synced.
    made: Mutex<[bool; 256]>,
}

impl Folder {
    /// Opens the folder, made when missing.
    pub(super) fn open(root: &Path) -> Result<Self, BlobError> {
        let making = io_error("making the blob folder");
        make_own(&root.join(INCOMING)).map_err(&making)?;
        close(root).map_err(&making)?;
        sync(root)?;
        if let Some(above) = root.parent().filter(|above| above.is_dir()) {
            sync(above)?;
        }
        Ok(Self {
            root: root.to_owned(),
            made: Mutex::new([false; 256]),
        })
    }

    /// The place of what is not in its place yet.
    pub(super) fn incoming(&self) -> PathBuf {
        self.root.join(INCOMING)
    }

    /// The sub-folder of all blobs whose hash begins with a byte.
    pub(super) fn share(&self, first: u8) -> PathBuf {
        self.root.join(format!("{first:02x}"))
    }

    /// The place of a blob.
    pub(super) fn place(&self, hash: Hash) -> PathBuf {
        self.share(first(hash)).join(hash.to_hex())
    }

    /// Makes sure that a blob's sub-folder will be there after a crash.
    pub(super) fn make_share(&self, hash: Hash) -> Result<(), BlobError> {
        let first = first(hash);
        let made = || self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if made().get(usize::from(first)) == Some(&true) {
            return Ok(());
        }
        make_own(&self.share(first)).map_err(io_error("making a blob folder"))?;
        // Also when it was there: an earlier run may have made it and not synced it.
        sync(&self.root)?;
        if let Some(made) = made().get_mut(usize::from(first)) {
            *made = true;
        }
        Ok(())
    }

    /// Puts the names in a blob's sub-folder on stable storage.
    pub(super) fn sync_share(&self, hash: Hash) -> Result<(), BlobError> {
        sync(&self.share(first(hash)))
    }
}

/// A new file for its owner only: it will hold a patient's document.
pub(super) fn new_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a folder, and those above it, for their owner only.
fn make_own(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Closes a folder to others, whoever made it.
fn close(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

fn first(hash: Hash) -> u8 {
    hash.as_bytes().first().copied().unwrap_or_default()
}

fn sync(folder: &Path) -> Result<(), BlobError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(io_error("syncing a blob folder"))
}
