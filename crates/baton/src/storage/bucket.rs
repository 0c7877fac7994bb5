//! A bucket of an S3-compatible store, with the code key and the owner's mark in it.

use super::{code_key, owner};
use crate::exit::{unreachable, usage};
use model::Secret;
use std::path::Path;
use std::sync::Arc;
use store::blob::{BlobError, Blobs};
use store_s3::{S3Blobs, SharedFile};
use url::Url;

/// Opens a bucket and asks it for a first answer.
pub(super) async fn open(url: &Url, spool: &Path) -> anyhow::Result<Arc<dyn Blobs>> {
    let blobs = opened(url, spool)?;
    blobs.check().await.map_err(|error| told(&error, url))?;
    Ok(Arc::new(blobs))
}

fn opened(url: &Url, spool: &Path) -> anyhow::Result<S3Blobs> {
    // What is not Unicode is no setting of the bucket's.
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("AWS_"));
    store_s3::open(url, variables, spool).map_err(|error| usage(error.to_string()))
}

fn shared(url: &Url, spool: &Path) -> anyhow::Result<SharedFile> {
    Ok(opened(url, spool)?.shared_file(code_key::FILE))
}

/// Puts the owner's mark in a bucket, unless there is one; what stands there from now on.
pub(super) async fn owner(url: &Url, spool: &Path, mark: String) -> anyhow::Result<Vec<u8>> {
    let file = opened(url, spool)?.shared_file(owner::FILE);
    let standing = file.put_if_absent(mark.into_bytes().into()).await;
    let standing = standing.map_err(|error| told(&error, url))?;
    Ok(standing.to_vec())
}

/// Whether there is an owner's mark in a bucket.
pub(super) async fn has_owner(url: &Url, spool: &Path) -> anyhow::Result<bool> {
    let found = opened(url, spool)?.shared_file(owner::FILE).get().await;
    Ok(found.map_err(|error| told(&error, url))?.is_some())
}

/// The key in a bucket, made when missing. Of several who make it at once, one wins.
pub(super) async fn code_key(url: &Url, spool: &Path) -> anyhow::Result<Secret> {
    put(&shared(url, spool)?, &code_key::make(), url).await
}

/// The key in a bucket.
pub(super) async fn code_key_if_any(url: &Url, spool: &Path) -> anyhow::Result<Option<Secret>> {
    let found = shared(url, spool)?.get().await;
    found
        .map_err(|error| told(&error, url))?
        .map(|bytes| read(&bytes, url))
        .transpose()
}

/// Puts a key in a bucket, unless there is one.
pub(super) async fn put_code_key(url: &Url, spool: &Path, key: &Secret) -> anyhow::Result<()> {
    put(&shared(url, spool)?, key, url).await.map(drop)
}

async fn put(file: &SharedFile, key: &Secret, url: &Url) -> anyhow::Result<Secret> {
    let bytes = key.reveal().as_bytes().to_vec().into();
    let standing = file.put_if_absent(bytes).await;
    read(&standing.map_err(|error| told(&error, url))?, url)
}

fn read(bytes: &[u8], url: &Url) -> anyhow::Result<Secret> {
    let place = format!("{url}/{}", code_key::FILE);
    code_key::check(&String::from_utf8_lossy(bytes), &place)
}

fn told(error: &BlobError, url: &Url) -> anyhow::Error {
    unreachable(format!(
        "the bucket {url} cannot be used: {}. Are --blob-url and the AWS_… variables right?",
        httpkit::problem::chain(error)
    ))
}
