//! What becomes of a blob that cannot be copied.

use super::*;
use bytes::Bytes;
use std::path::PathBuf;

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("baton-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn blobs(&self, name: &str) -> DiskBlobs {
        DiskBlobs::open(&self.0.join(name), Arc::new(OsEntropy)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

async fn put(blobs: &DiskBlobs, bytes: &'static [u8]) -> Hash {
    let mut writer = blobs.begin();
    writer.write(Bytes::from_static(bytes)).await.unwrap();
    writer.finish().await.unwrap();
    writer.seal().await.unwrap().hash
}

#[tokio::test]
async fn a_blob_that_no_message_names_any_more_is_left_out_and_no_fault() {
    let folder = Folder::new("emptied");
    let file = folder.0.join("platform.sqlite");
    drop(store_sqlite::open(&file, Arc::new(folder.blobs("from"))).unwrap());
    let live = Rows::File(file);
    let (from, to) = (folder.blobs("from"), folder.blobs("to"));

    let hash = put(&from, b"%PDF-1.7 a letter").await;
    let copied = one_blob(&from, &to, &live, hash).await.unwrap();
    assert!(matches!(copied, Copied::Whole(17)));
    to.verify(hash).await.unwrap();
    let gone = one_blob(&from, &to, &live, Hash::of(b"gone"))
        .await
        .unwrap();
    assert!(matches!(gone, Copied::Emptied));

    // Changed where it is kept: not copied under its name, nor under another.
    let hash = put(&from, b"%PDF-1.7 another").await;
    let name = hash.to_hex();
    let place = folder.0.join("from").join(&name[..2]).join(&name);
    std::fs::write(place, b"%PDF-1.7 anothes").unwrap();
    assert!(!matches!(
        one_blob(&from, &to, &live, hash).await.unwrap(),
        Copied::Whole(_)
    ));
    assert!(!to.exists(hash).await.unwrap());
}
