//! Blobs in a folder: who may clear what others left half written there.

use anyhow::Context as _;
use httpkit::entropy::OsEntropy;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::blob::DiskBlobs;

/// A body may take minutes to arrive; what is older than this was left by a node that died.
const LEFT_BEHIND: Duration = Duration::from_secs(60 * 60);

/// Opens a folder that other nodes may be writing to just now.
pub(super) fn shared(folder: &Path) -> anyhow::Result<DiskBlobs> {
    DiskBlobs::open(folder, Arc::new(OsEntropy))
        .with_context(|| format!("cannot open the blobs in `{}`", folder.display()))
}

/// Clears what nodes that are no more left half written.
pub(super) fn clear_left_behind(folder: &Path) -> io::Result<()> {
    let gone = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    for entry in fs::read_dir(folder.join("incoming"))? {
        let entry = entry?;
        let age = entry
            .metadata()
            .and_then(|about| about.modified())
            .map(|at| at.elapsed().unwrap_or_default());
        match age {
            Ok(age) if age > LEFT_BEHIND => match fs::remove_file(entry.path()) {
                Err(error) if !gone(&error) => return Err(error),
                _ => {}
            },
            Ok(_) => {}
            // Put in its place, or cleared by another node, while we looked.
            Err(error) if gone(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::time::SystemTime;

    #[test]
    fn only_old_leftovers_go() {
        let folder = std::env::temp_dir().join(format!("baton-left-{}", std::process::id()));
        drop(shared(&folder).unwrap());
        let incoming = folder.join("incoming");
        File::create(incoming.join("new")).unwrap();
        let old = File::create(incoming.join("old")).unwrap();
        old.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        clear_left_behind(&folder).unwrap();
        let left: Vec<_> = fs::read_dir(&incoming).unwrap().flatten().collect();
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].file_name(), "new");
        fs::remove_dir_all(folder).unwrap();
    }
}
