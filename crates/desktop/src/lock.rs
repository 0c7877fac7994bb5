//! One toolbar a data folder.

use crate::exit::failed;
use httpkit::private_file;
use std::fs::{File, TryLockError};
use std::path::Path;

/// Held until it is dropped, or the process ends in any way.
pub(crate) struct Lock {
    _file: File,
}

/// Takes the folder, which is made if it is missing; `None` when another toolbar has it.
///
/// # Errors
/// The file system refuses.
pub(crate) fn take(folder: &Path) -> anyhow::Result<Option<Lock>> {
    let trouble = |error: std::io::Error| {
        failed(format!(
            "can't use the folder {}: {error}",
            folder.display()
        ))
    };
    private_file::make_dir(folder).map_err(trouble)?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("window.lock"))
        .map_err(trouble)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(trouble(error)),
    }
}
