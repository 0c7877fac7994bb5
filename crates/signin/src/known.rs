//! Browsers in which somebody has signed in before: a cookie that the house has signed for that name.
//!
//! It lets nobody in. It only keeps strangers' wrong guesses from locking its owner out.

use crate::door::{Door, Result};
use crate::house::House as _;
use crate::session;
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use httpkit::page::cookie;

/// Half a year.
const SECONDS: u64 = 182 * 24 * 60 * 60;
/// No house signs with more bytes.
const LONGEST: usize = 256;

/// One browser, by its random number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Known([u8; 16]);

/// The browser, if somebody has signed in with it under this name.
///
/// # Errors
/// What the house says when it cannot sign.
pub async fn read<D: Door>(
    house: &D::House,
    headers: &HeaderMap,
    who: &str,
) -> Result<Option<Known>> {
    let name = session::name(house, D::KNOWN);
    let Some((known, signature)) = cookie::read(headers, &name).and_then(parse) else {
        return Ok(None);
    };
    let text = text(&known, who);
    let signed = house.is_signed(D::KNOWN_PURPOSE, &text, &signature).await?;
    Ok(signed.then_some(known))
}

/// The cookie for a browser in which somebody has just signed in under this name.
///
/// # Errors
/// What the house says when it cannot sign.
pub async fn cookie<D: Door>(house: &D::House, who: &str) -> Result<Option<HeaderValue>> {
    let known = Known(model::entropy::bytes(&**house.entropy()));
    let signature = house.sign(D::KNOWN_PURPOSE, &text(&known, who)).await?;
    let mut bytes = known.0.to_vec();
    bytes.extend_from_slice(&signature);
    let value = BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let cookie = cookie::write(&session::name(house, D::KNOWN), &value, Some(SECONDS));
    Ok(session::secured(house, cookie))
}

fn parse(value: &str) -> Option<(Known, Vec<u8>)> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(value).ok()?;
    let (number, signature) = bytes.split_first_chunk::<16>()?;
    let fits = (1..=LONGEST).contains(&signature.len());
    fits.then(|| (Known(*number), signature.to_vec()))
}

/// What is signed. The number has a fixed length and stands first.
fn text(known: &Known, who: &str) -> String {
    format!("{}:{who}", BASE64_URL_SAFE_NO_PAD.encode(known.0))
}
