//! The vault: every secret that must be used again is sealed here before it lies in a row.
//!
//! * [`seal`](self): XChaCha20-Poly1305 with the secret's table, row and column bound in, so that what is moved
//!   elsewhere does not open.
//! * [`kek`]: data keys lie beside what they seal, wrapped by a key that does not: a file, the environment, a KMS.
//! * `keys`: data keys in memory; several nodes share one database.
//! * `rotate`: another data key, and everything sealed anew under it while the gateway works.
//!
//! Secrets that are only compared are not here: those are stored as hashes.

mod error;
pub mod kek;
mod keys;
mod rotate;
mod seal;
#[cfg(test)]
mod tests;

pub use error::VaultError;
pub use rotate::{KeyState, Progress};
pub use seal::KeyBytes;

use kek::KeyEncryption;
use keys::Keys;
use model::{Clock, DataKeyId, Entropy, Secret};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use store::gateway::{Sealed, SealedPlace, VaultKeys};
use zeroize::Zeroizing;

/// Seals and unseals. Clones share their keys.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    keys: Keys,
    store: Arc<dyn VaultKeys>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// Secrets that the last round of re-sealing could not open.
    unreadable: AtomicU64,
}

/// What [`Vault::sign`] makes: it shows that this gateway, or one on the same database, wrote a text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// The data key from which the signing key was derived.
    pub key: DataKeyId,
    /// HMAC-SHA-256.
    pub mac: [u8; 32],
}

impl std::fmt::Debug for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signature(under {})", self.key)
    }
}

impl Vault {
    /// Opens the data keys of a database, and makes the first one when there is none. Keys that were wrapped by one
    /// of `former` are wrapped by `kek` from now on.
    ///
    /// # Errors
    /// [`VaultError`]; of a data key that does not open as well, for what is sealed under it could not be used.
    pub async fn open(
        kek: Arc<dyn KeyEncryption>,
        former: Vec<Arc<dyn KeyEncryption>>,
        store: Arc<dyn VaultKeys>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, VaultError> {
        let keys = Keys::open(
            kek,
            former,
            Arc::clone(&store),
            Arc::clone(&clock),
            &*entropy,
        )
        .await?;
        keys.rewrap().await?;
        Ok(Self(Arc::new(Inner {
            keys,
            store,
            clock,
            entropy,
            unreadable: AtomicU64::new(0),
        })))
    }

    /// Seals a secret to its place.
    ///
    /// # Errors
    /// [`VaultError`], when the keys are due to be read anew and can't be.
    pub async fn seal(&self, place: &SealedPlace, secret: &Secret) -> Result<Sealed, VaultError> {
        let (id, key) = self.0.keys.active().await?;
        let text = secret.reveal().as_bytes();
        let bytes = seal::seal(&key, &seal::associated(place), text, &*self.0.entropy)
            .ok_or(VaultError::Refused)?;
        Ok(Sealed { key: id, bytes })
    }

    /// Opens what [`Self::seal`] made for the same place.
    ///
    /// # Errors
    /// [`VaultError::Unreadable`] for another place and for anything that was changed.
    pub async fn unseal(&self, place: &SealedPlace, sealed: &Sealed) -> Result<Secret, VaultError> {
        let key = self.0.keys.find(sealed.key).await?;
        let key = key.ok_or(VaultError::UnknownKey(sealed.key))?;
        let unreadable = || VaultError::Unreadable(place.clone());
        let mut plain =
            seal::open(&key, &seal::associated(place), &sealed.bytes).ok_or_else(unreadable)?;
        match String::from_utf8(std::mem::take(&mut *plain)) {
            Ok(text) => Ok(Secret::new(text)),
            Err(error) => {
                drop(Zeroizing::new(error.into_bytes()));
                Err(unreadable())
            }
        }
    }

    /// Reads the keys anew: for a second try after a sealed value could not be written, for the key it was sealed
    /// under may have gone meanwhile.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn read_anew(&self) -> Result<(), VaultError> {
        self.0.keys.read_anew().await
    }

    /// Signs a text under a key that is derived from the active data key for this purpose. It holds for as long as
    /// that data key is there: at least [`rotate::LINGER`] after another has taken its place.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn sign(&self, purpose: &'static str, text: &str) -> Result<Signature, VaultError> {
        let (id, key) = self.0.keys.active().await?;
        let mac = seal::mac(&key, purpose, text).ok_or(VaultError::Refused)?;
        Ok(Signature { key: id, mac })
    }

    /// Whether [`Self::sign`] made this signature for this purpose and text. Its time says nothing about the
    /// signature.
    ///
    /// # Errors
    /// [`VaultError`].
    pub async fn is_signed(
        &self,
        purpose: &'static str,
        text: &str,
        signature: &Signature,
    ) -> Result<bool, VaultError> {
        // Signatures come from anybody: one that names no key must not cost more than a few looks a minute.
        let Some(key) = self.0.keys.find_now_and_then(signature.key).await? else {
            return Ok(false);
        };
        Ok(seal::is_mac(&key, purpose, text, &signature.mac))
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vault({:?})", self.0.keys)
    }
}
