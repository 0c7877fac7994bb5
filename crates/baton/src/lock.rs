//! One server a data folder.

use crate::exit::refused;
use std::fs::{File, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Takes the folder until the process ends, in any way. No sooner: what is being written when a server
/// stops is finished by threads that outlive its tasks, and the next server must not meet it. Commands
/// that only read or manage do not need it.
pub(crate) fn take(folder: &Path) -> anyhow::Result<()> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(folder.join("lock"))?;
    match file.try_lock() {
        Ok(()) => {
            std::mem::forget(file);
            Ok(())
        }
        Err(TryLockError::WouldBlock) => Err(refused(format!(
            "another server runs on `{}`; end it, or name another folder with --data-dir",
            folder.display()
        ))),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}
