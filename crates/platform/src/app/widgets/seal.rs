//! A widget's secret at rest: XChaCha20-Poly1305 under a key that is derived from the platform's code key, which is
//! not in the database, and bound to table, row and column.

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use model::widget::{EncryptionSecret, Name};
use model::{ClientSystemId, Entropy, Hash, Secret, entropy};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Bytes of a nonce: enough that a random one never comes twice.
const NONCE: usize = 24;
const SECRET_KEY: &[u8] = b"baton/platform/widget-secret/v1";
const MARK_KEY: &[u8] = b"baton/platform/widget-mark/v1";

/// The row of a widget: its client system and its name, which never change.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) client: ClientSystemId,
    pub(super) name: &'a Name,
}

impl Place<'_> {
    /// A client system's id has always the same length and the column stands before the name, so no two places have
    /// the same text.
    fn associated(self) -> String {
        let name = self.name.as_str();
        format!("baton-platform:v1:widget:secret:{}:{name}", self.client)
    }
}

/// Seals a secret; `None` only when the library refuses.
pub(super) fn seal(
    code_key: &Secret,
    place: Place<'_>,
    secret: &EncryptionSecret,
    entropy: &dyn Entropy,
) -> Option<Vec<u8>> {
    let nonce: [u8; NONCE] = entropy::bytes(entropy);
    let associated = place.associated();
    let payload = Payload {
        msg: secret.reveal().as_bytes(),
        aad: associated.as_bytes(),
    };
    let sealed = cipher(code_key)?
        .encrypt(&XNonce::from(nonce), payload)
        .ok()?;
    let mut bytes = nonce.to_vec();
    bytes.extend_from_slice(&sealed);
    Some(bytes)
}

/// Opens what [`seal`] made for the same place under the same key.
pub(super) fn open(code_key: &Secret, place: Place<'_>, sealed: &[u8]) -> Option<EncryptionSecret> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    let associated = place.associated();
    let payload = Payload {
        msg: sealed,
        aad: associated.as_bytes(),
    };
    let plain = cipher(code_key)?
        .decrypt(&XNonce::from(*nonce), payload)
        .ok()
        .map(Zeroizing::new)?;
    let text = std::str::from_utf8(&plain).ok()?;
    EncryptionSecret::parse(Secret::new(text.to_owned())).ok()
}

/// By what a registration is known again, without being kept.
pub(super) fn mark(code_key: &Secret, registration: &[u8]) -> Option<Hash> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&*derive(code_key, MARK_KEY)?).ok()?;
    mac.update(registration);
    Some(Hash::from_bytes(mac.finalize().into_bytes().into()))
}

fn cipher(code_key: &Secret) -> Option<XChaCha20Poly1305> {
    let key = derive(code_key, SECRET_KEY)?;
    XChaCha20Poly1305::new_from_slice(&*key).ok()
}

fn derive(code_key: &Secret, purpose: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(code_key.reveal().as_bytes()).ok()?;
    mac.update(purpose);
    Some(Zeroizing::new(mac.finalize().into_bytes().into()))
}
