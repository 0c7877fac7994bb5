//! A large message, bare: its strings found, decoded and hashed, and its files written and synced, one after
//! the other, in memory and without HTTP.

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

/// What is shorter is no content.
const SHORTEST: usize = 4096;
/// Decoded and hashed in pieces that stay in the processor's cache.
const PIECE: usize = 64 * 1024;

/// Milliseconds for one message; its files are removed again, which is not timed.
///
/// # Errors
/// When a content is no Base64, or the disk fails.
pub(crate) fn once(body: &[u8], folder: &Path) -> Result<f64> {
    let started = Instant::now();
    let mut files = Vec::new();
    for content in contents(body) {
        files.push(take(content)?);
    }
    let mut written = Vec::new();
    for (place, (bytes, hash)) in files.iter().enumerate() {
        black_box(hash);
        let path = folder.join(format!("limit-{place}"));
        let mut file = File::create(&path)?;
        file.write_all(bytes)?;
        file.sync_data()?;
        written.push(path);
    }
    File::open(folder)?.sync_all()?;
    let millis = started.elapsed().as_secs_f64() * 1000.0;
    for path in written {
        std::fs::remove_file(path)?;
    }
    Ok(millis)
}

/// The long strings of a JSON text without escapes.
fn contents(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut from = 0;
    memchr::memchr_iter(b'"', body).filter_map(move |quote| {
        let string = body.get(from..quote)?;
        from = quote + 1;
        (string.len() > SHORTEST).then_some(string)
    })
}

fn take(content: &[u8]) -> Result<(Vec<u8>, [u8; 32])> {
    let mut bytes = Vec::with_capacity(content.len() / 4 * 3);
    let mut hash = Sha256::new();
    let mut decoded = vec![0; PIECE];
    for piece in content.chunks(PIECE / 3 * 4) {
        let out = base64_simd::Out::from_slice(&mut decoded);
        let part = base64_simd::STANDARD
            .decode(piece, out)
            .ok()
            .context("no Base64")?;
        hash.update(&*part);
        bytes.extend_from_slice(part);
    }
    Ok((bytes, hash.finalize().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_strings_are_found_whole() {
        let long = "QUJD".repeat(40_000);
        let body = format!("{{\"a\":\"b\",\"content\":\"{long}\",\"c\":\"{long}\"}}");
        let found: Vec<_> = contents(body.as_bytes()).collect();
        assert_eq!(found, [long.as_bytes(), long.as_bytes()]);
        let (bytes, _) = take(found[0]).unwrap();
        assert_eq!(bytes, b"ABC".repeat(40_000));
    }
}
