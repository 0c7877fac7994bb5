//! Sealing of bytes under one key: XChaCha20-Poly1305, a random nonce of 24 bytes in front, the place bound in.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use model::Entropy;
use sha2::Sha256;
use store::gateway::SealedPlace;
use zeroize::Zeroizing;

#[cfg(test)]
mod tests;

/// Bytes of a nonce: enough that a random one never comes twice.
const NONCE: usize = 24;
/// What everything of ours is bound to, before the place itself.
const DOMAIN: &str = "baton-gateway:v1";

/// A key of 32 bytes. It prints nothing, stays at one place in memory and is wiped when dropped.
pub struct KeyBytes(Box<Zeroizing<[u8; 32]>>);

impl KeyBytes {
    /// A new key.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut key = Self::blank();
        entropy.fill(key.0.as_mut_slice());
        key
    }

    /// Takes a copy of 32 bytes; `None` of any other number.
    pub fn copy(bytes: &[u8]) -> Option<Self> {
        let mut key = Self::blank();
        if bytes.len() != key.0.len() {
            return None;
        }
        key.0.copy_from_slice(bytes);
        Some(key)
    }

    /// The bytes.
    pub fn reveal(&self) -> &[u8; 32] {
        &self.0
    }

    fn blank() -> Self {
        Self(Box::new(Zeroizing::new([0; 32])))
    }
}

impl std::fmt::Debug for KeyBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyBytes(…)")
    }
}

/// What a secret is bound to: table, row, column. Neither a table's nor a column's name has a colon, so no two
/// places have the same text, whatever stands in a row's name.
pub(super) fn associated(place: &SealedPlace) -> String {
    match place {
        SealedPlace::UserToken(user) => format!("{DOMAIN}:app_user:{user}:token"),
        SealedPlace::WebhookSecret(id) => format!("{DOMAIN}:webhook:{id}:secret"),
        SealedPlace::FormerWebhookSecret(id) => format!("{DOMAIN}:webhook:{id}:former_secret"),
        SealedPlace::LinkTokens(patient) => format!("{DOMAIN}:patient:{}:tokens", patient.as_str()),
        SealedPlace::PatientDetails(patient) => {
            format!("{DOMAIN}:patient:{}:details", patient.as_str())
        }
        SealedPlace::AttemptSecret(id) => format!("{DOMAIN}:link_attempt:{id}:secret"),
        SealedPlace::WidgetSecret(id) => format!("{DOMAIN}:widget_secret:{id}:secret"),
    }
}

/// Seals; `None` only when the library refuses.
pub(super) fn seal(
    key: &KeyBytes,
    associated: &str,
    plain: &[u8],
    entropy: &dyn Entropy,
) -> Option<Vec<u8>> {
    let nonce: [u8; NONCE] = model::entropy::bytes(entropy);
    let payload = Payload {
        msg: plain,
        aad: associated.as_bytes(),
    };
    let sealed = XChaCha20Poly1305::new(key.reveal().into())
        .encrypt(&XNonce::from(nonce), payload)
        .ok()?;
    let mut bytes = Vec::with_capacity(NONCE + sealed.len());
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(&sealed);
    Some(bytes)
}

/// Opens what [`seal`] made; `None` if key, bytes or what it is bound to differ.
pub(super) fn open(key: &KeyBytes, associated: &str, bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
    let payload = Payload {
        msg: sealed,
        aad: associated.as_bytes(),
    };
    XChaCha20Poly1305::new(key.reveal().into())
        .decrypt(&XNonce::from(*nonce), payload)
        .ok()
        .map(Zeroizing::new)
}

/// The signature of a text, under a key derived for one purpose.
pub(super) fn mac(key: &KeyBytes, purpose: &str, text: &str) -> Option<[u8; 32]> {
    Some(signer(key, purpose, text)?.finalize().into_bytes().into())
}

/// Whether `mac` is what [`mac`] makes, in a time that says nothing about it.
pub(super) fn is_mac(key: &KeyBytes, purpose: &str, text: &str, mac: &[u8; 32]) -> bool {
    signer(key, purpose, text).is_some_and(|signer| signer.verify_slice(mac).is_ok())
}

fn signer(key: &KeyBytes, purpose: &str, text: &str) -> Option<Hmac<Sha256>> {
    let mut derive = Hmac::<Sha256>::new_from_slice(key.reveal()).ok()?;
    derive.update(format!("{DOMAIN}:sign:{purpose}").as_bytes());
    let derived = KeyBytes::copy(&derive.finalize().into_bytes())?;
    let mut signer = Hmac::<Sha256>::new_from_slice(derived.reveal()).ok()?;
    signer.update(text.as_bytes());
    Some(signer)
}
