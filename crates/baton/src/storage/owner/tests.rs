//! One mark a folder, which is no blob.

use super::*;
use crate::storage::folder::shared;
use store::blob::Blobs as _;

#[tokio::test]
async fn the_first_mark_stands_and_is_no_blob() {
    let folder = std::env::temp_dir().join(format!("baton-owner-{}", std::process::id()));
    let blobs = shared(&folder).unwrap();
    for mark in ["first\n", "second\n", "first\n"] {
        assert_eq!(in_folder(&folder, mark).unwrap(), b"first\n");
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
