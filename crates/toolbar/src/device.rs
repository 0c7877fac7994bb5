//! This PC as the platform knows it: an Ed25519 key pair, kept encrypted, and what it signs.

mod assertion;
mod seal;
mod session;
#[cfg(test)]
mod tests;

pub use session::KeptSession;

use crate::keeper::{KeeperError, KeyKeeper, PcKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use httpkit::private_file;
use jose::jws::SigningKey;
use model::{Entropy, entropy};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use wire::practice::{PracticeInfo, Registered};
use zeroize::{Zeroize as _, Zeroizing};

/// The file that holds the device, encrypted.
pub const DEVICE_FILE: &str = "device.json";
/// The file that holds the session, encrypted.
pub const SESSION_FILE: &str = "session.json";

/// What makes this PC known to the platform. It prints nothing of its key.
pub struct Device {
    seed: Zeroizing<[u8; 32]>,
    key: SigningKey,
    public: String,
    registered: Option<Registration>,
}

/// What the platform said when it took the device's public key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Registration {
    /// The device's id.
    pub device_id: String,
    /// The practice it is for.
    pub practice: PracticeInfo,
}

/// Why a device can't be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// The file system refuses.
    #[error("could not use {file} in the data directory: {kind}")]
    Io {
        /// Which file.
        file: &'static str,
        /// What the file system says.
        kind: std::io::ErrorKind,
    },
    /// The key of this PC can't be had, so that nobody knows whether there is one.
    #[error("the key of this PC: {0}")]
    Keeper(#[from] KeeperError),
    /// The device is there, but not the key it is encrypted under.
    #[error(
        "{DEVICE_FILE} is there, but the key it is encrypted under is not in {0}; put it back, or remove {DEVICE_FILE} and register this PC again"
    )]
    NoKey(&'static str),
    /// A file isn't what it should be, or was encrypted on another PC.
    #[error(
        "{0} can't be read: damaged, or from another PC; remove {DEVICE_FILE} and register this PC again"
    )]
    Damaged(&'static str),
}

impl Device {
    /// A new key pair.
    ///
    /// # Errors
    /// [`DeviceError::Damaged`] never happens with 32 bytes of entropy, but the library may refuse.
    pub fn generate(entropy: &dyn Entropy) -> Result<Self, DeviceError> {
        Self::from_seed(Zeroizing::new(entropy::bytes(entropy)), None)
    }

    fn from_seed(
        seed: Zeroizing<[u8; 32]>,
        registered: Option<Registration>,
    ) -> Result<Self, DeviceError> {
        let damaged = |_| DeviceError::Damaged(DEVICE_FILE);
        let key = SigningKey::from_seed(&seed).map_err(damaged)?;
        let public = key.public().map_err(damaged)?.x();
        Ok(Self {
            seed,
            key,
            public,
            registered,
        })
    }

    /// The public half: base64url without padding, 32 bytes.
    pub fn public_key(&self) -> String {
        self.public.clone()
    }

    /// What the platform said, once it was asked.
    pub fn registration(&self) -> Option<&Registration> {
        self.registered.as_ref()
    }

    /// The same device, now known to the platform.
    #[must_use]
    pub fn registered(mut self, answer: Registered) -> Self {
        self.registered = Some(Registration {
            device_id: answer.device_id,
            practice: answer.practice,
        });
        self
    }
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Device")
            .field("registered", &self.registered)
            .finish_non_exhaustive()
    }
}

/// What is encrypted.
#[derive(Serialize, Deserialize)]
struct Kept {
    seed: String,
    registered: Option<Registration>,
}

/// The data directory, as far as the device goes. Its calls block for a few file operations, and for as long as the
/// keeper of the key does.
#[derive(Clone)]
pub struct DeviceStore {
    dir: PathBuf,
    keeper: Arc<dyn KeyKeeper>,
}

