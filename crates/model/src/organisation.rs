//! Organisations: practices that receive, and client systems that send.

use crate::{ClientSystemId, OdsCode};
use jiff::Timestamp;

/// A GP practice known to this platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Practice {
    /// Its ODS code.
    pub ods_code: OdsCode,
    /// Its name, for people.
    pub name: String,
}

/// A partner's system that holds API keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSystem {
    /// Its identifier here.
    pub id: ClientSystemId,
    /// Its name, as practices see it.
    pub name: String,
    /// A disabled system's keys are known but allow nothing (403).
    pub disabled: bool,
    /// Whether it may send instant messages, and exchange access codes for that; else 403.
    pub instant: bool,
}

/// One API key of a client system, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyInfo {
    /// The public first part of the key.
    pub key_id: String,
    /// Whose key it is.
    pub client: ClientSystemId,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it stops working, if an end is set: rotation leaves the old key an overlap.
    pub ends_at: Option<Timestamp>,
}
