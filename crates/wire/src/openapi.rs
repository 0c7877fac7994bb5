//! Our APIs as OpenAPI 3.1 documents, made from the endpoint tables.

mod api;
pub(crate) mod examples;
pub mod limits;
mod operation;
pub mod problems;
pub mod sample;
mod schemas;

pub use api::{Api, GATEWAY, PARTNER};

use serde_json::Value;

/// The partner API's document for a server reached at `server_url` (no slash at its end), in this `version`.
pub fn document(server_url: &str, version: &str) -> Value {
    PARTNER.document(server_url, version)
}

#[cfg(test)]
mod tests;
