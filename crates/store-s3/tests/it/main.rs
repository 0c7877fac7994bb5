//! Blobs in a real server's bucket: `BATON_TEST_S3` is its address, the variables `AWS_…` are as in life.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's helpers may panic as it may"
)]

mod shared_file;

use std::sync::Arc;
use store::blob::Blobs;
use store_s3::S3Blobs;

#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by their environment where the server is"
)]
fn server() -> String {
    std::env::var("BATON_TEST_S3").expect("scripts/test s3 starts a server and names it")
}

/// Blobs under a prefix that no other test uses, and their spool folder.
fn open() -> (S3Blobs, tempfile::TempDir) {
    let spool = tempfile::Builder::new().prefix("s3-").tempdir().unwrap();
    let name = spool.path().file_name().unwrap().to_str().unwrap();
    let blobs = open_at(&format!("{}/{name}", server()), spool.path());
    (blobs, spool)
}

fn open_at(address: &str, spool: &std::path::Path) -> S3Blobs {
    store_s3::open(&address.parse().unwrap(), std::env::vars(), spool).unwrap()
}

async fn make() -> (Arc<dyn Blobs>, tempfile::TempDir) {
    let (blobs, spool) = open();
    blobs.check().await.unwrap();
    (Arc::new(blobs), spool)
}

mod suite {
    store::conformance::blobs::suite!(
        #[ignore = "needs an S3 server: scripts/test s3"]
        super::make
    );
}

#[tokio::test]
#[ignore = "needs an S3 server: scripts/test s3"]
async fn a_bucket_that_is_not_there_is_said() {
    let spool = tempfile::tempdir().unwrap();
    let blobs = open_at("s3://no-such-bucket-at-all/x", spool.path());
    let error = blobs.check().await.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(
        cause,
        "there is no such bucket, or it belongs to somebody else"
    );
}

#[tokio::test]
#[ignore = "needs an S3 server: scripts/test s3"]
async fn nodes_see_each_others_blobs() {
    let spool = tempfile::Builder::new().prefix("s3-").tempdir().unwrap();
    let name = spool.path().file_name().unwrap().to_str().unwrap();
    let address = format!("{}/{name}", server());
    let one = open_at(&address, spool.path());
    let two = open_at(&address, spool.path());
    let mut writer = one.begin();
    writer.write("hello".into()).await.unwrap();
    writer.finish().await.unwrap();
    let hash = writer.seal().await.unwrap().hash;
    assert_eq!(two.read(hash, 0, 5).await.unwrap(), "hello");
    drop(two.reclaim(hash).await.unwrap().delete().await.unwrap());
    assert!(!one.exists(hash).await.unwrap());
}
