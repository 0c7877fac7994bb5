//! What the gateway has for people's ways in: its vault signs.

use crate::context::Context;
use crate::vault::Signature;
use httpkit::problem::Refusal;
use jiff::Timestamp;
use model::{DataKeyId, Entropy};
use signin::house::House;
use std::sync::Arc;
use uuid::Uuid;

impl House for Context {
    fn now(&self) -> Timestamp {
        Self::now(self)
    }

    fn entropy(&self) -> &Arc<dyn Entropy> {
        &self.entropy
    }

    fn base_url(&self) -> &str {
        &self.config.base_url
    }

    async fn sign(&self, purpose: &'static str, text: &str) -> Result<Vec<u8>, Refusal> {
        let signature = self.vault.sign(purpose, text).await?;
        let mut bytes = signature.key.0.as_bytes().to_vec();
        bytes.extend_from_slice(&signature.mac);
        Ok(bytes)
    }

    async fn is_signed(
        &self,
        purpose: &'static str,
        text: &str,
        signature: &[u8],
    ) -> Result<bool, Refusal> {
        let Some(signature) = parse(signature) else {
            return Ok(false);
        };
        Ok(self.vault.is_signed(purpose, text, &signature).await?)
    }
}

/// Data key and MAC, one after the other.
fn parse(bytes: &[u8]) -> Option<Signature> {
    let (key, mac) = bytes.split_first_chunk::<16>()?;
    Some(Signature {
        key: DataKeyId(Uuid::from_bytes(*key)),
        mac: mac.try_into().ok()?,
    })
}
