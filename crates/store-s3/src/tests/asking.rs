//! Reading, looking, deleting, and what is said when it fails.

use super::*;
use std::error::Error;

#[tokio::test]
async fn wrong_bytes_are_noticed() {
    let test = test(|_, _| Reply::Answer(200, b"hullo".to_vec())).await;
    let hash = Hash::of(b"hello");
    let found = test.blobs.verify(hash).await;
    assert!(matches!(found, Err(BlobError::Damaged(of)) if of == hash));
    test.blobs.verify(Hash::of(b"hullo")).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_read_on() {
    let test = test(|number, _| match number {
        0 => Reply::Half(b"hello world".to_vec()),
        _ => Reply::Answer(200, b"hello world".to_vec()),
    })
    .await;
    test.blobs.verify(Hash::of(b"hello world")).await.unwrap();
    assert_eq!(test.server.seen()[1].header("range"), "bytes=5-10");
}

#[tokio::test]
async fn an_answer_that_always_breaks_off_is_no_damage() {
    let test = test(|_, _| Reply::Half(b"hello world".to_vec())).await;
    let hash = Hash::of(b"hello world");
    let found = test.blobs.verify(hash).await.unwrap_err();
    assert!(matches!(found, BlobError::Io { .. }), "{found:?}");
    let found = test.blobs.read(hash, 0, 11).await.unwrap_err();
    assert!(matches!(found, BlobError::Io { .. }), "{found:?}");
}

#[tokio::test]
async fn a_missing_blob_and_a_missing_bucket_are_two_things() {
    let hash = Hash::of(b"x");
    let blob = test(|_, _| Reply::Answer(404, error("NoSuchKey"))).await;
    let missing = blob.blobs.verify(hash).await;
    assert!(matches!(missing, Err(BlobError::Missing(of)) if of == hash));
    assert!(!blob.blobs.exists(hash).await.unwrap());
    let bucket = test(|_, _| Reply::Answer(404, error("NoSuchBucket"))).await;
    for answer in [
        bucket.blobs.verify(hash).await.unwrap_err(),
        bucket.blobs.read(hash, 0, 1).await.unwrap_err(),
        bucket.blobs.check().await.unwrap_err(),
        bucket.blobs.beginning_with(1).await.unwrap_err(),
        put(&bucket.blobs, b"x").await.err().unwrap().error,
    ] {
        assert_eq!(fault(&answer), Fault::NoBucket);
    }
}

#[tokio::test]
async fn what_the_bucket_says_is_put_in_words() {
    for (status, code, words) in [
        (403, "AccessDenied", Fault::Denied("AccessDenied".into())),
        (403, "", Fault::Denied("403".into())),
        (
            403,
            "InvalidAccessKeyId",
            Fault::Keys("InvalidAccessKeyId".into()),
        ),
        (400, "ExpiredToken", Fault::Keys("ExpiredToken".into())),
        (403, "RequestTimeTooSkewed", Fault::Clock),
        (301, "", Fault::Elsewhere),
        (400, "AuthorizationHeaderMalformed", Fault::Elsewhere),
        (
            501,
            "NotImplemented",
            Fault::Answer(501, "NotImplemented".into()),
        ),
    ] {
        let test = test(move |_, _| Reply::Answer(status, error(code))).await;
        let told = test.blobs.check().await.unwrap_err();
        assert_eq!(fault(&told), words, "{status} {code}");
    }
    assert_eq!(
        Fault::Answer(500, String::new()).to_string(),
        "the object store answered 500"
    );
    let test = test(|_, _| Reply::Answer(200, b"<html>hello</html>".to_vec())).await;
    assert_eq!(fault(&test.blobs.check().await.unwrap_err()), Fault::Odd);
}

#[tokio::test]
async fn no_error_and_no_debug_text_repeats_a_key() {
    let body = format!(
        "<Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>{KEY}</AWSAccessKeyId>\
         <StringToSign>AWS4 {SECRET}</StringToSign></Error>"
    );
    let test = test(move |_, _| Reply::Answer(403, body.clone().into_bytes())).await;
    let refused = put(&test.blobs, b"x").await.err().unwrap();
    let mut texts = vec![format!("{refused:?} {:?}", test.blobs)];
    let mut cause: Option<&dyn Error> = Some(&refused);
    while let Some(error) = cause {
        texts.push(format!("{error} {error:?}"));
        cause = error.source();
    }
    for text in texts {
        assert!(!text.contains(KEY) && !text.contains(SECRET), "{text}");
        assert!(!text.contains("StringToSign"), "{text}");
    }
}

#[tokio::test]
async fn keys_that_a_role_gives_are_used_and_their_absence_is_said() {
    let bucket = Server::start(|_, _| Reply::Answer(200, Vec::new())).await;
    let role = Server::start(|number, _| match number {
        0 => Reply::Answer(403, error("AccessDenied")),
        _ => Reply::Answer(
            200,
            br#"{"AccessKeyId":"ROLEKEY","SecretAccessKey":"s","Token":"t","Expiration":"2099-01-01T00:00:00Z"}"#
                .to_vec(),
        ),
    })
    .await;
    let spool = tempfile::tempdir().unwrap();
    let token = spool.path().join("token");
    std::fs::write(&token, "of the container").unwrap();
    let variables = [
        (
            "AWS_ENDPOINT_URL",
            format!("http://127.0.0.1:{}", bucket.port),
        ),
        (
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            format!("http://127.0.0.1:{}/c", role.port),
        ),
        (
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
            token.display().to_string(),
        ),
    ]
    .map(|(name, value)| (name.to_owned(), value));
    let opened = settings::open(&"s3://baton-test".parse().unwrap(), variables, LIMITS).unwrap();
    let blobs = S3Blobs::open(opened, spool.path()).unwrap();
    let refused = put(&blobs, b"x").await.err().unwrap();
    assert_eq!(fault(&refused.error), Fault::Role);
    put(&blobs, b"x").await.unwrap();
    let signed = bucket.seen();
    assert!(signed[0].header("authorization").contains("ROLEKEY"));
    assert_eq!(signed[0].header("x-amz-security-token"), "t");
    std::fs::remove_file(&token).unwrap();
    assert_eq!(role.seen().len(), 2, "they are kept until they end");
}

#[tokio::test]
async fn a_deletion_is_attempted_once() {
    let test = test(|_, _| Reply::Answer(503, Vec::new())).await;
    let right = test.blobs.reclaim(Hash::of(b"x")).await.unwrap();
    assert!(right.delete().await.is_err());
    let seen = test.server.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].method, "DELETE");
}

#[tokio::test]
async fn a_deletion_that_is_never_answered_ends_in_time() {
    let limits = Limits {
        delete: Duration::from_millis(500),
        ..LIMITS
    };
    let test = test_within(limits, |_, _| Reply::Never).await;
    let right = test.blobs.reclaim(Hash::of(b"x")).await.unwrap();
    let failed = right.delete().await.err().unwrap();
    assert_eq!(fault(&failed), Fault::Late);
    assert!(test.server.seen().len() <= 1);
}

#[tokio::test]
async fn a_look_that_is_never_answered_ends_in_time() {
    let limits = Limits {
        look: Duration::from_millis(300),
        ..LIMITS
    };
    let test = test_within(limits, |_, _| Reply::Never).await;
    let failed = test.blobs.exists(Hash::of(b"x")).await.unwrap_err();
    assert_eq!(fault(&failed), Fault::Late);
}
