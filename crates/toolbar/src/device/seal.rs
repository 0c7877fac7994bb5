//! Encryption of a small file under the key of this PC: XChaCha20-Poly1305, bound to the file's role.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use model::{Entropy, entropy};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// How the file looks from outside.
#[derive(Serialize, Deserialize)]
struct Envelope {
    version: u32,
    nonce: String,
    sealed: String,
}

const VERSION: u32 = 1;

/// What the ciphertext is bound to: a file of another role or version doesn't open.
fn role(name: &str) -> String {
    format!("baton toolbar/{name}/v{VERSION}")
}

/// Encrypts `plain` for the file `name`.
pub(super) fn seal(
    key: &[u8; 32],
    name: &str,
    plain: &[u8],
    entropy: &dyn Entropy,
) -> Option<Vec<u8>> {
    let nonce: [u8; 24] = entropy::bytes(entropy);
    let role = role(name);
    let payload = Payload {
        msg: plain,
        aad: role.as_bytes(),
    };
    let sealed = XChaCha20Poly1305::new(key.into())
        .encrypt(&XNonce::from(nonce), payload)
        .ok()?;
    let envelope = Envelope {
        version: VERSION,
        nonce: URL_SAFE_NO_PAD.encode(nonce),
        sealed: URL_SAFE_NO_PAD.encode(sealed),
    };
    serde_json::to_vec(&envelope).ok()
}

/// Opens what [`seal`] made; `None` if anything differs.
pub(super) fn open(key: &[u8; 32], name: &str, file: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let envelope: Envelope = serde_json::from_slice(file).ok()?;
    if envelope.version != VERSION {
        return None;
    }
    let nonce: [u8; 24] = URL_SAFE_NO_PAD
        .decode(envelope.nonce)
        .ok()?
        .try_into()
        .ok()?;
    let sealed = URL_SAFE_NO_PAD.decode(envelope.sealed).ok()?;
    let role = role(name);
    let payload = Payload {
        msg: &sealed,
        aad: role.as_bytes(),
    };
    XChaCha20Poly1305::new(key.into())
        .decrypt(&XNonce::from(nonce), payload)
        .ok()
        .map(Zeroizing::new)
}
