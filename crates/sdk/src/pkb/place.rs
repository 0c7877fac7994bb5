//! Where PKB is, and a connection to it.

use super::Unusable;
use hyper::Uri;
use reqwest::header::HeaderValue;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt as _;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

/// Bytes to and from PKB.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// One address, read once.
#[derive(Clone)]
pub(super) struct Place {
    host: Host<String>,
    port: u16,
    /// As the header `Host` says it.
    pub(super) authority: HeaderValue,
    pub(super) path: Uri,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl Place {
    /// Reads an address; `https` trusts whom this machine trusts.
    pub(super) fn of(url: &Url) -> Result<Self, Unusable> {
        let config = match url.scheme() {
            "https" => Some(trusting_this_machine().map_err(|_| Unusable::Tls)?),
            _ => None,
        };
        Self::with(url, config).ok_or(Unusable::Address)
    }

    pub(super) fn with(url: &Url, config: Option<ClientConfig>) -> Option<Self> {
        let host = url.host()?;
        let authority = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_string(),
        };
        let tls = match config {
            Some(mut config) => {
                config.alpn_protocols = vec![b"http/1.1".to_vec()];
                let name = match host {
                    Host::Domain(name) => ServerName::try_from(name.to_owned()).ok()?,
                    Host::Ipv4(ip) => ServerName::IpAddress(IpAddr::V4(ip).into()),
                    Host::Ipv6(ip) => ServerName::IpAddress(IpAddr::V6(ip).into()),
                };
                Some((TlsConnector::from(Arc::new(config)), name))
            }
            None => None,
        };
        Some(Self {
            host: host.to_owned(),
            port: url.port_or_known_default()?,
            authority: HeaderValue::from_str(&authority).ok()?,
            path: url.path().parse().ok()?,
            tls,
        })
    }

    /// Connects, TLS included. The caller gives up at `until`; no one of several addresses may take all of that time.
    pub(super) async fn open(&self, until: Instant) -> io::Result<Box<dyn Stream>> {
        let tcp = self.reach(until).await?;
        tcp.set_nodelay(true)?;
        Ok(match &self.tls {
            Some((connector, name)) => Box::new(connector.connect(name.clone(), tcp).await?),
            None => Box::new(tcp),
        })
    }

    async fn reach(&self, until: Instant) -> io::Result<TcpStream> {
        let found: Vec<SocketAddr> = match &self.host {
            Host::Domain(name) => lookup_host((name.as_str(), self.port)).await?.collect(),
            Host::Ipv4(ip) => vec![SocketAddr::from((*ip, self.port))],
            Host::Ipv6(ip) => vec![SocketAddr::from((*ip, self.port))],
        };
        let mut last = io::Error::from(ErrorKind::NotFound);
        let mut untried = u32::try_from(found.len()).unwrap_or(u32::MAX);
        for address in found {
            let share = until.saturating_duration_since(Instant::now()) / untried.max(1);
            untried = untried.saturating_sub(1);
            match timeout(share, TcpStream::connect(address)).await {
                Ok(Ok(tcp)) => return Ok(tcp),
                Ok(Err(cause)) => last = cause,
                Err(_) => last = ErrorKind::TimedOut.into(),
            }
        }
        Err(last)
    }
}

fn trusting_this_machine() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?;
    Ok(config.with_no_client_auth())
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Place(…)")
    }
}
