//! Folders that hold keys and patients' data: for their owner only.

use anyhow::Context as _;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

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
