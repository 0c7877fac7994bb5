//! A file that nodes share is written once.

use std::sync::Arc;

#[tokio::test]
#[ignore = "needs an S3 server: scripts/test s3"]
async fn it_is_absent_until_it_is_written_and_then_stays() {
    let (blobs, _spool) = crate::open();
    let file = blobs.shared_file("code.key");
    assert_eq!(file.get().await.unwrap(), None);
    assert_eq!(file.put_if_absent("one".into()).await.unwrap(), "one");
    assert_eq!(file.put_if_absent("two".into()).await.unwrap(), "one");
    assert_eq!(file.get().await.unwrap().unwrap(), "one");
    assert_eq!(blobs.shared_file("other").get().await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs an S3 server: scripts/test s3"]
async fn of_many_who_write_it_at_once_all_agree() {
    let (blobs, _spool) = crate::open();
    let blobs = Arc::new(blobs);
    let tasks: Vec<_> = (0..16)
        .map(|number: u32| {
            let file = blobs.shared_file("code.key");
            tokio::spawn(
                async move { file.put_if_absent(number.to_string().into()).await.unwrap() },
            )
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
    let file = blobs.shared_file("code.key");
    assert_eq!(file.get().await.unwrap().as_ref(), answers.first());
}
