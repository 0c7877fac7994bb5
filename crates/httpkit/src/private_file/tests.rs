//! Folders that outlive a power cut, and are their owner's.

use super::*;
use std::path::PathBuf;

fn empty_folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("baton-{name}-{}", std::process::id()));
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir(&folder).unwrap();
    folder
}

#[test]
fn every_folder_that_was_made_is_synced_in_the_one_above_it() {
    let root = empty_folder("make-dir");
    let dir = root.join("w/deep/er");
    let mut synced = Vec::new();
    make(&dir, |above| {
        assert!(dir.is_dir(), "synced before it was there");
        synced.push(above.to_owned());
        Ok(())
    })
    .unwrap();
    assert_eq!(synced, [root.clone(), root.join("w"), root.join("w/deep")]);
    make(&dir, |above| panic!("{} has nothing new", above.display())).unwrap();
    make_dir(&dir.join("still/deeper")).unwrap();
    fs::remove_dir_all(root).unwrap();
}

#[test]
fn a_folder_that_cannot_be_synced_is_not_said_to_be_made() {
    let root = empty_folder("make-dir-fails");
    let full = |_: &Path| Err(io::ErrorKind::StorageFull.into());
    let made = make(&root.join("w"), full);
    assert_eq!(made.unwrap_err().kind(), io::ErrorKind::StorageFull);
    fs::remove_dir_all(root).unwrap();
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_open_what_was_made() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = empty_folder("make-dir-modes");
    let dir = root.join("w/deep");
    make_dir(&dir).unwrap();
    write(&dir, "key", b"secret").unwrap();
    for (place, mode) in [("w", 0o700), ("w/deep", 0o700), ("w/deep/key", 0o600)] {
        let is = fs::metadata(root.join(place)).unwrap().permissions().mode();
        assert_eq!(is & 0o777, mode, "{place}");
    }
    fs::remove_dir_all(root).unwrap();
}
