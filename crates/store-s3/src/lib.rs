//! Blobs in a bucket of an S3-compatible object store, shared by all nodes of a platform.
//!
//! ```text
//! s3://BUCKET/PREFIX
//!     PREFIX/ab/abcdef…    a blob, under the SHA-256 of its bytes
//!     PREFIX/code.key      what nodes share besides: see [`SharedFile`]
//! ```
//!
//! A part of a multipart upload is at least 5 MiB and an attachment at most, so a blob is one PUT. Its bytes
//! are spooled to a nameless file while they arrive, and read into memory only for the PUT, of which
//! [`PUTS_AT_ONCE`] go on at once: that, and not the number of senders, bounds the memory.
//!
//! What the bucket must promise: who reads or lists after a PUT or DELETE was answered sees it (Amazon S3
//! does since 2020); a key that is absent is answered with 404, for which the keys need `s3:ListBucket`.

mod address;
mod blobs;
mod bucket;
mod fault;
mod http;
mod settings;
mod shared_file;
mod spool;
#[cfg(test)]
mod tests;
mod turns;
mod writer;

pub use blobs::S3Blobs;
pub use bucket::PUTS_AT_ONCE;
pub use fault::Fault;
pub use settings::OpenError;
pub use shared_file::SharedFile;

use std::path::Path;
use url::Url;

/// Opens the bucket and prefix that `address` names: `s3://BUCKET/PREFIX`, the prefix may be left out.
/// Nothing is asked of the bucket yet; see [`S3Blobs::check`].
///
/// `variables` are the environment's, of which those that begin with `AWS_` are looked at: keys
/// (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`), a web identity
/// (`AWS_WEB_IDENTITY_TOKEN_FILE` and `AWS_ROLE_ARN`) or a container's or machine's role, in this order;
/// `AWS_REGION` or `AWS_DEFAULT_REGION`; `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL` for a store that is
/// not Amazon's, addressed by path unless `AWS_VIRTUAL_HOSTED_STYLE_REQUEST` is `true`;
/// `AWS_SERVER_SIDE_ENCRYPTION` with its companions, and the rest that `object_store` knows. Profiles in
/// `~/.aws` and proxies are not used.
///
/// `spool` is a folder for what is on its way, made when missing. It never holds a named file, so several
/// processes may share it and nothing is left after a crash.
///
/// # Errors
/// [`OpenError`], which says which setting is wrong and quotes none.
pub fn open(
    address: &Url,
    variables: impl IntoIterator<Item = (String, String)>,
    spool: &Path,
) -> Result<S3Blobs, OpenError> {
    let bucket = settings::open(address, variables, bucket::Limits::default())?;
    S3Blobs::open(bucket, spool).map_err(OpenError::Spool)
}
