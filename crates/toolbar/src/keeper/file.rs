//! The key in a file that only its owner may read.

use super::{KeeperError, KeyKeeper, PcKey};
use httpkit::private_file;
use std::io;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The file that holds the key of this PC.
pub const KEY_FILE: &str = "pc.key";

/// Keeps the key in `pc.key` in the data directory.
#[derive(Clone, Debug)]
pub struct FileKeeper(PathBuf);

impl FileKeeper {
    /// The keeper of the data directory `dir`, which is made when something is kept.
    pub fn new(dir: &Path) -> Self {
        Self(dir.to_owned())
    }
}

impl KeyKeeper for FileKeeper {
    fn read(&self) -> Result<Option<PcKey>, KeeperError> {
        let file = private_file::read(&self.0, KEY_FILE).map_err(|error| refused(&error))?;
        let Some(bytes) = file.map(Zeroizing::new) else {
            return Ok(None);
        };
        match bytes.as_slice().try_into() {
            Ok(key) => Ok(Some(Zeroizing::new(key))),
            Err(_) => Err(KeeperError::Damaged(KEY_FILE)),
        }
    }

    fn keep(&self, key: &[u8; 32]) -> Result<(), KeeperError> {
        private_file::make_dir(&self.0).map_err(|error| refused(&error))?;
        private_file::write(&self.0, KEY_FILE, key).map_err(|error| refused(&error))
    }

    fn forget(&self) -> Result<(), KeeperError> {
        if !self.0.is_dir() {
            return Ok(());
        }
        private_file::remove(&self.0, KEY_FILE).map_err(|error| refused(&error))
    }

    fn name(&self) -> &'static str {
        "a file in the data folder"
    }
}

fn refused(error: &io::Error) -> KeeperError {
    KeeperError::Io(error.kind())
}
