//! The pieces of a compact token: base64url without padding, in its one canonical form, and JSON headers.

use crate::Error;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// What we write into a header, in this order.
#[derive(Serialize)]
pub(crate) struct Written<'a> {
    pub(crate) alg: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) enc: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) typ: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cty: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kid: Option<&'a str>,
}

/// What we read of a header. A member twice is refused; members that are not named here are passed over.
#[derive(Deserialize)]
pub(crate) struct Read {
    pub(crate) alg: String,
    pub(crate) enc: Option<String>,
    pub(crate) typ: Option<String>,
    pub(crate) cty: Option<String>,
    pub(crate) kid: Option<String>,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
    #[serde(default, deserialize_with = "present")]
    zip: bool,
    #[serde(default, deserialize_with = "present")]
    b64: bool,
}

/// Whether a member is there, whatever it says, `null` too.
fn present<'de, D: serde::Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    serde::de::IgnoredAny::deserialize(value).map(|_| true)
}

impl Read {
    /// Reads a header as it stands in a token.
    pub(crate) fn decode(text: &str) -> Result<Self, Error> {
        let json = decode(text)?;
        // serde would also take an array, member by member.
        if json.first() != Some(&b'{') {
            return Err(Error::Malformed);
        }
        let header: Self = serde_json::from_slice(&json).map_err(|_| Error::Malformed)?;
        if header.crit || header.zip || header.b64 {
            return Err(Error::Extension);
        }
        Ok(header)
    }
}

/// A header as it stands in a token.
pub(crate) fn header(header: &Written<'_>) -> Result<String, Error> {
    let json = serde_json::to_vec(header).map_err(|_| Error::NotMade)?;
    Ok(encode(&json))
}

/// Base64url without padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes behind base64url; padding, other alphabets and stray trailing bits are refused, so that no two texts
/// are the same token.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, Error> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Error::Malformed)
}

/// Exactly `N` bytes behind base64url.
pub(crate) fn decode_array<const N: usize>(text: &str) -> Result<[u8; N], Error> {
    decode(text)?.try_into().map_err(|_| Error::Malformed)
}

/// Exactly `N` parts between full stops, in a text of at most `longest` bytes.
pub(crate) fn split<const N: usize>(text: &str, longest: usize) -> Result<[&str; N], Error> {
    if text.len() > longest {
        return Err(Error::TooLong);
    }
    let mut parts = [""; N];
    let mut pieces = text.split('.');
    for part in &mut parts {
        *part = pieces.next().ok_or(Error::Malformed)?;
    }
    if pieces.next().is_some() {
        return Err(Error::Malformed);
    }
    Ok(parts)
}
