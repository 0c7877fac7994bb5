//! Practices, client systems with their keys, and topics.

use crate::Result;
use async_trait::async_trait;
use jiff::Timestamp;
use model::organisation::{ApiKeyInfo, ClientSystem, Practice};
use model::{Actor, ClientSystemId, Hash, OdsCode, PlatformId};

/// An API key with what is needed to judge a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundApiKey {
    /// The key.
    pub info: ApiKeyInfo,
    /// Hash of the whole key text.
    pub hash: Hash,
    /// Whose it is.
    pub client: ClientSystem,
}

/// Who takes part.
#[async_trait]
pub trait Directory: Send + Sync {
    /// Which platform this is. `new` becomes its name if it has none yet; of several who ask at once, one
    /// names it, and all hear the same. Blobs carry this name too, so that no other platform takes them
    /// for its own.
    async fn identity(&self, new: PlatformId) -> Result<PlatformId>;

    /// Adds a practice, or gives it a new name. `true` when it is new.
    async fn put_practice(&self, by: &Actor, practice: &Practice, at: Timestamp) -> Result<bool>;
    /// One practice.
    async fn practice(&self, code: &OdsCode) -> Result<Option<Practice>>;
    /// All practices, by code.
    async fn practices(&self) -> Result<Vec<Practice>>;

    /// Adds a client system.
    async fn add_client(&self, by: &Actor, client: &ClientSystem, at: Timestamp) -> Result<()>;
    /// One client system.
    async fn client(&self, id: ClientSystemId) -> Result<Option<ClientSystem>>;
    /// All client systems, by name.
    async fn clients(&self) -> Result<Vec<ClientSystem>>;
    /// Disables or enables one. `false` when there is none.
    async fn set_client_disabled(
        &self,
        by: &Actor,
        id: ClientSystemId,
        disabled: bool,
        at: Timestamp,
    ) -> Result<bool>;

    /// Lets one send instant messages, or no longer. `false` when there is none.
    async fn set_client_instant(
        &self,
        by: &Actor,
        id: ClientSystemId,
        instant: bool,
        at: Timestamp,
    ) -> Result<bool>;

    /// Stores a new key's hash.
    async fn add_api_key(&self, by: &Actor, key: &ApiKeyInfo, hash: Hash) -> Result<()>;
    /// Lets a key end at `ends_at` (now: revoked; later: rotated with an overlap). An earlier end
    /// stands. `false` when there is none.
    async fn end_api_key(
        &self,
        by: &Actor,
        key_id: &str,
        ends_at: Timestamp,
        at: Timestamp,
    ) -> Result<bool>;
    /// The key with this public part, ended ones too.
    async fn api_key(&self, key_id: &str) -> Result<Option<FoundApiKey>>;
    /// A client system's keys, oldest first, ended ones too.
    async fn api_keys_of(&self, client: ClientSystemId) -> Result<Vec<ApiKeyInfo>>;

    /// Adds a topic. `false` when it was there.
    async fn add_topic(&self, by: &Actor, name: &str, at: Timestamp) -> Result<bool>;
    /// Whether there is this topic.
    async fn has_topic(&self, name: &str) -> Result<bool>;
    /// All topics, by name.
    async fn topics(&self) -> Result<Vec<String>>;
}
