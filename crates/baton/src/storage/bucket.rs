//! A bucket of an S3-compatible store.

use crate::exit::{unreachable, usage};
use std::path::Path;
use store::blob::BlobError;
use store_s3::S3Blobs;
use url::Url;

/// The bucket at a URL, with the keys of the environment. Nothing is asked of it yet.
pub(super) fn open(url: &Url, spool: &Path) -> anyhow::Result<S3Blobs> {
    // What is not Unicode is no setting of the bucket's.
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("AWS_"));
    store_s3::open(url, variables, spool).map_err(|error| usage(error.to_string()))
}

/// What is wrong with a bucket, and what to look at.
pub(super) fn told(error: &BlobError, url: &Url) -> anyhow::Error {
    unreachable(format!(
        "the bucket {url} cannot be used: {}. Are --blob-url and the AWS_… variables right?",
        httpkit::problem::chain(error)
    ))
}
