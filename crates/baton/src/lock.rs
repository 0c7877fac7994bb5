//! One server a data folder.

use crate::exit::refused;
use std::fs::{File, TryLockError};
use std::path::Path;

/// Takes the folder until the answer is dropped, or the process ends in any way. Commands that only read
/// or manage do not need it.
pub(crate) fn take(folder: &Path) -> anyhow::Result<File> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(refused(format!(
            "another server runs on `{}`; end it, or name another folder with --data-dir",
            folder.display()
        ))),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}
