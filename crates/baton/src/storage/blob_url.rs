//! `--blob-url`: a folder or a bucket.

use crate::exit::usage;
use model::Secret;
use std::path::PathBuf;
use url::Url;

/// Where blobs are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BlobPlace {
    /// A folder of this machine, or one that all nodes mount.
    Folder(PathBuf),
    /// A bucket of an S3-compatible store, and a prefix in it.
    Bucket(Url),
}

impl BlobPlace {
    /// Reads a URL.
    ///
    /// # Errors
    /// What is wrong with it; it is not quoted, for it may hold credentials that have no place in it.
    pub(crate) fn parse(text: &Secret) -> anyhow::Result<Self> {
        const FORMS: &str = "write file:///FOLDER or s3://BUCKET/PREFIX";
        let Ok(url) = Url::parse(text.reveal()) else {
            return Err(usage(format!("--blob-url is no URL; {FORMS}")));
        };
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
            return Err(usage(
                "--blob-url takes no credentials and nothing after a question mark; keys and endpoint come \
                 from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL",
            ));
        }
        match url.scheme() {
            "file" => match url.to_file_path() {
                Ok(folder) if url.fragment().is_none() => Ok(Self::Folder(folder)),
                _ => Err(usage(
                    "--blob-url names a file on another machine; write file:///FOLDER, with three slashes",
                )),
            },
            "s3" if url.host_str().is_some_and(|bucket| !bucket.is_empty()) => {
                Ok(Self::Bucket(url))
            }
            "s3" => Err(usage(
                "--blob-url names no bucket; write s3://BUCKET/PREFIX",
            )),
            other => Err(usage(format!("--blob-url begins with `{other}:`; {FORMS}"))),
        }
    }

    /// For people.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Folder(folder) => folder.display().to_string(),
            Self::Bucket(url) => url.as_str().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> anyhow::Result<BlobPlace> {
        BlobPlace::parse(&Secret::new(text.to_owned()))
    }

    #[test]
    fn folders_and_buckets_are_places() {
        let folder = parse("file:///var/lib/baton%20blobs").unwrap();
        assert_eq!(folder, BlobPlace::Folder("/var/lib/baton blobs".into()));
        assert_eq!(
            parse("s3://letters/uk/a").unwrap().shown(),
            "s3://letters/uk/a"
        );
        assert!(parse("s3://letters").is_ok());
    }

    #[test]
    fn anything_else_is_refused_without_being_quoted() {
        for (text, says) in [
            ("/var/blobs", "file:///FOLDER"),
            ("file://server/hush", "three slashes"),
            ("s3:///hush", "no bucket"),
            ("s3://key:hush@letters/uk", "AWS_SECRET_ACCESS_KEY"),
            ("s3://letters?secret=hush", "AWS_ENDPOINT_URL"),
            ("https://hush/letters", "`https:`"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
            assert!(!error.contains("hush"), "{error}");
        }
    }
}
