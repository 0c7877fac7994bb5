//! A key-encryption key that this process holds: 32 bytes, from a file or a setting.

use super::{KekError, KeyEncryption};
use crate::vault::seal::{self, KeyBytes};
use async_trait::async_trait;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use model::{Entropy, Secret};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Wraps with XChaCha20-Poly1305. It prints its name only.
pub struct LocalKey {
    key: KeyBytes,
    id: String,
    entropy: Arc<dyn Entropy>,
}

/// Why bytes or a text are not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// Not base64 at all.
    #[error(
        "must be 32 random bytes as base64 text (44 characters), made for instance with `openssl rand -base64 32`"
    )]
    NotBase64,
    /// Too many or too few.
    #[error(
        "must hold 32 bytes, but holds {0}; make a key for instance with `openssl rand -base64 32`"
    )]
    Size(usize),
    /// Nobody's random bytes look so.
    #[error(
        "is no random key: it is one byte over and over, or plain text; make one with `openssl rand -base64 32`"
    )]
    Guessable,
}

const EITHER_PADDING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const ALPHABETS: [GeneralPurpose; 2] = [
    GeneralPurpose::new(&alphabet::STANDARD, EITHER_PADDING),
    GeneralPurpose::new(&alphabet::URL_SAFE, EITHER_PADDING),
];

impl LocalKey {
    /// A key of 32 bytes. `entropy` gives the nonces.
    ///
    /// # Errors
    /// [`BadKey`].
    pub fn from_bytes(bytes: &[u8], entropy: Arc<dyn Entropy>) -> Result<Self, BadKey> {
        let key = KeyBytes::copy(bytes).ok_or(BadKey::Size(bytes.len()))?;
        let plain_text = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
        let one_byte = bytes.windows(2).all(|pair| pair.first() == pair.last());
        // Of 32 random bytes, all are printable once in 10^13 keys.
        if one_byte || bytes.iter().all(plain_text) {
            return Err(BadKey::Guessable);
        }
        let name = seal::mac(&key, "key-encryption-key", "id").unwrap_or_default();
        let name = model::Hash::from_bytes(name).to_hex();
        let id = format!("local-{}", name.get(..16).unwrap_or_default());
        Ok(Self { key, id, entropy })
    }

    /// A key as base64 text, of either alphabet, padded or not, white space around it forgiven.
    ///
    /// # Errors
    /// [`BadKey`].
    pub fn from_text(text: &Secret, entropy: Arc<dyn Entropy>) -> Result<Self, BadKey> {
        let text = text.reveal().trim();
        let decoded = ALPHABETS
            .iter()
            .find_map(|engine| engine.decode(text).ok())
            .map(Zeroizing::new)
            .ok_or(BadKey::NotBase64)?;
        Self::from_bytes(&decoded, entropy)
    }
}

#[async_trait]
impl KeyEncryption for LocalKey {
    async fn id(&self) -> Result<String, KekError> {
        Ok(self.id.clone())
    }

    async fn wrap(&self, context: &str, key: &KeyBytes) -> Result<Vec<u8>, KekError> {
        seal::seal(&self.key, context, key.reveal(), &*self.entropy)
            .ok_or_else(|| KekError::Refused("the library would not seal".to_owned()))
    }

    async fn unwrap(&self, context: &str, wrapped: &[u8]) -> Result<KeyBytes, KekError> {
        seal::open(&self.key, context, wrapped)
            .and_then(|bytes| KeyBytes::copy(&bytes))
            .ok_or_else(|| KekError::Refused("what was wrapped does not open".to_owned()))
    }
}

impl std::fmt::Debug for LocalKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LocalKey({})", self.id)
    }
}
