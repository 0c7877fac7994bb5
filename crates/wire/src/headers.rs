//! Names of the headers that the contract gives a meaning.

/// Identifies the client system on every partner call (contract A.1).
pub const API_KEY: &str = "ApiKey";
/// Proves the practitioner's permission on the instant endpoint (contract A.2).
pub const ACCESS_TOKEN: &str = "AccessToken";
/// The verify endpoint's documented name for the same token; taken on both endpoints.
pub const ACCESS_TOKEN_ALIAS: &str = "Conneqt-Instant-Access-Token";
/// The authorisation scheme with which a toolbar unregisters itself.
pub const DEVICE_ASSERTION: &str = "DeviceAssertion";
