//! A key-encryption key in a file: read, and made at the first start.

use super::{BadKey, LocalKey};
use crate::vault::KeyBytes;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use httpkit::private_file;
use model::{Entropy, Secret, entropy};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::StoreError;
use store::gateway::VaultKeys;
use zeroize::Zeroizing;

/// No key's file is longer.
const MAX_FILE: u64 = 1024;

/// Why there is no key from a file.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file system refuses.
    #[error("`{}` cannot be read or made", .0.display())]
    Io(PathBuf, #[source] io::Error),
    /// Others may read or change it.
    #[error("`{}` may be read or changed by others (mode {mode:04o}): run `chmod 600` on it", file.display())]
    Open {
        /// Which file.
        file: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// What it holds is no key.
    #[error("`{}` {why}", file.display())]
    Bad {
        /// Which file.
        file: PathBuf,
        /// Why.
        why: BadKey,
    },
    /// It was there, for something is wrapped by what it held.
    #[error(
        "`{}` is missing, and what the vault holds is sealed under the key in it: put the file back. Without it, every practitioner has to authorise again, with a new database",
        .0.display()
    )]
    Missing(PathBuf),
    /// Whether there are data keys could not be read.
    #[error("the vault's data keys could not be read")]
    Store(#[from] StoreError),
}

impl LocalKey {
    /// The key in a file: 32 bytes, or base64 text of them. `None` when there is no such file.
    ///
    /// # Errors
    /// [`KeyFileError`]; also when anybody but the owner may change it, or anybody but owner and group may read it.
    pub fn from_file(path: &Path, entropy: Arc<dyn Entropy>) -> Result<Option<Self>, KeyFileError> {
        let bytes = match read(path) {
            Ok(bytes) => bytes,
            Err(KeyFileError::Io(_, error)) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let key = match std::str::from_utf8(&bytes) {
            Ok(text) if bytes.len() != 32 => {
                Self::from_text(&Secret::new(text.to_owned()), entropy)
            }
            _ => Self::from_bytes(&bytes, entropy),
        };
        key.map(Some).map_err(|why| KeyFileError::Bad {
            file: path.to_owned(),
            why,
        })
    }

    /// The key in a file, which is made, for its owner only, as long as nothing is sealed yet.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub async fn of_file(
        path: &Path,
        store: &dyn VaultKeys,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, KeyFileError> {
        if let Some(key) = Self::from_file(path, Arc::clone(&entropy))? {
            return Ok(key);
        }
        let missing = || KeyFileError::Missing(path.to_owned());
        if !store.keys().await?.is_empty() {
            return Err(missing());
        }
        make(path, &*entropy).map_err(|error| KeyFileError::Io(path.to_owned(), error))?;
        Self::from_file(path, entropy)?.ok_or_else(missing)
    }
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let told = |error| KeyFileError::Io(path.to_owned(), error);
    let file = File::open(path).map_err(told)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = file.metadata().map_err(told)?.permissions().mode() & 0o777;
        // The group may read: that is how services and containers are handed their secrets.
        if mode & 0o037 != 0 {
            return Err(KeyFileError::Open {
                file: path.to_owned(),
                mode,
            });
        }
    }
    // With room for all of it, so that growing leaves no copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * 1024));
    file.take(MAX_FILE).read_to_end(&mut bytes).map_err(told)?;
    Ok(bytes)
}

/// Makes a key's file. Of several who make it at once, one wins.
fn make(path: &Path, entropy: &dyn Entropy) -> io::Result<()> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or(io::ErrorKind::InvalidFilename)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let key = KeyBytes::generate(entropy);
    let mut text = Zeroizing::new(String::with_capacity(64));
    BASE64_STANDARD.encode_string(key.reveal(), &mut text);
    text.push('\n');
    // Of its own name, and then linked: the file is whole, and never replaces another's.
    let beside = format!("{name}.{}", entropy::uuid_v4(entropy).simple());
    private_file::make_dir(folder)?;
    private_file::write(folder, &beside, text.as_bytes())?;
    let linked = fs::hard_link(folder.join(&beside), path);
    private_file::remove(folder, &beside)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => private_file::sync_dir(folder),
    }
}
