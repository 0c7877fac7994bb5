//! Keys of toolbars, asked of the platform and believed for a minute: a toolbar that is blocked is let in no longer.

use super::Refused;
use crate::context::Ctx;
use jiff::{SignedDuration, Timestamp};
use jose::jws::{ALGORITHM, PublicKey};
use model::DeviceId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tracing::warn;
use wire::widgets::WidgetKey;

/// A key is believed for so long.
const BELIEVED: SignedDuration = SignedDuration::from_secs(60);
/// Toolbars that are known at a time: more than a supplier's users open in a minute.
const MOST: usize = 10_000;
/// Somebody looks at an empty page meanwhile, and the token gets old.
const PATIENCE: Duration = Duration::from_secs(5);

/// The keys that were asked for lately.
#[derive(Default)]
pub(crate) struct ToolbarKeys(Mutex<HashMap<DeviceId, (PublicKey, Timestamp)>>);

impl ToolbarKeys {
    /// The key of a toolbar that the platform knows.
    pub(super) async fn find(&self, ctx: &Ctx, device: DeviceId) -> Result<PublicKey, Refused> {
        let now = ctx.now();
        if let Some(key) = self.known(device, now) {
            return Ok(key);
        }
        let kid = device.to_string();
        let asked = tokio::time::timeout(PATIENCE, ctx.platform.widget_key(&kid)).await;
        let told = match asked {
            Ok(Ok(told)) => told,
            Ok(Err(error)) => {
                warn!(cause = %error, "a toolbar's key could not be asked for");
                return Err(match error.status() {
                    Some(400..=407) => Refused::NotLetIn,
                    _ => Refused::PlatformSilent,
                });
            }
            Err(_) => {
                warn!("a toolbar's key was asked for, and the platform did not answer in time");
                return Err(Refused::PlatformSilent);
            }
        };
        let key = told.and_then(|told| read(&told, &kid));
        let key = key.ok_or(Refused::UnknownSigner)?;
        self.learn(device, key, now);
        Ok(key)
    }

    fn known(&self, device: DeviceId, now: Timestamp) -> Option<PublicKey> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (key, seen_at) = known.get(&device)?;
        let age = now.duration_since(*seen_at);
        (!age.is_negative() && age < BELIEVED).then_some(*key)
    }

    fn learn(&self, device: DeviceId, key: PublicKey, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(device, (key, now));
    }
}

/// The key of this name, if it is one that signs as we take it.
fn read(told: &WidgetKey, kid: &str) -> Option<PublicKey> {
    let fits = told.kty == "OKP"
        && told.crv == "Ed25519"
        && told.alg == ALGORITHM
        && told.kid.eq_ignore_ascii_case(kid);
    PublicKey::from_x(&told.x).ok().filter(|_| fits)
}
