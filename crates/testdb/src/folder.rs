//! A temporary folder that a server's user may write to.

use std::os::unix::fs::chown;
use tempfile::TempDir;

/// A new one, gone with its value.
pub(crate) fn new(prefix: &str, owner: Option<(u32, u32)>) -> std::io::Result<TempDir> {
    let folder = tempfile::Builder::new().prefix(prefix).tempdir()?;
    if let Some((user, group)) = owner {
        chown(folder.path(), Some(user), Some(group))?;
    }
    Ok(folder)
}
