//! What the platform has for its operators' way in. It signs with a key derived from that of access codes, which
//! every node has.

use crate::context::Context;
use hmac::{Hmac, KeyInit as _, Mac as _};
use httpkit::problem::Refusal;
use jiff::Timestamp;
use model::{Entropy, Secret};
use sha2::Sha256;
use signin::house::House;
use std::sync::Arc;
use wire::problem::ProblemType;

/// What the key is for.
const KEY_PURPOSE: &str = "baton/platform/signature/v1";

impl House for Context {
    fn now(&self) -> Timestamp {
        Self::now(self)
    }

    fn entropy(&self) -> &Arc<dyn Entropy> {
        &self.entropy
    }

    fn base_url(&self) -> &str {
        let own = self.config.operator_url.as_ref();
        own.unwrap_or(&self.config.base_url)
    }

    async fn sign(&self, purpose: &'static str, text: &str) -> Result<Vec<u8>, Refusal> {
        let mac = mac(&self.config.code_key, purpose, text)?;
        Ok(mac.finalize().into_bytes().to_vec())
    }

    async fn is_signed(
        &self,
        purpose: &'static str,
        text: &str,
        signature: &[u8],
    ) -> Result<bool, Refusal> {
        let mac = mac(&self.config.code_key, purpose, text)?;
        Ok(mac.verify_slice(signature).is_ok())
    }
}

/// The purpose holds no NUL, so that no two pairs of purpose and text look alike.
fn mac(code_key: &Secret, purpose: &str, text: &str) -> Result<Hmac<Sha256>, Refusal> {
    let key = keyed(code_key.reveal().as_bytes(), &[KEY_PURPOSE.as_bytes()])?;
    let key = key.finalize().into_bytes();
    keyed(&key, &[purpose.as_bytes(), &[0], text.as_bytes()])
}

fn keyed(key: &[u8], parts: &[&[u8]]) -> Result<Hmac<Sha256>, Refusal> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key)
        .map_err(|_| Refusal::new(ProblemType::InternalError))?;
    for part in parts {
        mac.update(part);
    }
    Ok(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_for_one_purpose_text_and_key() {
        let signed = |key: &str, purpose, text| {
            let mac = mac(&Secret::new(key.to_owned()), purpose, text);
            mac.ok().unwrap().finalize().into_bytes()
        };
        let one = signed("key", "purpose", "text");
        assert_eq!(one, signed("key", "purpose", "text"));
        assert_ne!(one, signed("other", "purpose", "text"));
        assert_ne!(one, signed("key", "purposet", "ext"));
        assert_ne!(one, signed("key", "other", "text"));
    }
}
