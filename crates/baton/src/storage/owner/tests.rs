//! One mark a folder, which is no blob.

use super::*;
use crate::storage::beside::Beside;
use crate::storage::folder::shared;
use store::blob::Blobs as _;

#[tokio::test]
async fn the_first_mark_stands_and_is_no_blob() {
    let folder = std::env::temp_dir().join(format!("baton-owner-{}", std::process::id()));
    let blobs = shared(&folder).unwrap();
    let place = Beside::Folder(&folder);
    for mark in [b"first\n".as_slice(), b"second\n", b"first\n"] {
        assert_eq!(place.put(FILE, mark).await.unwrap(), b"first\n");
    }
    for first in 0..=u8::MAX {
        assert!(blobs.beginning_with(first).await.unwrap().is_empty());
    }
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["incoming", FILE], "nothing beside it");
    std::fs::remove_dir_all(&folder).unwrap();
}
