//! Writing: tried again, given up in time, never many in memory at once.

use super::*;
use crate::bucket::PUTS_AT_ONCE;

#[tokio::test]
async fn a_blob_is_one_put_under_its_hash_with_its_checksum() {
    let test = test(|_, _| Reply::Answer(200, Vec::new())).await;
    let sealed = put(&test.blobs, b"hello").await.unwrap();
    let [request] = &test.server.seen()[..] else {
        panic!("{:?}", test.server.seen());
    };
    let hex = Hash::of(b"hello").to_hex();
    assert_eq!(sealed.hash, Hash::of(b"hello"));
    assert_eq!(request.method, "PUT");
    assert_eq!(request.path, format!("/baton-test/pre/{}/{hex}", &hex[..2]));
    assert_eq!(request.sha256, sealed.hash);
    assert_eq!(request.header("x-amz-content-sha256"), hex);
    let checksum = request.header("x-amz-checksum-sha256");
    assert_eq!(checksum, "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=");
    assert!(request.header("authorization").contains(KEY));
}

#[tokio::test]
async fn a_blob_is_encrypted_by_the_server_as_the_variables_say() {
    let server = Server::start(|_, _| Reply::Answer(200, Vec::new())).await;
    let mut variables = variables(server.port);
    let sealed = [
        ("AWS_SERVER_SIDE_ENCRYPTION", "aws:kms"),
        ("AWS_SSE_KMS_KEY_ID", "key-1"),
    ];
    variables.extend(sealed.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let address = "s3://baton-test".parse().unwrap();
    let bucket = settings::open(&address, variables, LIMITS).unwrap();
    let spool = tempfile::tempdir().unwrap();
    let blobs = S3Blobs::open(bucket, spool.path()).unwrap();
    put(&blobs, b"x").await.unwrap();
    let request = &server.seen()[0];
    assert_eq!(request.header("x-amz-server-side-encryption"), "aws:kms");
    let key = request.header("x-amz-server-side-encryption-aws-kms-key-id");
    assert_eq!(key, "key-1");
}

#[tokio::test]
async fn a_put_that_is_refused_for_now_is_tried_again() {
    let test = test(|number, _| match number {
        0 | 1 => Reply::Answer(503, error("SlowDown")),
        _ => Reply::Answer(200, Vec::new()),
    })
    .await;
    put(&test.blobs, b"x").await.unwrap();
    let seen = test.server.seen();
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|request| request.sha256 == Hash::of(b"x")));
}

#[tokio::test]
async fn a_put_that_is_refused_for_long_is_given_up() {
    let test = test(|_, _| Reply::Answer(503, error("SlowDown"))).await;
    let refused = put(&test.blobs, b"x").await.err().unwrap();
    let slow = Fault::Answer(503, "SlowDown".to_owned());
    assert_eq!(fault(&refused.error), slow);
    assert_eq!(refused.in_doubt, Some(Hash::of(b"x")));
    assert!((2..=5).contains(&test.server.seen().len()));
}

#[tokio::test]
async fn a_put_that_is_never_answered_ends_in_time() {
    let one = Duration::from_millis(300);
    for limits in [
        // No attempt is answered, and after the first there is no time for another one.
        Limits {
            attempt: one,
            retry: Duration::ZERO,
            ..LIMITS
        },
        Limits { put: one, ..LIMITS },
    ] {
        let test = test_within(limits, |_, _| Reply::Never).await;
        let refused = put(&test.blobs, b"x").await.err().unwrap();
        assert_eq!(fault(&refused.error), Fault::Late);
        assert_eq!(refused.in_doubt, Some(Hash::of(b"x")));
    }
}

#[tokio::test]
async fn a_put_whose_answer_was_lost_is_done_again() {
    let test = test(|number, _| match number {
        0 => Reply::Cut,
        _ => Reply::Answer(200, Vec::new()),
    })
    .await;
    put(&test.blobs, b"x").await.unwrap();
    let seen = test.server.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].path, seen[1].path);
    assert_eq!(seen[0].sha256, seen[1].sha256);
}

