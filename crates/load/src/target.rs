//! The server under load: its address, and whether it is ours.

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use url::{Host, Url};

/// Why an address cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// Not an address, or not of HTTP.
    #[error("an address like http://127.0.0.1:8080 or https://example.org is needed")]
    NotAnAddress,
    /// More than scheme, host and port.
    #[error("give scheme, host and port only: paths, queries and log-ins have no place here")]
    TooMuch,
    /// The name has no IP address.
    #[error("the name `{0}` cannot be found")]
    NoSuchHost(String),
    /// The certificates that this machine trusts cannot be read.
    #[error("TLS cannot be set up: the certificates that this machine trusts cannot be read")]
    Tls(#[source] rustls::Error),
}

/// A server's address, looked up once.
#[derive(Clone, Debug)]
pub struct Target {
    pub(crate) places: Vec<SocketAddr>,
    pub(crate) host: hyper::header::HeaderValue,
    pub(crate) tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    address: String,
}

impl Target {
    /// Looks a server up.
    ///
    /// # Errors
    /// No usable address, a name that cannot be found, or a machine without trusted certificates.
    pub async fn find(url: &str) -> Result<Self, TargetError> {
        let url = Url::parse(url).map_err(|_| TargetError::NotAnAddress)?;
        let secure = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(TargetError::NotAnAddress),
        };
        let bare = matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !bare {
            return Err(TargetError::TooMuch);
        }
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(TargetError::NotAnAddress);
        };
        let places = match &host {
            Host::Ipv4(ip) => vec![SocketAddr::new(IpAddr::V4(*ip), port)],
            Host::Ipv6(ip) => vec![SocketAddr::new(IpAddr::V6(*ip), port)],
            Host::Domain(name) => match tokio::net::lookup_host((*name, port)).await {
                Ok(found) => found.collect(),
                Err(_) => Vec::new(),
            },
        };
        if places.is_empty() {
            return Err(TargetError::NoSuchHost(host.to_string()));
        }
        let tls = if secure {
            let name = ServerName::try_from(host.to_string().trim_matches(['[', ']']).to_owned())
                .map_err(|_| TargetError::NotAnAddress)?;
            Some((Arc::new(trusting_this_machine()?), name))
        } else {
            None
        };
        let authority = url
            .port()
            .map_or_else(|| host.to_string(), |port| format!("{host}:{port}"));
        Ok(Self {
            places,
            host: authority.parse().map_err(|_| TargetError::NotAnAddress)?,
            tls,
            address: format!("{}://{authority}", url.scheme()),
        })
    }

    /// Scheme, host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Whether it is on this machine, by every address that its name has.
    pub fn is_this_machine(&self) -> bool {
        self.places.iter().all(|place| place.ip().is_loopback())
    }
}

/// HTTP/1.1 over TLS, with the certificates that this machine trusts.
fn trusting_this_machine() -> Result<ClientConfig, TargetError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(TargetError::Tls)?
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn tells_this_machine_from_others() {
        for here in [
            "http://127.0.0.1:8080",
            "http://[::1]:8080/",
            "http://127.9.9.9",
        ] {
            assert!(
                Target::find(here).await.unwrap().is_this_machine(),
                "{here}"
            );
        }
        for there in ["http://192.0.2.1:8080", "http://[2001:db8::1]"] {
            assert!(
                !Target::find(there).await.unwrap().is_this_machine(),
                "{there}"
            );
        }
    }

    #[tokio::test]
    async fn refuses_what_is_no_bare_address() {
        for bad in ["", "127.0.0.1:8080", "ftp://127.0.0.1", "unix:/tmp/x"] {
            let refused = Target::find(bad).await;
            assert!(matches!(refused, Err(TargetError::NotAnAddress)), "{bad}");
        }
        for much in [
            "http://127.0.0.1/api",
            "http://u:p@127.0.0.1",
            "http://127.0.0.1/?a=b",
        ] {
            let refused = Target::find(much).await;
            assert!(matches!(refused, Err(TargetError::TooMuch)), "{much}");
        }
    }

    #[tokio::test]
    async fn the_host_header_has_the_port_only_when_it_is_not_the_usual_one() {
        let host = async |url: &str| Target::find(url).await.unwrap().host;
        assert_eq!(host("http://127.0.0.1:8080").await, "127.0.0.1:8080");
        assert_eq!(host("http://127.0.0.1:80").await, "127.0.0.1");
        assert_eq!(host("http://[::1]:9").await, "[::1]:9");
    }
}
