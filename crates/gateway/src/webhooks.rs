//! Webhooks: the product's own endpoints, told what happens here by the Standard Webhooks convention.
//!
//! `payload` says it, `sign` signs it, `deliver` brings it, `retry` decides what an answer means, and
//! `address` keeps us from being sent where only we can reach.

pub(crate) mod address;
pub(crate) mod deliver;
pub(crate) mod manage;
pub(crate) mod payload;
pub(crate) mod retry;
pub(crate) mod sign;

use address::guard;
use std::sync::Arc;

/// The client that posts to endpoints: see [`address::guard::client`].
///
/// # Errors
/// When TLS cannot be set up.
pub(crate) fn client(allow_private: bool) -> Result<reqwest::Client, reqwest::Error> {
    guard::client(Arc::new(guard::SystemNames), allow_private)
}
