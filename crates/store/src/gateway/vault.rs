//! What the vault keeps: data keys, themselves sealed, and what is sealed under them.

use crate::Result;
use async_trait::async_trait;
use jiff::Timestamp;
use model::{AppUserId, AttemptId, DataKeyId, UserId, WebhookId, WidgetSecretId};

/// A sealed secret, as it lies in a row. It says nothing without the vault.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The data key it was sealed under.
    pub key: DataKeyId,
    /// Nonce and ciphertext.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed(under {})", self.key)
    }
}

/// Where a sealed secret lies: it is bound in, so that one moved to another place does not open.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SealedPlace {
    /// A practitioner's access token: `app_user.token` of this user.
    UserToken(UserId),
    /// An endpoint's secret: `webhook.secret`.
    WebhookSecret(WebhookId),
    /// An endpoint's secret before the last rotation: `webhook.former_secret`.
    FormerWebhookSecret(WebhookId),
    /// The tokens of a link: `patient.tokens`.
    LinkTokens(AppUserId),
    /// What PKB says of a patient: `patient.details`.
    PatientDetails(AppUserId),
    /// What an attempt holds: its code verifier, later its tokens: `link_attempt.secret`.
    AttemptSecret(AttemptId),
    /// What launches of our widget are encrypted under: `widget_secret.secret`.
    WidgetSecret(WidgetSecretId),
}

/// One sealed secret and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRow {
    /// Where it lies.
    pub place: SealedPlace,
    /// What lies there.
    pub sealed: Sealed,
}

/// A data key, sealed by a key-encryption key.
#[derive(Clone, PartialEq, Eq)]
pub struct DataKey {
    /// Its name.
    pub id: DataKeyId,
    /// Which key-encryption key wrapped it.
    pub wrapped_by: String,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
    /// When it was made. The newest one is the one to seal under.
    pub made_at: Timestamp,
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DataKey({} by {})", self.id, self.wrapped_by)
    }
}

/// Data keys and what is sealed under them.
#[async_trait]
pub trait VaultKeys: Send + Sync {
    /// Every data key, oldest first.
    async fn keys(&self) -> Result<Vec<DataKey>>;
    /// Adds a data key. When `only_first`, only if there is none yet: of several nodes that start at once, one
    /// makes it. `true` when it was added.
    async fn add_key(&self, key: &DataKey, only_first: bool) -> Result<bool>;
    /// Replaces the wrapping of a data key, if it is still `was`. `false` when it is not.
    async fn rewrap(
        &self,
        id: DataKeyId,
        was: &[u8],
        wrapped_by: &str,
        wrapped: &[u8],
    ) -> Result<bool>;
    /// Removes a data key under which nothing is sealed any more. `false` when something is, or there is none.
    async fn remove_key(&self, id: DataKeyId) -> Result<bool>;
    /// Secrets that are sealed under other keys than this one, at most `limit`.
    async fn sealed_under_others(&self, than: DataKeyId, limit: u32) -> Result<Vec<SealedRow>>;
    /// How many secrets there are, and how many of them are sealed under other keys than this one.
    async fn progress(&self, than: DataKeyId) -> Result<(u64, u64)>;
    /// Puts a newly sealed secret in its place, if `was` still lies there. `false` when it does not.
    async fn reseal(&self, place: &SealedPlace, was: &Sealed, now: &Sealed) -> Result<bool>;
}