impl DeviceStore {
    /// Uses `dir`, making it when it is missing; `keeper` has the key under which everything in it is sealed.
    ///
    /// # Errors
    /// [`DeviceError::Io`].
    pub fn open(dir: &Path, keeper: Arc<dyn KeyKeeper>) -> Result<Self, DeviceError> {
        private_file::make_dir(dir).map_err(|error| io(DEVICE_FILE, &error))?;
        let dir = dir.to_owned();
        Ok(Self { dir, keeper })
    }

    /// The device, if there is one.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub fn load(&self) -> Result<Option<Device>, DeviceError> {
        let Some(plain) = self.unsealed(DEVICE_FILE)? else {
            return Ok(None);
        };
        let damaged = || DeviceError::Damaged(DEVICE_FILE);
        let mut kept: Kept = serde_json::from_slice(&plain).map_err(|_| damaged())?;
        let text = Zeroizing::new(std::mem::take(&mut kept.seed));
        let bytes = URL_SAFE_NO_PAD.decode(text.as_bytes()).map(Zeroizing::new);
        let seed = bytes.map_err(|_| damaged())?.as_slice().try_into();
        let seed = Zeroizing::new(seed.map_err(|_| damaged())?);
        Device::from_seed(seed, kept.registered).map(Some)
    }

    /// Keeps `device` in place of what was there; on stable storage when this returns.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub fn save(&self, device: &Device, entropy: &dyn Entropy) -> Result<(), DeviceError> {
        let mut kept = Kept {
            seed: URL_SAFE_NO_PAD.encode(device.seed.as_slice()),
            registered: device.registered.clone(),
        };
        let plain = serde_json::to_vec(&kept).map(Zeroizing::new);
        kept.seed.zeroize();
        let plain = plain.map_err(|_| DeviceError::Damaged(DEVICE_FILE))?;
        self.seal(DEVICE_FILE, &plain, entropy)
    }

    /// Forgets the device, its session and the key of this PC.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub fn remove(&self) -> Result<(), DeviceError> {
        self.forget_session()?;
        private_file::remove(&self.dir, DEVICE_FILE).map_err(|e| io(DEVICE_FILE, &e))?;
        // Last: without its key, what is left would stop the next start.
        Ok(self.keeper.forget()?)
    }

    /// What a file holds, if it is there.
    fn unsealed(&self, name: &'static str) -> Result<Option<Zeroizing<Vec<u8>>>, DeviceError> {
        let file = private_file::read(&self.dir, name).map_err(|e| io(name, &e))?;
        let Some(file) = file else { return Ok(None) };
        let key = self.keeper.read()?;
        let key = key.ok_or_else(|| DeviceError::NoKey(self.keeper.name()))?;
        let plain = seal::open(&key, name, &file);
        plain.ok_or(DeviceError::Damaged(name)).map(Some)
    }

    /// Writes a file, sealed.
    fn seal(
        &self,
        name: &'static str,
        plain: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<(), DeviceError> {
        let key = match self.keeper.read()? {
            Some(key) => key,
            // A keyring may be away while the toolbar runs: another key must not take the place of the device's.
            None if self.dir.join(DEVICE_FILE).exists() => {
                return Err(DeviceError::NoKey(self.keeper.name()));
            }
            None => self.make_pc_key(entropy)?,
        };
        let sealed = seal::seal(&key, name, plain, entropy).ok_or(DeviceError::Damaged(name))?;
        private_file::write(&self.dir, name, &sealed).map_err(|e| io(name, &e))
    }

    fn make_pc_key(&self, entropy: &dyn Entropy) -> Result<PcKey, DeviceError> {
        let key = Zeroizing::new(entropy::bytes(entropy));
        self.keeper.keep(&key)?;
        Ok(key)
    }
}

impl std::fmt::Debug for DeviceStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeviceStore")
            .field("dir", &self.dir)
            .field("keeper", &self.keeper.name())
            .finish()
    }
}

fn io(file: &'static str, error: &std::io::Error) -> DeviceError {
    DeviceError::Io {
        file,
        kind: error.kind(),
    }
}
