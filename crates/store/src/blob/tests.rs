//! Blobs on disk: durable under their hash, gone when dropped, safe from the collector while pinned.

use super::*;
use model::entropy::SeededEntropy;
use std::sync::Arc;
use std::time::Duration;

fn open(folder: &tempfile::TempDir) -> DiskBlobs {
    DiskBlobs::open(folder.path(), Arc::new(SeededEntropy::new(1))).unwrap()
}

async fn put(blobs: &DiskBlobs, pieces: &[&[u8]]) -> SealedBlob {
    let mut writer = blobs.begin();
    for piece in pieces {
        writer.write(Bytes::copy_from_slice(piece)).await.unwrap();
    }
    writer.finish().await.unwrap();
    writer.seal().await.unwrap()
}

fn files(folder: &std::path::Path) -> usize {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| if path.is_dir() { files(&path) } else { 1 })
        .sum()
}

async fn until(mut what: impl FnMut() -> bool) {
    for _ in 0..2_000 {
        if what() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it did not come to pass");
}

#[tokio::test]
async fn what_is_sealed_is_read_back_and_equal_content_is_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = open(&folder);
    let one = put(&blobs, &[b"hello ", b"world"]).await;
    let two = put(&blobs, &[b"hello world"]).await;
    assert_eq!((one.hash, one.size), (two.hash, 11));
    assert_eq!(one.hash, Hash::of(b"hello world"));
    assert_eq!(files(folder.path()), 1);
    assert_eq!(blobs.read(one.hash, 6, 100).await.unwrap(), "world");
    blobs.verify(one.hash).await.unwrap();
}

#[tokio::test]
async fn a_dropped_writer_leaves_nothing_and_leftovers_of_a_crash_can_be_cleared() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = open(&folder);
    let mut writer = blobs.begin();
    writer.write(Bytes::from_static(b"half")).await.unwrap();
    until(|| files(folder.path()) == 1).await;
    drop(writer);
    until(|| files(folder.path()) == 0).await;
    let mut writer = blobs.begin();
    writer.write(Bytes::from_static(b"whole")).await.unwrap();
    writer.finish().await.unwrap();
    drop(writer);
    until(|| files(folder.path()) == 0).await;
    std::fs::write(folder.path().join("incoming/left"), b"by a crash").unwrap();
    open(&folder).clear_incoming().unwrap();
    assert_eq!(files(folder.path()), 0);
}

#[tokio::test]
async fn changed_bytes_are_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = open(&folder);
    let hash = put(&blobs, &[b"true"]).await.hash;
    let hex = hash.to_hex();
    std::fs::write(folder.path().join(&hex[..2]).join(&hex), b"fals").unwrap();
    assert!(matches!(
        blobs.verify(hash).await,
        Err(BlobError::Damaged(_))
    ));
    assert!(matches!(
        blobs.verify(Hash::of(b"other")).await,
        Err(BlobError::Missing(_))
    ));
}

#[tokio::test]
async fn every_blob_is_found_by_its_first_byte() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = open(&folder);
    let mut put_in = Vec::new();
    for text in ["a", "b", "c"] {
        put_in.push(put(&blobs, &[text.as_bytes()]).await.hash);
    }
    let mut found = Vec::new();
    for first in 0..=u8::MAX {
        found.extend(blobs.beginning_with(first).await.unwrap());
    }
    put_in.sort();
    assert_eq!(found, put_in);
}

#[tokio::test]
async fn a_pinned_blob_is_not_reclaimed_and_a_writer_waits_for_a_reclaim() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Arc::new(open(&folder));
    let sealed = put(&blobs, &[b"x"]).await;
    let hash = sealed.hash;
    assert!(blobs.reclaim(hash).await.is_none());
    drop(sealed);
    let reclaim = blobs.reclaim(hash).await.unwrap();
    assert!(blobs.reclaim(hash).await.is_none(), "one at a time");
    let writer = {
        let blobs = Arc::clone(&blobs);
        tokio::spawn(async move { put(&blobs, &[b"x"]).await.hash })
    };
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert!(!writer.is_finished());
    reclaim.delete().await.unwrap();
    assert_eq!(writer.await.unwrap(), hash);
    blobs.verify(hash).await.unwrap();
}

#[tokio::test]
async fn a_write_that_fails_says_so_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = open(&folder);
    std::fs::remove_dir(folder.path().join("incoming")).unwrap();
    let mut writer = blobs.begin();
    // Which call tells depends on how far the disk has come.
    let mut failed = false;
    for _ in 0..100 {
        failed |= writer.write(Bytes::from_static(b"x")).await.is_err();
    }
    failed |= writer.finish().await.is_err();
    assert!(failed);
    let refused = writer.seal().await.err().unwrap();
    assert!(matches!(refused.error, BlobError::Io { .. }));
    assert_eq!(refused.in_doubt, None);
}

#[tokio::test]
async fn a_blob_that_was_not_finished_is_not_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = open(&folder);
    let mut writer = blobs.begin();
    writer.write(Bytes::from_static(b"half")).await.unwrap();
    assert!(writer.seal().await.is_err());
    until(|| files(folder.path()) == 0).await;
}

#[tokio::test]
async fn new_bytes_heal_a_damaged_blob() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = open(&folder);
    let hash = put(&blobs, &[b"true"]).await.hash;
    let hex = hash.to_hex();
    std::fs::write(folder.path().join(&hex[..2]).join(&hex), b"fals").unwrap();
    assert!(blobs.verify(hash).await.is_err());
    put(&blobs, &[b"true"]).await;
    blobs.verify(hash).await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_a_blob() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let open_to_all = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open_to_all).unwrap();
    let hash = put(&open(&folder), &[b"a patient's"]).await.hash;
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let place = folder.path().join(&hash.to_hex()[..2]);
    assert_eq!(mode(folder.path()), 0o700);
    assert_eq!(mode(&folder.path().join("incoming")), 0o700);
    assert_eq!(mode(&place), 0o700);
    assert_eq!(mode(&place.join(hash.to_hex())), 0o600);
}
