//! Why the vault has no answer. No variant holds a secret, nor a part of one.

use super::kek::KekError;
use httpkit::problem::Refusal;
use model::DataKeyId;
use store::StoreError;
use store::gateway::SealedPlace;

/// Why something was not sealed, or did not open.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The database does not give or take keys.
    #[error("the vault's data keys are not at hand")]
    Store(#[from] StoreError),
    /// The key-encryption key does not answer, or not as it should.
    #[error("the key-encryption key is not at hand")]
    Kek(#[from] KekError),
    /// A data key was wrapped by a key that was not given.
    #[error(
        "data key {id} was wrapped by key-encryption key {wrapped_by}, which is neither the present one nor a former one: give it as a former one"
    )]
    UnknownKek {
        /// Which data key.
        id: DataKeyId,
        /// The key-encryption key's id.
        wrapped_by: String,
    },
    /// A data key does not open under the key that wrapped it.
    #[error("data key {id} does not open under key-encryption key {wrapped_by}: it is damaged")]
    DamagedKey {
        /// Which data key.
        id: DataKeyId,
        /// The key-encryption key's id.
        wrapped_by: String,
    },
    /// A secret was sealed under a data key that is not there.
    #[error("there is no data key {0}")]
    UnknownKey(DataKeyId),
    /// There were data keys, and now there are none.
    #[error("the data keys are gone from the database")]
    NoKeys,
    /// A secret was sealed for another place, or was changed.
    #[error("what lies at {} does not open", shown(.0))]
    Unreadable(SealedPlace),
    /// The library would not work; it does not say why.
    #[error("the library would not seal")]
    Refused,
}

/// Table and column, without the row.
fn shown(place: &SealedPlace) -> &'static str {
    match place {
        SealedPlace::UserToken(_) => "app_user.token",
        SealedPlace::WebhookSecret(_) => "webhook.secret",
        SealedPlace::FormerWebhookSecret(_) => "webhook.former_secret",
        SealedPlace::LinkTokens(_) => "patient.tokens",
        SealedPlace::PatientDetails(_) => "patient.details",
        SealedPlace::AttemptSecret(_) => "link_attempt.secret",
        SealedPlace::WidgetSecret(_) => "widget_secret.secret",
    }
}

impl VaultError {
    /// Whether the same may succeed in a moment.
    pub fn is_temporary(&self) -> bool {
        matches!(
            self,
            Self::Store(StoreError::Unavailable { .. }) | Self::Kek(KekError::Unavailable(_))
        )
    }
}

impl From<VaultError> for Refusal {
    fn from(error: VaultError) -> Self {
        if error.is_temporary() {
            Self::unavailable(&error)
        } else {
            Self::internal(&error)
        }
    }
}
