//! The key of this PC in the operating system's keyring: Windows Credential Manager, macOS Keychain, or on other Unix
//! systems whatever offers the Secret Service.

mod system;
#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyring_core::{CredentialStore, Entry, Error};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use toolbar::keeper::{FileKeeper, KeeperError, KeyKeeper, MovingKeeper, PcKey};
use zeroize::Zeroizing;

/// What our entries are called in a keyring.
const SERVICE: &str = "uk.baton.toolbar";
/// Where the key is, for people.
const NAME: &str = "the operating system\u{2019}s keyring";

/// Opens a keyring; an error says that there is none.
type Open = fn() -> keyring_core::Result<Arc<CredentialStore>>;

/// Has the key of the data directory `dir`: in the operating system's keyring, or in a file where there is none. A key
/// that an earlier version kept in a file moves into the keyring when it is read.
pub fn keeper(dir: &Path) -> Arc<dyn KeyKeeper> {
    let keyring = Keyring::new(dir, system::open);
    Arc::new(MovingKeeper::new(Arc::new(keyring), FileKeeper::new(dir)))
}

/// Keeps the key of one data directory in a keyring.
struct Keyring {
    open: Open,
    /// One PC user may have several data directories.
    user: String,
    entry: Mutex<Option<Arc<Entry>>>,
}

impl Keyring {
    fn new(dir: &Path, open: Open) -> Self {
        let whole = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
        Self {
            open,
            user: format!("key of {}", whole.display()),
            entry: Mutex::new(None),
        }
    }

    /// Our entry. A keyring that is not there is looked for each time: it may start after us.
    fn entry(&self) -> Result<Arc<Entry>, KeeperError> {
        let mut known = self.entry.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = &*known {
            return Ok(Arc::clone(entry));
        }
        let store = (self.open)().map_err(|_| KeeperError::Absent)?;
        let entry = store.build(SERVICE, &self.user, None).map_err(refused)?;
        Ok(Arc::clone(known.insert(Arc::new(entry))))
    }

    /// After a fault the keyring is opened anew: it may have been started anew.
    fn told<T>(&self, result: Result<T, Error>) -> Result<T, KeeperError> {
        result.map_err(|error| {
            *self.entry.lock().unwrap_or_else(PoisonError::into_inner) = None;
            refused(error)
        })
    }
}

/// What an error means. Its own text may hold what is kept, so that only some of it is repeated.
fn refused(error: Error) -> KeeperError {
    match error {
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::BadStoreFormat(_) => {
            KeeperError::Damaged(NAME)
        }
        Error::NoStorageAccess(_) => KeeperError::Refused("it is locked".to_owned()),
        Error::Ambiguous(_) => KeeperError::Refused("it has more than one key for us".to_owned()),
        Error::NoDefaultStore | Error::NotSupportedByStore(_) => KeeperError::Absent,
        _ => KeeperError::Refused("it does not answer".to_owned()),
    }
}

impl KeyKeeper for Keyring {
    fn read(&self) -> Result<Option<PcKey>, KeeperError> {
        let text = match self.entry()?.get_password() {
            Err(Error::NoEntry) => return Ok(None),
            text => Zeroizing::new(self.told(text)?),
        };
        let bytes = URL_SAFE_NO_PAD.decode(text.as_bytes()).map(Zeroizing::new);
        let bytes = bytes.map_err(|_| KeeperError::Damaged(NAME))?;
        let key = bytes.as_slice().try_into();
        key.map(|key| Some(Zeroizing::new(key)))
            .map_err(|_| KeeperError::Damaged(NAME))
    }

    fn keep(&self, key: &[u8; 32]) -> Result<(), KeeperError> {
        // As text: there are keyrings that take nothing else.
        let text = Zeroizing::new(URL_SAFE_NO_PAD.encode(key));
        let kept = self.entry()?.set_password(&text);
        self.told(kept)
    }

    fn forget(&self) -> Result<(), KeeperError> {
        match self.entry()?.delete_credential() {
            Err(Error::NoEntry) => Ok(()),
            forgotten => self.told(forgotten),
        }
    }

    fn name(&self) -> &'static str {
        NAME
    }
}
