//! What the toolbar shows of this gateway: a widget at the platform, whose launches lead to `/launch`.

use jiff::Timestamp;
use model::widget::{self, Icon, LaunchUrl, Method, Name, Reach};
use model::{Entropy, Secret, WidgetSecretId, entropy};
use sdk::PartnerClient;
use store::StoreError;
use store::gateway::{GatewayStore, SealedPlace, WidgetSecret};
use wire::widgets::{RegisterWidget, RegisteredWidget};

use crate::vault::{Vault, VaultError};

/// Characters of a secret: a token's key is their bytes.
const SECRET_LENGTH: usize = 32;
/// What a secret is made of: 190 bits, in characters that are a byte each.
const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// How the widget is to be registered.
#[derive(Clone, Debug)]
pub struct Registration<'r> {
    /// What users see.
    pub name: &'r str,
    /// One of the toolbar's icons.
    pub icon: &'r str,
    /// Where this gateway's `/launch` is reached.
    pub launch_url: &'r str,
    /// How tokens are encrypted.
    pub method: Method,
    /// Whether another secret takes the place of the present one.
    pub new_secret: bool,
}

/// Why it was not registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The platform would not take this.
    #[error("the widget's {0} {1}")]
    Invalid(&'static str, widget::Fault),
    /// The platform did not take it.
    #[error("the platform did not register the widget")]
    Platform(#[from] sdk::Error),
    /// A secret could not be sealed or opened.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What registering needs.
pub struct Registrar<'r> {
    /// Where the secret is kept.
    pub store: &'r GatewayStore,
    /// What seals it.
    pub vault: &'r Vault,
    /// Where the widget is registered.
    pub platform: &'r PartnerClient,
    /// When.
    pub now: Timestamp,
    /// For a secret.
    pub entropy: &'r dyn Entropy,
}

impl Registrar<'_> {
    /// Registers the widget, or changes the one of this name. The same again changes nothing; after a change somebody
    /// at the platform has to approve it anew. The secret is kept before the platform hears of it, and a former one
    /// works until the platform has the new one.
    ///
    /// # Errors
    /// [`RegisterError`]. Whatever it is, registering again is safe.
    pub async fn register(
        &self,
        wanted: &Registration<'_>,
    ) -> Result<RegisteredWidget, RegisterError> {
        let invalid = |what| move |fault| RegisterError::Invalid(what, fault);
        let name = Name::parse(wanted.name).map_err(invalid("name"))?;
        let icon = Icon::parse(wanted.icon).map_err(invalid("icon"))?;
        // Whether http will do is for the platform to say.
        let launch_url = LaunchUrl::parse(wanted.launch_url, Reach::HttpsOrLoopback)
            .map_err(invalid("address"))?;
        let (id, secret) = self.secret(&name, &launch_url, wanted).await?;
        let registered = self
            .platform
            .register_widget(&RegisterWidget {
                name: name.as_str().to_owned(),
                icon: icon.as_str().to_owned(),
                launch_url: launch_url.as_str().to_owned(),
                encryption_secret: secret.reveal().to_owned(),
                encryption_method: Some(wanted.method.as_str().to_owned()),
                requires_user_data: true,
                requires_patient_data: false,
            })
            .await?;
        self.store.launches.keep_only(&name, id).await?;
        Ok(registered)
    }

    /// A secret that is kept, for this widget as it is wanted.
    async fn secret(
        &self,
        name: &Name,
        launch_url: &LaunchUrl,
        wanted: &Registration<'_>,
    ) -> Result<(WidgetSecretId, Secret), RegisterError> {
        let mut known = self.store.launches.secrets().await?;
        known.retain(|one| one.name == *name);
        let mut text = None;
        if !wanted.new_secret {
            let same =
                |one: &&WidgetSecret| one.launch_url == *launch_url && one.method == wanted.method;
            let best = known.iter().find(same);
            if let Some(one) = best.or(known.first()) {
                let place = SealedPlace::WidgetSecret(one.id);
                let secret = self.vault.unseal(&place, &one.secret).await?;
                if best.is_some() {
                    return Ok((one.id, secret));
                }
                text = Some(secret);
            }
        }
        let secret = text
            .unwrap_or_else(|| Secret::new(entropy::text(self.entropy, ALPHABET, SECRET_LENGTH)));
        let id = WidgetSecretId(entropy::uuid_v7(self.now, self.entropy));
        let place = SealedPlace::WidgetSecret(id);
        let kept = WidgetSecret {
            id,
            name: name.clone(),
            launch_url: launch_url.clone(),
            method: wanted.method,
            secret: self.vault.seal(&place, &secret).await?,
            made_at: self.now,
        };
        self.store.launches.add_secret(&kept).await?;
        Ok((id, secret))
    }
}

/// The method as tokens are read by it.
pub(crate) fn method(method: Method) -> jose::jwe::Method {
    match method {
        Method::A256Gcm => jose::jwe::Method::A256Gcm,
        Method::A128CbcHs256 => jose::jwe::Method::A128CbcHs256,
    }
}
