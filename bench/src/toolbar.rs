//! A toolbar without a window or a record system: registered, signed in, and able to make codes.

use crate::client::Connection;
use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::json;
use std::net::SocketAddr;
use wire::paths::practice as paths;
use wire::practice::{AssertionClaims, NewCode, Register, Registered, SignIn, SignedIn};

/// The made-up practitioner who approves every instant message here.
const PRACTITIONER: &str = "555000000101";

/// What registers a toolbar.
pub(crate) struct RegistrationKey {
    pub(crate) part_1: String,
    pub(crate) part_2: String,
    pub(crate) practice: String,
}

/// Registers a new toolbar and signs its practitioner in; the session's header value.
///
/// # Errors
/// When the platform refuses.
pub(crate) async fn sign_in(
    address: SocketAddr,
    url: &str,
    key: RegistrationKey,
) -> Result<String> {
    let unknown = |_| anyhow::anyhow!("no key pair can be made");
    let pair = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(unknown)?;
    let pair = Ed25519KeyPair::from_pkcs8(pair.as_ref())
        .ok()
        .context("no key pair can be made")?;
    let mut connection = Connection::open(address).await?;
    let register = Register {
        key_part1: key.part_1,
        key_part2: key.part_2,
        organisation_code: key.practice,
        device_name: "Bench".to_owned(),
        public_key: URL_SAFE_NO_PAD.encode(pair.public_key()),
    };
    let answer = connection
        .post(paths::REGISTRATIONS, &[], &register)
        .await?;
    let registered: Registered = answer.json(201)?;
    let assertion = assertion(&pair, registered.device_id, url)?;
    let answer = connection
        .post(paths::SESSIONS, &[], &SignIn { assertion })
        .await?;
    let signed_in: SignedIn = answer.json(200)?;
    Ok(format!("Bearer {}", signed_in.session))
}

/// The signed word that the practitioner is at this toolbar (a JWT, RFC 7519 with RFC 8037).
fn assertion(pair: &Ed25519KeyPair, device: String, url: &str) -> Result<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "an assertion is checked against the platform's real clock"
    )]
    let now = jiff::Timestamp::now().as_second();
    let header = json!({ "alg": "EdDSA", "typ": "JWT", "kid": device });
    let claims = AssertionClaims {
        iss: device,
        sub: PRACTITIONER.to_owned(),
        name: Some("Dr Amara Okafor".to_owned()),
        aud: url.to_owned(),
        iat: now,
        exp: now + 60,
        jti: format!("bench-{now}"),
    };
    let header = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&header)?);
    let claims = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims)?);
    let signed = format!("{header}.{claims}");
    let signature = URL_SAFE_NO_PAD.encode(pair.sign(signed.as_bytes()));
    Ok(format!("{signed}.{signature}"))
}

/// An access code.
///
/// # Errors
/// When the platform refuses.
pub(crate) async fn code(connection: &mut Connection, session: &str) -> Result<String> {
    let headers = [("Authorization", session)];
    let answer = connection.post(paths::CODES, &headers, &json!({})).await?;
    let code: NewCode = answer.json(201)?;
    Ok(code.access_code)
}
