//! What a bucket that misbehaves does to blobs: a server here answers late, wrongly or not at all.

mod asking;
mod server;
mod writing;

use crate::bucket::Limits;
use crate::{Fault, S3Blobs, settings};
use bytes::Bytes;
use model::Hash;
use server::{Reply, Request, Server};
use std::sync::Arc;
use std::time::Duration;
use store::blob::{BlobError, BlobWriter, Blobs, NotSealed, SealedBlob};

const KEY: &str = "AKIDOFATEST";
const SECRET: &str = "wJalrXUtnFEMI-a-secret";

/// Long enough for a busy machine. Tests of what takes too long shorten what they are about.
const LIMITS: Limits = Limits {
    attempt: Duration::from_secs(10),
    retry: Duration::from_secs(10),
    turn: Duration::from_secs(60),
    put: Duration::from_secs(30),
    read: Duration::from_secs(30),
    look: Duration::from_secs(20),
    delete: Duration::from_secs(20),
    list: Duration::from_secs(30),
};

fn variables(port: u16) -> Vec<(String, String)> {
    let endpoint = format!("http://127.0.0.1:{port}");
    [
        ("AWS_ACCESS_KEY_ID", KEY),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_ENDPOINT_URL_S3", &endpoint),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

struct Test {
    server: Server,
    blobs: Arc<S3Blobs>,
    bucket: Arc<crate::bucket::Bucket>,
    spool: tempfile::TempDir,
}

async fn test(script: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static) -> Test {
    test_within(LIMITS, script).await
}

async fn test_within(
    limits: Limits,
    script: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static,
) -> Test {
    let server = Server::start(script).await;
    let address = "s3://baton-test/pre".parse().unwrap();
    let bucket = settings::open(&address, variables(server.port), limits).unwrap();
    let spool = tempfile::tempdir().unwrap();
    let blobs = Arc::new(S3Blobs::open(bucket, spool.path()).unwrap());
    Test {
        server,
        bucket: blobs.bucket(),
        blobs,
        spool,
    }
}

async fn write(blobs: &S3Blobs, pieces: &[Bytes]) -> Box<dyn BlobWriter> {
    let mut writer = blobs.begin();
    for piece in pieces {
        writer.write(piece.clone()).await.unwrap();
    }
    writer.finish().await.unwrap();
    writer
}

async fn put(blobs: &S3Blobs, bytes: &'static [u8]) -> Result<SealedBlob, NotSealed> {
    write(blobs, &[Bytes::from_static(bytes)])
        .await
        .seal()
        .await
}

/// Our word for what went wrong, at the end of an error's causes.
fn fault(error: &BlobError) -> Fault {
    let BlobError::Io { source, .. } = error else {
        panic!("{error:?} is no failure of the bucket");
    };
    let cause = source.get_ref().unwrap();
    cause.downcast_ref::<Fault>().unwrap().clone()
}

fn error(code: &str) -> Vec<u8> {
    format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code></Error>").into_bytes()
}
