//! What a site has that every way in needs: time, chance, its address, and a key to sign with.

use httpkit::problem::Refusal;
use jiff::Timestamp;
use model::Entropy;
use std::sync::Arc;

/// One site: the gateway, the platform.
pub trait House: Send + Sync + 'static {
    /// The present moment, as it is stored.
    fn now(&self) -> Timestamp;
    /// For tokens and salts.
    fn entropy(&self) -> &Arc<dyn Entropy>;
    /// Where browsers reach the site: over TLS its cookies are for TLS only.
    fn base_url(&self) -> &str;
    /// Signs a text for one purpose. Other nodes of the site, and later starts, know the signature.
    fn sign(
        &self,
        purpose: &'static str,
        text: &str,
    ) -> impl Future<Output = Result<Vec<u8>, Refusal>> + Send;
    /// Whether [`Self::sign`] made these bytes, which may come from anybody. Takes as long for wrong ones as for
    /// right ones.
    fn is_signed(
        &self,
        purpose: &'static str,
        text: &str,
        signature: &[u8],
    ) -> impl Future<Output = Result<bool, Refusal>> + Send;
}

impl<H: House> House for Arc<H> {
    fn now(&self) -> Timestamp {
        H::now(self)
    }

    fn entropy(&self) -> &Arc<dyn Entropy> {
        H::entropy(self)
    }

    fn base_url(&self) -> &str {
        H::base_url(self)
    }

    fn sign(
        &self,
        purpose: &'static str,
        text: &str,
    ) -> impl Future<Output = Result<Vec<u8>, Refusal>> + Send {
        H::sign(self, purpose, text)
    }

    fn is_signed(
        &self,
        purpose: &'static str,
        text: &str,
        signature: &[u8],
    ) -> impl Future<Output = Result<bool, Refusal>> + Send {
        H::is_signed(self, purpose, text, signature)
    }
}
