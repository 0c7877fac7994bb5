//! Small files that are written once, where every node of a platform finds them: in a folder, or in the bucket.

use super::bucket::told;
use anyhow::Context as _;
use httpkit::entropy::OsEntropy;
use httpkit::private_file;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use store_s3::S3Blobs;
use url::Url;

/// Where such files are.
pub(super) enum Beside<'p> {
    Folder(&'p Path),
    Bucket(Arc<S3Blobs>, &'p Url),
}

impl Beside<'_> {
    /// For people: where a file is.
    pub(super) fn shown(&self, name: &str) -> String {
        match self {
            Self::Folder(folder) => folder.join(name).display().to_string(),
            Self::Bucket(_, url) => format!("{url}/{name}"),
        }
    }

    /// A file's bytes, if it is there.
    pub(super) async fn read(&self, name: &str) -> anyhow::Result<Option<Vec<u8>>> {
        match self {
            Self::Folder(folder) => private_file::read(folder, name)
                .with_context(|| format!("cannot read `{}`", self.shown(name))),
            Self::Bucket(bucket, url) => {
                let found = bucket.shared_file(name).get().await;
                let found = found.map_err(|error| told(&error, url))?;
                Ok(found.map(|bytes| bytes.to_vec()))
            }
        }
    }

    /// Writes a file unless it is there; of several who do so at once, one wins. It is whole and on stable
    /// storage when this returns. The answer is what stands there from now on.
    pub(super) async fn put(&self, name: &str, bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
        match self {
            Self::Folder(folder) => {
                if let Some(standing) = self.read(name).await? {
                    return Ok(standing);
                }
                put_in_folder(folder, name, bytes)
                    .with_context(|| format!("cannot write `{}`", self.shown(name)))?;
                let standing = self.read(name).await?;
                standing.with_context(|| format!("`{}` was removed just now", self.shown(name)))
            }
            Self::Bucket(bucket, url) => {
                let file = bucket.shared_file(name);
                let standing = file.put_if_absent(bytes.to_vec().into()).await;
                let standing = standing.map_err(|error| told(&error, url))?;
                Ok(standing.to_vec())
            }
        }
    }
}

fn put_in_folder(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    // Of its own name, for other nodes may be writing theirs.
    let own = model::entropy::uuid_v4(&OsEntropy).simple();
    let beside = format!("{name}.{own}");
    private_file::make_dir(folder)?;
    private_file::write(folder, &beside, bytes)?;
    match fs::hard_link(folder.join(&beside), folder.join(name)) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => private_file::sync_dir(folder)?,
    }
    private_file::remove(folder, &beside)
}
