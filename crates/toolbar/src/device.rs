//! This PC as the platform knows it: an Ed25519 key pair, kept encrypted, and what it signs.

mod assertion;
mod seal;
#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use httpkit::private_file;
use model::{Entropy, entropy};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use wire::practice::{PracticeInfo, Registered};
use zeroize::{Zeroize as _, Zeroizing};

/// The file that holds the device, encrypted.
pub const DEVICE_FILE: &str = "device.json";
/// The file that holds the key of this PC, under which the device is encrypted.
pub const KEY_FILE: &str = "pc.key";

/// What makes this PC known to the platform. It prints nothing of its key.
pub struct Device {
    seed: Zeroizing<[u8; 32]>,
    key: Ed25519KeyPair,
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
    /// The device is there, but not the key it is encrypted under.
    #[error(
        "{DEVICE_FILE} is there, but {KEY_FILE} is missing; put it back, or remove {DEVICE_FILE} and register this PC again"
    )]
    NoKey,
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
        let key = Ed25519KeyPair::from_seed_unchecked(seed.as_slice())
            .map_err(|_| DeviceError::Damaged(DEVICE_FILE))?;
        Ok(Self {
            seed,
            key,
            registered,
        })
    }

    /// The public half: base64url without padding, 32 bytes.
    pub fn public_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.key.public_key())
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

/// The data directory, as far as the device goes. Its calls block for a few file operations.
#[derive(Debug, Clone)]
pub struct DeviceStore(PathBuf);

impl DeviceStore {
    /// Uses `dir`, making it when it is missing.
    ///
    /// # Errors
    /// [`DeviceError::Io`].
    pub fn open(dir: &Path) -> Result<Self, DeviceError> {
        private_file::make_dir(dir).map_err(|error| io(DEVICE_FILE, &error))?;
        Ok(Self(dir.to_owned()))
    }

    /// The device, if there is one.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub fn load(&self) -> Result<Option<Device>, DeviceError> {
        let file = private_file::read(&self.0, DEVICE_FILE).map_err(|e| io(DEVICE_FILE, &e))?;
        let Some(file) = file else { return Ok(None) };
        let key = self.pc_key()?.ok_or(DeviceError::NoKey)?;
        let damaged = || DeviceError::Damaged(DEVICE_FILE);
        let plain = seal::open(&key, DEVICE_FILE, &file).ok_or_else(damaged)?;
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
        let key = match self.pc_key()? {
            Some(key) => key,
            None => self.make_pc_key(entropy)?,
        };
        let mut kept = Kept {
            seed: URL_SAFE_NO_PAD.encode(device.seed.as_slice()),
            registered: device.registered.clone(),
        };
        let damaged = |_| DeviceError::Damaged(DEVICE_FILE);
        let plain = Zeroizing::new(serde_json::to_vec(&kept).map_err(damaged)?);
        kept.seed.zeroize();
        let sealed = seal::seal(&key, DEVICE_FILE, &plain, entropy)
            .ok_or(DeviceError::Damaged(DEVICE_FILE))?;
        private_file::write(&self.0, DEVICE_FILE, &sealed).map_err(|e| io(DEVICE_FILE, &e))
    }

    /// Forgets the device.
    ///
    /// # Errors
    /// [`DeviceError::Io`].
    pub fn remove(&self) -> Result<(), DeviceError> {
        private_file::remove(&self.0, DEVICE_FILE).map_err(|e| io(DEVICE_FILE, &e))
    }

    fn pc_key(&self) -> Result<Option<Zeroizing<[u8; 32]>>, DeviceError> {
        let file = private_file::read(&self.0, KEY_FILE).map_err(|e| io(KEY_FILE, &e))?;
        let Some(bytes) = file.map(Zeroizing::new) else {
            return Ok(None);
        };
        match bytes.as_slice().try_into() {
            Ok(key) => Ok(Some(Zeroizing::new(key))),
            Err(_) => Err(DeviceError::Damaged(KEY_FILE)),
        }
    }

    fn make_pc_key(&self, entropy: &dyn Entropy) -> Result<Zeroizing<[u8; 32]>, DeviceError> {
        let key = Zeroizing::new(entropy::bytes(entropy));
        private_file::write(&self.0, KEY_FILE, key.as_slice()).map_err(|e| io(KEY_FILE, &e))?;
        Ok(key)
    }
}

fn io(file: &'static str, error: &std::io::Error) -> DeviceError {
    DeviceError::Io {
        file,
        kind: error.kind(),
    }
}
