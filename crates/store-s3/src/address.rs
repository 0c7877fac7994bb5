//! `s3://BUCKET/PREFIX`: which bucket, and where in it.

use crate::settings::OpenError;
use object_store::path::Path;
use std::fmt;
use url::Url;

/// A place in a bucket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Address {
    pub(crate) bucket: String,
    /// Empty, or folders without a slash at either end.
    pub(crate) prefix: Path,
}

impl Address {
    /// Reads an address. Nothing of a bad one is quoted: somebody may have put keys into it.
    pub(crate) fn read(url: &Url) -> Result<Self, OpenError> {
        let plain = url.scheme() == "s3"
            && url.username().is_empty()
            && url.password().is_none()
            && url.port().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        let bucket = url.host_str().unwrap_or_default();
        let prefix = url.path().trim_matches('/');
        if !plain || !is_bucket(bucket) || !is_prefix(prefix) {
            return Err(OpenError::Address);
        }
        Ok(Self {
            bucket: bucket.to_owned(),
            prefix: Path::parse(prefix).map_err(|_| OpenError::Address)?,
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.prefix)
    }
}

/// Amazon's rule for names of buckets, in the main.
fn is_bucket(name: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (3..=63).contains(&name.len())
        && name
            .bytes()
            .all(|byte| inner(byte) || b"-.".contains(&byte))
        && name.bytes().next().is_some_and(inner)
        && name.bytes().last().is_some_and(inner)
        && !name.contains("..")
}

/// What needs no escaping anywhere.
fn is_prefix(prefix: &str) -> bool {
    let usual = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    prefix.len() <= 200 && prefix.bytes().all(usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        let address = Address::read(&text.parse().unwrap());
        address.ok().map(|address| address.to_string())
    }

    #[test]
    fn an_address_is_a_bucket_and_perhaps_folders() {
        for (text, shown) in [
            ("s3://records", "s3://records/"),
            ("s3://records/", "s3://records/"),
            ("s3://gp.records-1/baton/", "s3://gp.records-1/baton"),
            ("s3://records/a/b_c.d", "s3://records/a/b_c.d"),
        ] {
            assert_eq!(read(text).as_deref(), Some(shown), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "https://records/a",
            "s3:records",
            "s3://ab",
            "s3://Records",
            "s3://-records",
            "s3://re..cords",
            "s3://key:secret@records/a",
            "s3://records:9000/a",
            "s3://records/a?region=eu-west-2",
            "s3://records/a#b",
            "s3://records/a//b",
            "s3://records/a%20b",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
