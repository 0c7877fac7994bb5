//! From an address and the environment's variables to a bucket that can be asked.

use crate::address::Address;
use crate::bucket::{Bucket, Limits, PUTS_AT_ONCE};
use crate::http::Connector;
use crate::turns::Turns;
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey as Key, Checksum};
use object_store::{BackoffConfig, RetryConfig};
use std::collections::BTreeMap;
use std::io;
use std::time::Duration;
use url::Url;

#[cfg(test)]
mod tests;

/// Why a bucket cannot be asked for anything. No value of a setting is in it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Not the address of a bucket.
    #[error(
        "a bucket's address is s3://BUCKET or s3://BUCKET/FOLDER, without keys, port or options; \
         these are read from the variables AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and \
         AWS_ENDPOINT_URL_S3"
    )]
    Address,
    /// Where is it?
    #[error("AWS_REGION is not set; it names the bucket's region, for example eu-west-2")]
    Region,
    /// Who asks?
    #[error(
        "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, and there is no role to get keys from"
    )]
    NoKeys,
    /// Half a pair of keys.
    #[error("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together, and only one is set")]
    HalfKeys,
    /// A variable that says nothing.
    #[error("the value of {0} is not one that it can have")]
    Variable(String),
    /// Variables that don't go together.
    #[error("these do not go together, or one is not valid: {0}")]
    Together(String),
    /// TLS cannot be set up, for example because this machine trusts nobody.
    #[error("TLS to the object store cannot be set up")]
    Tls(#[source] reqwest::Error),
    /// The folder for what is on its way.
    #[error("the spool folder cannot be made")]
    Spool(#[source] io::Error),
}

/// Variables that hold an address, and are looked at before the library might stumble over them.
const ADDRESSES: [&str; 3] = [
    "AWS_ENDPOINT_URL_STS",
    "AWS_METADATA_ENDPOINT",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

struct Variables(BTreeMap<String, String>);

impl Variables {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn is_true(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("true") || value == "1")
    }

    /// The first of these that is set, as an address.
    fn url(&self, names: &[&str]) -> Result<Option<Url>, OpenError> {
        let Some((name, value)) = names.iter().find_map(|name| Some((*name, self.get(name)?)))
        else {
            return Ok(None);
        };
        let good = |url: &Url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none()
        };
        let url = Url::parse(value).ok().filter(good);
        url.map(Some)
            .ok_or_else(|| OpenError::Variable(name.to_owned()))
    }
}

/// Makes a bucket of an address and the variables.
pub(crate) fn open(
    address: &Url,
    variables: impl IntoIterator<Item = (String, String)>,
    limits: Limits,
) -> Result<Bucket, OpenError> {
    let address = Address::read(address)?;
    let ours = |(name, value): &(String, String)| name.starts_with("AWS_") && !value.is_empty();
    let variables = Variables(variables.into_iter().filter(ours).collect());
    for name in ADDRESSES {
        variables.url(&[name])?;
    }
    let endpoint = endpoint(&variables, &address.bucket)?;
    keys(&variables, endpoint.as_ref())?;
    let place = endpoint.as_ref().map(|url| url.authority().to_owned());
    let connector = Connector::new(place, limits.attempt).map_err(OpenError::Tls)?;
    let builder = builder(&variables, &address, endpoint.as_ref(), &connector)?
        .with_http_connector(connector)
        .with_disable_bulk_delete(true);
    let build = |attempts: usize| -> Result<AmazonS3, OpenError> {
        let retry = RetryConfig {
            backoff: BackoffConfig {
                init_backoff: Duration::from_millis(100),
                max_backoff: Duration::from_secs(2),
                base: 2.0,
            },
            max_retries: attempts - 1,
            retry_timeout: limits.retry,
        };
        let names = || variables.0.keys().cloned().collect::<Vec<_>>().join(", ");
        let store = builder.clone().with_retry(retry).build();
        store.map_err(|_| OpenError::Together(names()))
    };
    Ok(Bucket {
        address,
        store: build(5)?,
        once: build(1)?,
        turns: Turns::new(PUTS_AT_ONCE),
        limits,
    })
}

