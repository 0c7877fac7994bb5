//! A practitioner's session on this PC, kept sealed, so that a toolbar that was killed takes it up again.

use super::{DeviceError, DeviceStore, SESSION_FILE, io};
use httpkit::private_file;
use model::Entropy;
use serde::{Deserialize, Serialize};
use wire::practice::SignedIn;
use zeroize::Zeroizing;

/// A session and the device that it belongs to. No `Debug`: it holds a secret.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptSession {
    /// The device that signed in.
    pub device_id: String,
    /// What the platform answered.
    pub signed_in: SignedIn,
}

impl DeviceStore {
    /// The session that was kept, if there is one.
    ///
    /// # Errors
    /// [`DeviceError`]. A session that can't be read is no loss: the practitioner is signed in anew.
    pub fn load_session(&self) -> Result<Option<KeptSession>, DeviceError> {
        let Some(plain) = self.unsealed(SESSION_FILE)? else {
            return Ok(None);
        };
        let kept = serde_json::from_slice(&plain);
        kept.map(Some)
            .map_err(|_| DeviceError::Damaged(SESSION_FILE))
    }

    /// Keeps `session` in place of what was there; on stable storage when this returns.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub fn save_session(
        &self,
        session: &KeptSession,
        entropy: &dyn Entropy,
    ) -> Result<(), DeviceError> {
        let plain = serde_json::to_vec(session).map(Zeroizing::new);
        let plain = plain.map_err(|_| DeviceError::Damaged(SESSION_FILE))?;
        self.seal(SESSION_FILE, &plain, entropy)
    }

    /// Forgets the session; there may be none.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub fn forget_session(&self) -> Result<(), DeviceError> {
        private_file::remove(&self.dir, SESSION_FILE).map_err(|e| io(SESSION_FILE, &e))
    }
}
