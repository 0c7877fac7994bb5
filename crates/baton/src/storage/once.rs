//! A small file in a folder that is written once: whoever comes later reads what stands there.

use anyhow::Context as _;
use httpkit::entropy::OsEntropy;
use httpkit::private_file;
use std::fs;
use std::io;
use std::path::Path;

/// The file's bytes, if it is there.
pub(super) fn read(folder: &Path, name: &str) -> anyhow::Result<Option<Vec<u8>>> {
    private_file::read(folder, name)
        .with_context(|| format!("cannot read `{}`", folder.join(name).display()))
}

/// Writes the file unless it is there; of several who do so at once, one wins. It is whole and on stable
/// storage when this returns.
pub(super) fn put(folder: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    // Of its own name, for other nodes may be writing theirs.
    let own = model::entropy::uuid_v4(&OsEntropy).simple();
    let beside = format!("{name}.{own}");
    private_file::make_dir(folder)
        .and_then(|()| private_file::write(folder, &beside, bytes))
        .and_then(
            |()| match fs::hard_link(folder.join(&beside), folder.join(name)) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
                _ => private_file::sync_dir(folder),
            },
        )
        .and_then(|()| private_file::remove(folder, &beside))
        .with_context(|| format!("cannot write `{}`", folder.join(name).display()))
}