/// Where the bucket is, unless it is at Amazon's.
fn endpoint(variables: &Variables, bucket: &str) -> Result<Option<Url>, OpenError> {
    let names = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"];
    let Some(mut url) = variables.url(&names)? else {
        return Ok(None);
    };
    let host = url.host_str().unwrap_or_default();
    let named = format!("{bucket}.");
    if variables.is_true("AWS_VIRTUAL_HOSTED_STYLE_REQUEST") && !host.starts_with(&named) {
        let host = named + host;
        url.set_host(Some(&host))
            .map_err(|_| OpenError::Variable("AWS_VIRTUAL_HOSTED_STYLE_REQUEST".to_owned()))?;
    }
    Ok(Some(url))
}

/// Whether there may be keys. Otherwise the first message would find out.
fn keys(variables: &Variables, endpoint: Option<&Url>) -> Result<(), OpenError> {
    let set = |name| variables.get(name).is_some();
    match (set("AWS_ACCESS_KEY_ID"), set("AWS_SECRET_ACCESS_KEY")) {
        (true, true) => return Ok(()),
        (false, false) => {}
        _ => return Err(OpenError::HalfKeys),
    }
    let role = (set("AWS_WEB_IDENTITY_TOKEN_FILE") && set("AWS_ROLE_ARN"))
        || set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
        || (set("AWS_CONTAINER_CREDENTIALS_FULL_URI")
            && set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"));
    // A machine of Amazon's has a role of its own; keys from there open nobody else's store.
    let amazon = endpoint
        .and_then(Url::host_str)
        .is_none_or(|host| host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn"));
    let machine =
        set("AWS_METADATA_ENDPOINT") || (amazon && !variables.is_true("AWS_EC2_METADATA_DISABLED"));
    if role || machine || variables.is_true("AWS_SKIP_SIGNATURE") {
        Ok(())
    } else {
        Err(OpenError::NoKeys)
    }
}

fn builder(
    variables: &Variables,
    address: &Address,
    endpoint: Option<&Url>,
    connector: &Connector,
) -> Result<AmazonS3Builder, OpenError> {
    let region = variables
        .get("AWS_REGION")
        .or(variables.get("AWS_DEFAULT_REGION"));
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&address.bucket)
        .with_checksum_algorithm(Checksum::SHA256);
    builder = match (endpoint, region) {
        (None, None) => return Err(OpenError::Region),
        // By name, as Amazon prefers, where its certificate allows it.
        (None, Some(region)) => builder
            .with_region(region)
            .with_virtual_hosted_style_request(!address.bucket.contains('.')),
        (Some(endpoint), region) => builder
            .with_region(region.unwrap_or("us-east-1"))
            .with_endpoint(endpoint.as_str().trim_end_matches('/'))
            .with_allow_http(endpoint.scheme() == "http"),
    };
    for (name, value) in &variables.0 {
        let Ok(key) = name.to_ascii_lowercase().parse::<Key>() else {
            continue;
        };
        match key {
            // Looked at above, or not for the environment to say.
            Key::Client(_)
            | Key::Bucket
            | Key::Endpoint
            | Key::S3Endpoint
            | Key::Region
            | Key::DefaultRegion => continue,
            _ => {}
        }
        let alone = AmazonS3Builder::new()
            .with_bucket_name(&address.bucket)
            .with_http_connector(connector.clone())
            .with_config(key, value);
        let whole = matches!(
            key,
            Key::AccessKeyId | Key::SecretAccessKey | Key::Encryption(_)
        );
        if !whole && alone.build().is_err() {
            return Err(OpenError::Variable(name.clone()));
        }
        builder = builder.with_config(key, value);
    }
    Ok(builder)
}
