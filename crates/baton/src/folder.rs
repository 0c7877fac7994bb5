//! Folders that hold keys and patients' data: for their owner only.

use anyhow::Context as _;
use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

/// Makes a folder, and those above it, that only this user can open. One that is there stays as its
/// owner made it.
pub(crate) fn make_private(folder: &Path) -> anyhow::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("cannot make `{}`", folder.display()))
}

/// The same for a folder of our own making, which is closed to others again if it stood open.
pub(crate) fn make_own(folder: &Path) -> anyhow::Result<()> {
    make_private(folder)?;
    std::fs::set_permissions(folder, Permissions::from_mode(0o700))
        .with_context(|| format!("cannot close `{}` to others", folder.display()))
}

/// Writes a file that only its owner can read: beside its place, synced, and renamed, so that a crash
/// leaves the whole file or none.
pub(crate) fn write_private(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let beside = file.with_extension("new");
    let write = || {
        // One that a crash left may have another mode.
        match std::fs::remove_file(&beside) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut new = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&beside)?;
        new.write_all(bytes)?;
        new.sync_all()?;
        std::fs::rename(&beside, file)?;
        match file.parent() {
            Some(folder) => std::fs::File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    };
    write().with_context(|| format!("cannot write `{}`", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_owner_can_open_it() {
        let folder = std::env::temp_dir().join(format!("baton-folder-{}", std::process::id()));
        make_private(&folder.join("a/b")).unwrap();
        for place in ["", "a", "a/b"] {
            let mode = std::fs::metadata(folder.join(place))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o700, "{place}");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
