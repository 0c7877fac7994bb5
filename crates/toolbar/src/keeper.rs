//! Where the key of this PC is kept: the key under which everything else that is secret here is sealed.

mod file;
mod moving;
#[cfg(test)]
mod tests;

pub use file::{FileKeeper, KEY_FILE};
pub use moving::MovingKeeper;

use zeroize::Zeroizing;

/// The key of this PC.
pub type PcKey = Zeroizing<[u8; 32]>;

/// Keeps the key of one data directory. Its calls may block, and an operating system may ask its user first.
pub trait KeyKeeper: Send + Sync {
    /// The key, if one is kept.
    ///
    /// # Errors
    /// [`KeeperError`]: it is not known whether one is kept, so that none may be made in its place.
    fn read(&self) -> Result<Option<PcKey>, KeeperError>;

    /// Keeps `key` in place of what was kept; it outlives a power cut when this returns.
    ///
    /// # Errors
    /// [`KeeperError`].
    fn keep(&self, key: &[u8; 32]) -> Result<(), KeeperError>;

    /// Forgets the key; there may be none.
    ///
    /// # Errors
    /// [`KeeperError`].
    fn forget(&self) -> Result<(), KeeperError>;

    /// Where it is kept, in words for people.
    fn name(&self) -> &'static str;
}

/// Why a key can't be read or kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeeperError {
    /// The operating system has no keyring.
    #[error("the operating system has no keyring here")]
    Absent,
    /// The keyring is there and says no: locked, or its user declined. The words are the keyring's.
    #[error("the operating system's keyring is locked or refuses ({0})")]
    Refused(String),
    /// The file system refuses.
    #[error("could not use {KEY_FILE} in the data directory: {0}")]
    Io(std::io::ErrorKind),
    /// What is kept is no key.
    #[error("what is kept as this PC's key in {0} is no key")]
    Damaged(&'static str),
    /// What was kept was not there when it was read again.
    #[error("this PC's key did not stay in {0}")]
    NotKept(&'static str),
}
