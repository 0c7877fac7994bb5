//! Device assertions: short-lived JWTs (RFC 7519, RFC 8037) by which a PC speaks for a practitioner.

use super::Device;
use jiff::Timestamp;
use model::device::ASSERTION_MAX;
use model::{Entropy, entropy};
use serde::Serialize;
use wire::practice::AssertionClaims;

impl Device {
    /// Says, signed, that the practitioner `spine_user_id` is signed in at this PC now. `audience` is the
    /// platform's base address. `None` until the device is registered.
    pub fn assert_practitioner(
        &self,
        spine_user_id: &str,
        name: &str,
        audience: &str,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Option<String> {
        self.assert(spine_user_id, Some(name), audience, now, entropy)
    }

    /// Says, signed, that this PC itself speaks: for unregistering.
    pub fn assert_itself(
        &self,
        audience: &str,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Option<String> {
        let device = &self.registration()?.device_id;
        self.assert(device, None, audience, now, entropy)
    }

    fn assert(
        &self,
        subject: &str,
        name: Option<&str>,
        audience: &str,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Option<String> {
        let device = &self.registration()?.device_id;
        let claims = AssertionClaims {
            iss: device.clone(),
            sub: subject.to_owned(),
            name: name.map(str::to_owned),
            aud: audience.to_owned(),
            iat: now.as_second(),
            exp: now.as_second() + ASSERTION_MAX.as_secs(),
            jti: entropy::uuid_v4(entropy).to_string(),
        };
        self.sign_jwt(&claims)
    }

    /// A compact JWT (RFC 7519) of `claims`, signed with this PC's key; its header names the device. `None` until the
    /// device is registered.
    pub fn sign_jwt(&self, claims: &impl Serialize) -> Option<String> {
        let device = &self.registration()?.device_id;
        let claims = serde_json::to_vec(claims).ok()?;
        self.key.sign(device, &claims).ok()
    }
}
