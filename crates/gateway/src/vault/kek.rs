//! Key-encryption keys: what wraps the data keys, and does not lie beside them.
//!
//! [`KeyEncryption`] has the shape of a key management service: it never gives its key away, it may be far, and it
//! may be away for a while. [`LocalKey`] is one whose key this process holds.

mod file;
mod local;
#[cfg(test)]
mod tests;

pub use file::KeyFileError;
pub use local::{BadKey, LocalKey};

use super::KeyBytes;
use async_trait::async_trait;

/// Wraps data keys.
#[async_trait]
pub trait KeyEncryption: Send + Sync {
    /// The name of the key that wraps from now on. It is stored with what is wrapped, and is no secret.
    ///
    /// # Errors
    /// [`KekError`].
    async fn id(&self) -> Result<String, KekError>;
    /// Wraps a data key. `context` is bound in: unwrapping with another fails.
    ///
    /// # Errors
    /// [`KekError`].
    async fn wrap(&self, context: &str, key: &KeyBytes) -> Result<Vec<u8>, KekError>;
    /// Unwraps what [`Self::wrap`] made with the same context.
    ///
    /// # Errors
    /// [`KekError`].
    async fn unwrap(&self, context: &str, wrapped: &[u8]) -> Result<KeyBytes, KekError>;
}

/// Why a key-encryption key did not do as asked. What a service said goes into the text only if it is no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KekError {
    /// It does not answer; it may in a moment.
    #[error("it does not answer: {0}")]
    Unavailable(String),
    /// It will not: we may not use it, or what was wrapped does not open.
    #[error("it refuses: {0}")]
    Refused(String),
}
