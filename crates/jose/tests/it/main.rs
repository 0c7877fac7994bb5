//! Tokens through the front door: what is made is taken, and nothing else is.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may stop the test, and say where it was"
)]

mod encrypted;
mod signed;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The token with its first part replaced by this JSON.
fn with_header(token: &str, json: &str) -> String {
    let (_, rest) = token.split_once('.').unwrap();
    format!("{}.{rest}", URL_SAFE_NO_PAD.encode(json))
}

/// Every text that differs from the token in one bit and is still text.
fn flips(token: &str) -> impl Iterator<Item = String> {
    (0..token.len()).flat_map(move |at| {
        (0..7).filter_map(move |bit| {
            let mut bytes = token.as_bytes().to_vec();
            bytes[at] ^= 1 << bit;
            String::from_utf8(bytes).ok()
        })
    })
}
