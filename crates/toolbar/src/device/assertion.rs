//! Device assertions: short-lived JWTs (RFC 7519, RFC 8037) by which a PC speaks for a practitioner.

use super::Device;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use model::device::ASSERTION_MAX;
use model::{Entropy, entropy};
use serde::Serialize;
use wire::practice::AssertionClaims;

#[derive(Serialize)]
struct Header<'a> {
    alg: &'static str,
    typ: &'static str,
    kid: &'a str,
}

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
        let header = Header {
            alg: "EdDSA",
            typ: "JWT",
            kid: device,
        };
        let part = |json: Result<Vec<u8>, _>| json.ok().map(|json| URL_SAFE_NO_PAD.encode(json));
        let signed = format!(
            "{}.{}",
            part(serde_json::to_vec(&header))?,
            part(serde_json::to_vec(&claims))?
        );
        let signature = self.key.sign(signed.as_bytes());
        Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}
