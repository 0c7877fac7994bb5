//! What only a folder of blobs can show; the rest is the suite that every store of blobs runs.

use super::*;
use model::entropy::SeededEntropy;
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "conformance")]
mod suite {
    use super::*;

    fn make() -> std::future::Ready<(Arc<dyn Blobs>, tempfile::TempDir)> {
        let folder = tempfile::tempdir().unwrap();
        std::future::ready((Arc::new(open(&folder)), folder))
    }

    crate::conformance::blobs::suite!(make);
}

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
async fn equal_content_is_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = open(&folder);
    put(&blobs, &[b"hello ", b"world"]).await;
    put(&blobs, &[b"hello world"]).await;
    assert_eq!(files(folder.path()), 1);
}

#[tokio::test]
async fn a_dropped_writer_leaves_no_file_and_leftovers_of_a_crash_can_be_cleared() {
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
async fn a_blob_that_was_not_finished_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = open(&folder);
    let mut writer = blobs.begin();
    writer.write(Bytes::from_static(b"half")).await.unwrap();
    assert!(writer.seal().await.is_err());
    until(|| files(folder.path()) == 0).await;
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
async fn changed_bytes_are_noticed_and_new_ones_heal_them() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = open(&folder);
    let hash = put(&blobs, &[b"true"]).await.hash;
    let hex = hash.to_hex();
    std::fs::write(folder.path().join(&hex[..2]).join(&hex), b"fals").unwrap();
    let damaged = blobs.verify(hash).await;
    assert!(matches!(damaged, Err(BlobError::Damaged(of)) if of == hash));
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
