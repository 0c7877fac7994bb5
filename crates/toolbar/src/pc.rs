//! What a program on a practice's PC needs of that PC: HTTP to the outside, its clock, its chance, and a data folder
//! that one toolbar uses at a time.

use httpkit::clock::SystemClock;
use httpkit::entropy::OsEntropy;
use httpkit::{outbound, private_file};
use model::{Clock, Entropy};
use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// HTTP for an [`AgentConfig`](crate::AgentConfig): no proxy, no redirects, no time limit over a whole exchange, for
/// one of them is a stream.
///
/// # Errors
/// TLS can't be set up.
pub fn http() -> Result<reqwest::Client, reqwest::Error> {
    outbound::client(None)
}

/// The operating system's clock.
pub fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// The operating system's random numbers.
pub fn entropy() -> Arc<dyn Entropy> {
    Arc::new(OsEntropy)
}

/// A folder that nobody else uses, until it is dropped or the process ends in any way.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the file `name` in `folder`, which is made for its owner only if it is missing; `None` when somebody else
    /// has it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn take(folder: &Path, name: &str) -> io::Result<Option<Self>> {
        private_file::make_dir(folder)?;
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join(name))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lock;

    #[test]
    fn a_folder_is_taken_once_and_free_again_afterwards() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("new");
        let held = Lock::take(&folder, "a.lock").unwrap();
        assert!(held.is_some());
        assert!(Lock::take(&folder, "a.lock").unwrap().is_none());
        assert!(Lock::take(&folder, "b.lock").unwrap().is_some());
        drop(held);
        assert!(Lock::take(&folder, "a.lock").unwrap().is_some());
    }
}
