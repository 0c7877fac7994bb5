//! The key in the operating system's keyring, or in a file where there is none; from the file it moves into the
//! keyring by itself.

use super::{FileKeeper, KeeperError, KeyKeeper, PcKey};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Prefers a keyring, and falls back to a file where the operating system has none.
///
/// A file that is there is the newest key: this keeper removes it as soon as the keyring has it, so that what is
/// there is a move that was cut short, or was written later by a program without a keyring. It is kept in the
/// keyring, read back, and only then removed.
pub struct MovingKeeper {
    keyring: Arc<dyn KeyKeeper>,
    file: FileKeeper,
    in_file: AtomicBool,
}

impl MovingKeeper {
    /// Prefers `keyring` to `file`.
    pub fn new(keyring: Arc<dyn KeyKeeper>, file: FileKeeper) -> Self {
        Self {
            keyring,
            file,
            in_file: AtomicBool::new(false),
        }
    }

    fn is_in_file(&self, yes: bool) {
        self.in_file.store(yes, Ordering::Relaxed);
    }

    /// Keeps `key` in the keyring, sees it there, and removes the file.
    fn move_in(&self, key: &[u8; 32]) -> Result<(), KeeperError> {
        self.keyring.keep(key)?;
        let there = self.keyring.read()?;
        if there.is_none_or(|there| *there != *key) {
            return Err(KeeperError::NotKept(self.keyring.name()));
        }
        self.file.forget()
    }
}

impl KeyKeeper for MovingKeeper {
    fn read(&self) -> Result<Option<PcKey>, KeeperError> {
        let Some(key) = self.file.read()? else {
            self.is_in_file(false);
            return match self.keyring.read() {
                // The key may have been in a keyring that isn't there today; whoever has something sealed
                // under it finds it missing, and says so.
                Err(KeeperError::Absent) => Ok(None),
                read => read,
            };
        };
        // As long as the keyring will not have it, the file does.
        let moved = self.move_in(&key);
        if let Err(error) = &moved {
            tracing::info!(%error, "the key of this PC stays in its file");
        }
        self.is_in_file(moved.is_err());
        Ok(Some(key))
    }

    fn keep(&self, key: &[u8; 32]) -> Result<(), KeeperError> {
        match self.move_in(key) {
            Err(KeeperError::Absent) => {
                self.is_in_file(true);
                self.file.keep(key)
            }
            kept => {
                self.is_in_file(false);
                kept
            }
        }
    }

    fn forget(&self) -> Result<(), KeeperError> {
        self.file.forget()?;
        match self.keyring.forget() {
            Err(KeeperError::Absent) => Ok(()),
            forgotten => forgotten,
        }
    }

    fn name(&self) -> &'static str {
        if self.in_file.load(Ordering::Relaxed) {
            self.file.name()
        } else {
            self.keyring.name()
        }
    }
}
