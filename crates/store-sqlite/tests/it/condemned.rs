//! What an earlier run left of a deletion is finished at once: no other process deletes blobs beside this one.

use crate::open;
use jiff::Timestamp;
use model::Hash;
use tempfile::TempDir;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_251_600 + seconds).unwrap()
}

#[tokio::test]
async fn blobs_that_an_earlier_run_condemned_are_given_whatever_their_age() {
    let folder = TempDir::new().unwrap();
    let (left, own) = (Hash::of(b"left"), Hash::of(b"own"));
    {
        let store = open(folder.path());
        assert!(store.messages.condemn_blob(left, at(0)).await.unwrap());
        let given = store.messages.condemned_blobs(at(0), at(1), 10).await;
        assert!(given.unwrap().is_empty(), "this run is deleting it");
    }
    let store = open(folder.path());
    let messages = &store.messages;
    assert!(messages.condemn_blob(own, at(1)).await.unwrap());
    assert!(!messages.condemn_blob(left, at(1)).await.unwrap());
    let given = messages.condemned_blobs(at(0), at(2), 10).await.unwrap();
    assert_eq!(given, [left]);
    // It is this run's now.
    let again = messages.condemned_blobs(at(0), at(3), 10).await.unwrap();
    assert!(again.is_empty());
    messages.spare_blob(left).await.unwrap();
    let old = messages.condemned_blobs(at(10), at(11), 10).await.unwrap();
    assert_eq!(old, [own]);
}