#[tokio::test]
async fn nobody_listening_is_said() {
    let mut test = test(|_, _| Reply::Cut).await;
    let refused = put(&test.blobs, b"x").await.err().unwrap();
    assert_eq!(fault(&refused.error), Fault::Broken);
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let address = "s3://baton-test".parse().unwrap();
    let bucket = settings::open(&address, variables(port), LIMITS).unwrap();
    test.blobs = Arc::new(S3Blobs::open(bucket, test.spool.path()).unwrap());
    let refused = put(&test.blobs, b"x").await.err().unwrap();
    assert_eq!(fault(&refused.error), Fault::Unreachable);
}

#[tokio::test]
async fn a_sender_that_goes_away_leaves_no_file_and_no_request() {
    let test = test(|_, _| Reply::Answer(200, Vec::new())).await;
    let names = || std::fs::read_dir(test.spool.path()).unwrap().count();
    let mut writer = test.blobs.begin();
    writer.write(Bytes::from_static(b"half")).await.unwrap();
    writer.write(Bytes::from_static(b"more")).await.unwrap();
    drop(writer);
    let whole = write(&test.blobs, &[Bytes::from_static(b"whole")]).await;
    assert_eq!(
        names(),
        0,
        "a spooled file has no name even while it is written"
    );
    drop(whole);
    assert_eq!(names(), 0);
    assert!(test.server.seen().is_empty());
}

#[tokio::test]
async fn without_its_spool_folder_a_write_fails_and_nothing_is_in_doubt() {
    let test = test(|_, _| Reply::Answer(200, Vec::new())).await;
    std::fs::remove_dir(test.spool.path()).unwrap();
    let mut writer = test.blobs.begin();
    writer.write(Bytes::from_static(b"x")).await.unwrap();
    assert!(writer.finish().await.is_err());
    assert!(writer.write(Bytes::from_static(b"x")).await.is_err());
    assert_eq!(writer.seal().await.err().unwrap().in_doubt, None);
}

#[tokio::test]
async fn who_never_gets_a_turn_is_told() {
    let limits = Limits {
        turn: Duration::from_millis(200),
        attempt: Duration::from_secs(60),
        put: Duration::from_secs(60),
        ..LIMITS
    };
    let test = test_within(limits, |_, _| Reply::Never).await;
    let mut stuck = tokio::task::JoinSet::new();
    for _ in 0..PUTS_AT_ONCE {
        let blobs = Arc::clone(&test.blobs);
        stuck.spawn(async move { put(&blobs, b"x").await.is_err() });
    }
    while test.server.seen().len() < PUTS_AT_ONCE {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let refused = put(&test.blobs, b"y").await.err().unwrap();
    assert_eq!(fault(&refused.error), Fault::Crowded);
    assert_eq!(refused.in_doubt, None);
    // Who is broken off gives its turn back, and nobody is refused for it.
    stuck.shutdown().await;
    let again = tokio::time::timeout(LIMITS.turn, test.bucket.turns.take()).await;
    assert!(again.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_large_blobs_at_once_take_the_memory_of_eight() {
    const LARGEST: usize = 5 * 1024 * 1024;
    const PIECE: usize = 64 * 1024;
    let limits = Limits {
        attempt: Duration::from_secs(60),
        turn: Duration::from_secs(120),
        put: Duration::from_secs(120),
        ..LIMITS
    };
    let answer = |_: usize, _: &Request| Reply::After(Duration::from_millis(20), 200);
    let test = test_within(limits, answer).await;
    let filler = Bytes::from(vec![7; PIECE]);
    let writers: Vec<_> = (0..64_u8)
        .map(|number| {
            let (blobs, filler) = (Arc::clone(&test.blobs), filler.clone());
            tokio::spawn(async move {
                let mut pieces = vec![filler; LARGEST / PIECE];
                pieces[0] = Bytes::from(vec![number; PIECE]);
                write(&blobs, &pieces).await.seal().await.unwrap().size
            })
        })
        .collect();
    for writer in writers {
        assert_eq!(writer.await.unwrap(), LARGEST as u64);
    }
    assert_eq!(test.server.seen().len(), 64);
    assert!(test.server.most_at_once() <= PUTS_AT_ONCE);
    // Every buffer that ever was is back here.
    let (buffers, bytes) = test.bucket.turns.spare_buffers();
    assert!((1..=PUTS_AT_ONCE).contains(&buffers), "{buffers} buffers");
    assert!(bytes <= PUTS_AT_ONCE * LARGEST, "{bytes} bytes");
}
