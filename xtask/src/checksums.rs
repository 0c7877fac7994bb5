//! Lists of file hashes in the form that `sha256sum` writes and checks.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// One line of a list: a file's hash in lower-case hex, and its path from the list's own folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) hash: String,
    pub(crate) path: String,
    /// The line of the list that this entry came from, from 1.
    pub(crate) line: usize,
}

/// Reads a list. Lines without a hash and a path are left out; the caller then misses their file.
pub(crate) fn parse(text: &str) -> Vec<Entry> {
    let entry = |(index, line): (usize, &str)| {
        let (hash, path) = line.split_once("  ")?;
        Some(Entry {
            hash: hash.to_owned(),
            path: path.to_owned(),
            line: index + 1,
        })
    };
    text.lines().enumerate().filter_map(entry).collect()
}

/// Writes a list of `paths`, which start at `folder`, in the order given.
pub(crate) fn of_files(folder: &Path, paths: &[String]) -> Result<String> {
    let mut text = String::new();
    for path in paths {
        writeln!(text, "{}  {path}", of_file(&folder.join(path))?)?;
    }
    Ok(text)
}

/// The SHA-256 of a file, in lower-case hex.
pub(crate) fn of_file(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(of_bytes(&bytes))
}

/// The SHA-256 of some bytes, in lower-case hex.
pub(crate) fn of_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a string cannot fail.
        let _infallible = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests;
