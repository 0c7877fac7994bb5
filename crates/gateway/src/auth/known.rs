//! Browsers in which somebody has signed in before: a cookie that the vault has signed for that name.
//!
//! It lets nobody in. It only keeps strangers' wrong guesses from locking its owner out.

use super::door::Door;
use super::session;
use crate::context::Context;
use crate::vault::{Signature, VaultError};
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use httpkit::page::cookie;
use model::DataKeyId;
use uuid::Uuid;

/// Half a year.
const SECONDS: u64 = 182 * 24 * 60 * 60;
/// Number, data key, signature.
const BYTES: usize = 16 + 16 + 32;

/// One browser, by its random number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Known([u8; 16]);

/// The browser, if somebody has signed in with it under this name.
pub(crate) async fn read<D: Door>(
    ctx: &Context,
    headers: &HeaderMap,
    who: &str,
) -> Result<Option<Known>, VaultError> {
    let name = session::name(ctx, D::KNOWN);
    let Some((known, signature)) = cookie::read(headers, &name).and_then(parse) else {
        return Ok(None);
    };
    let text = text(&known, who);
    let signed = ctx
        .vault
        .is_signed(D::KNOWN_PURPOSE, &text, &signature)
        .await?;
    Ok(signed.then_some(known))
}

/// The cookie for a browser in which somebody has just signed in under this name.
pub(crate) async fn cookie<D: Door>(
    ctx: &Context,
    who: &str,
) -> Result<Option<HeaderValue>, VaultError> {
    let known = Known(model::entropy::bytes(&*ctx.entropy));
    let signature = ctx.vault.sign(D::KNOWN_PURPOSE, &text(&known, who)).await?;
    let mut bytes = Vec::with_capacity(BYTES);
    bytes.extend_from_slice(&known.0);
    bytes.extend_from_slice(signature.key.0.as_bytes());
    bytes.extend_from_slice(&signature.mac);
    let value = BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let cookie = cookie::write(&session::name(ctx, D::KNOWN), &value, Some(SECONDS));
    Ok(session::secured(ctx, cookie))
}

fn parse(value: &str) -> Option<(Known, Signature)> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(value).ok()?;
    let bytes: [u8; BYTES] = bytes.try_into().ok()?;
    let (number, rest) = bytes.split_first_chunk::<16>()?;
    let (key, mac) = rest.split_first_chunk::<16>()?;
    let signature = Signature {
        key: DataKeyId(Uuid::from_bytes(*key)),
        mac: mac.try_into().ok()?,
    };
    Some((Known(*number), signature))
}

/// What is signed. The number has a fixed length and stands first.
fn text(known: &Known, who: &str) -> String {
    format!("{}:{who}", BASE64_URL_SAFE_NO_PAD.encode(known.0))
}
