//! Signatures of the Standard Webhooks convention: HMAC-SHA256 over id, time and body.
//!
//! Ours, and not the convention's own Rust package, which reads the machine's clock and keeps its keys in
//! plain memory; the tests hold it against that package.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use model::Entropy;
use model::secret::Secret;
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

#[cfg(test)]
mod tests;

/// Header with the event's id: the same at every try, so that a receiver can drop what it has.
pub(crate) const ID: &str = "webhook-id";
/// Header with the moment of this try, in seconds since 1970.
pub(crate) const TIMESTAMP: &str = "webhook-timestamp";
/// Header with the signatures, separated by spaces.
pub(crate) const SIGNATURE: &str = "webhook-signature";

/// What stands before a secret's Base64.
const PREFIX: &str = "whsec_";
/// Bytes of a secret that we make; the convention allows 24 to 64.
const LENGTH: usize = 32;

/// An endpoint's signing secret. It prints nothing and is wiped when dropped.
pub(crate) struct SigningSecret(Zeroizing<Vec<u8>>);

impl SigningSecret {
    /// A new one.
    pub(crate) fn new(entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new(vec![0; LENGTH]);
        entropy.fill(&mut bytes);
        Self(bytes)
    }

    /// Reads [`Self::text`].
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?;
        let bytes = Zeroizing::new(bytes);
        (bytes.len() == LENGTH).then_some(Self(bytes))
    }

    /// As its owner is given it, once, and as it is sealed.
    pub(crate) fn text(&self) -> Secret {
        let mut text = String::with_capacity(PREFIX.len() + LENGTH.div_ceil(3) * 4);
        text.push_str(PREFIX);
        STANDARD.encode_string(&*self.0, &mut text);
        Secret::new(text)
    }

    /// The signature of a body that is sent as event `id` at `at`.
    fn sign(&self, id: &str, at: Timestamp, body: &[u8]) -> Option<String> {
        // A key of any length is good, so it does not fail.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(id.as_bytes());
        mac.update(b".");
        mac.update(at.as_second().to_string().as_bytes());
        mac.update(b".");
        mac.update(body);
        Some(format!(
            "v1,{}",
            STANDARD.encode(mac.finalize().into_bytes())
        ))
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

/// The signature header: one signature for each secret that is good now. During a rotation there are two,
/// and a receiver is content with either.
pub(crate) fn signatures(
    secrets: &[SigningSecret],
    id: &str,
    at: Timestamp,
    body: &[u8],
) -> String {
    let signed: Vec<String> = secrets
        .iter()
        .filter_map(|secret| secret.sign(id, at, body))
        .collect();
    signed.join(" ")
}
