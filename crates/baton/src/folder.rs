//! Folders that hold keys and patients' data: for their owner only.

use anyhow::Context as _;
use httpkit::private_file;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Makes a folder, and those above it, that only this user can open. One that is there stays as its
/// owner made it.
pub(crate) fn make_private(folder: &Path) -> anyhow::Result<()> {
    private_file::make_dir(folder).with_context(|| format!("cannot make `{}`", folder.display()))
}

/// The same for a folder of our own making, which is closed to others again if it stood open.
pub(crate) fn make_own(folder: &Path) -> anyhow::Result<()> {
    make_private(folder)?;
    std::fs::set_permissions(folder, Permissions::from_mode(0o700))
        .with_context(|| format!("cannot close `{}` to others", folder.display()))
}

/// Writes a file that only its owner can read; a crash leaves the whole file or none.
pub(crate) fn write_private(folder: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    private_file::write(folder, name, bytes)
        .with_context(|| format!("cannot write `{}`", folder.join(name).display()))
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
