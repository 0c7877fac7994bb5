//! Which database, and how it is reached. Everything comes from one URL, which is a secret.

use model::Secret;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres_rustls::MakeRustlsConnect;
use url::form_urlencoded;

#[cfg(test)]
mod tests;

/// How long one host may take to answer before the next one is asked.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);
/// A peer that confirms nothing for so long is gone.
const PEER_WITHIN: Duration = Duration::from_secs(10);
const KEEPALIVE_AFTER: Duration = Duration::from_secs(10);
const KEEPALIVE_EVERY: Duration = Duration::from_secs(3);
const KEEPALIVES: u32 = 3;

/// Where the database is.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `postgres://user:password@host:port/database`, hosts also as `a,b`: the one that takes writes is
    /// used. `sslmode` is `disable`, or `require`, which checks the certificate and the name in it; without
    /// it, TLS is required unless every host is this machine. `sslrootcert=FILE` names the authorities to
    /// trust instead of this machine's.
    pub url: Secret,
    /// How many connections at most are in use at once, besides two for wake-ups.
    pub connections: u32,
}

/// Why a URL was refused. It quotes nothing of it.
#[derive(Debug, thiserror::Error)]
pub enum BadUrl {
    /// Not the kind of URL.
    #[error("a database URL begins with postgres://")]
    Scheme,
    /// The parser does not understand it.
    #[error("the database URL cannot be read, or has an option that is not known")]
    Unreadable,
    /// An `@` that is none: a part of the password would be taken for the host.
    #[error(
        "the database URL has an `@` too many: in a user's name or password write @ as %40, / as %2F, ? as %3F, # as %23"
    )]
    Unescaped,
    /// It names no host.
    #[error("the database URL names no host")]
    NoHost,
    /// An `sslmode` that would not protect what is sent.
    #[error("the database URL's sslmode must be `disable` or `require`")]
    SslMode,
    /// The file that `sslrootcert` names.
    #[error("the file that the database URL's sslrootcert names holds no certificates")]
    RootCertificates,
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
}

impl Settings {
    /// How many connections are used unless something else is asked for.
    pub const CONNECTIONS: u32 = 16;

    /// The usual settings for a URL.
    pub fn new(url: Secret) -> Self {
        Self {
            url,
            connections: Self::CONNECTIONS,
        }
    }

    /// Hosts and database, without user and password: for people.
    ///
    /// # Errors
    /// [`BadUrl`]
    pub fn address(&self) -> Result<String, BadUrl> {
        let config = Reach::of(self.url.reveal())?.config;
        let ports = config.get_ports();
        let hosts: Vec<String> = config
            .get_hosts()
            .iter()
            .enumerate()
            .map(|(place, host)| {
                let port = ports.get(place).or(ports.first()).unwrap_or(&5432);
                match host {
                    Host::Tcp(name) => format!("{name}:{port}"),
                    #[cfg(unix)]
                    Host::Unix(folder) => folder.display().to_string(),
                }
            })
            .collect();
        let database = config.get_dbname().or(config.get_user()).unwrap_or("");
        Ok(format!("{}/{database}", hosts.join(",")))
    }
}

/// A URL taken apart.
pub(crate) struct Reach {
    pub(crate) config: Config,
    /// `None`: in the clear.
    pub(crate) tls: Option<MakeRustlsConnect>,
}

impl Reach {
    pub(crate) fn of(url: &str) -> Result<Self, BadUrl> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(BadUrl::Scheme);
        }
        if has_stray_at(url) {
            return Err(BadUrl::Unescaped);
        }
        let (url, ours) = take_ours(url);
        let mut config: Config = url.parse().map_err(|_| BadUrl::Unreadable)?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(BadUrl::NoHost);
        }
        let encrypted = match ours.mode.as_deref() {
            Some("disable") => false,
            Some("require" | "verify-ca" | "verify-full") => true,
            None => !is_here(&config),
            Some(_) => return Err(BadUrl::SslMode),
        };
        let tls = if encrypted {
            config.ssl_mode(SslMode::Require);
            Some(MakeRustlsConnect::new(trusting(
                ours.root_certificates.as_deref(),
            )?))
        } else {
            config.ssl_mode(SslMode::Disable);
            None
        };
        config
            .target_session_attrs(TargetSessionAttrs::ReadWrite)
            .connect_timeout(CONNECT_WITHIN)
            .tcp_user_timeout(PEER_WITHIN)
            .keepalives(true)
            .keepalives_idle(KEEPALIVE_AFTER)
            .keepalives_interval(KEEPALIVE_EVERY)
            .keepalives_retries(KEEPALIVES);
        // A session with the other name promises to write no feed, and readers do not wait for it.
        if config
            .get_application_name()
            .is_none_or(|name| name == "baton maintenance")
        {
            config.application_name("baton");
        }
        Ok(Self { config, tls })
    }
}

/// Whether there is an `@` besides the one between password and host.
fn has_stray_at(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    authority.matches('@').count() > 1 || tail.contains('@')
}

/// Options that are ours to understand: the driver knows fewer of their values.
#[derive(Default)]
struct Ours {
    mode: Option<String>,
    root_certificates: Option<String>,
}

fn take_ours(url: &str) -> (String, Ours) {
    let Some((base, query)) = url.split_once('?') else {
        return (url.to_owned(), Ours::default());
    };
    let mut ours = Ours::default();
    let mut rest = Vec::new();
    for option in query.split('&').filter(|option| !option.is_empty()) {
        match form_urlencoded::parse(option.as_bytes()).next() {
            Some((name, value)) if name == "sslmode" => ours.mode = Some(value.into_owned()),
            Some((name, value)) if name == "sslrootcert" => {
                ours.root_certificates = Some(value.into_owned());
            }
            _ => rest.push(option),
        }
    }
    (format!("{base}?{}", rest.join("&")), ours)
}

/// Whether nothing leaves this machine.
fn is_here(config: &Config) -> bool {
    let named = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    });
    let addressed = config
        .get_hostaddrs()
        .iter()
        .all(std::net::IpAddr::is_loopback);
    named && addressed
}

fn trusting(root_certificates: Option<&str>) -> Result<ClientConfig, BadUrl> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(BadUrl::Tls)?;
    let Some(file) = root_certificates else {
        return Ok(builder
            .with_platform_verifier()
            .map_err(BadUrl::Tls)?
            .with_no_client_auth());
    };
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(file).map_err(|_| BadUrl::RootCertificates)?;
    for certificate in certificates {
        let certificate = certificate.map_err(|_| BadUrl::RootCertificates)?;
        roots
            .add(certificate)
            .map_err(|_| BadUrl::RootCertificates)?;
    }
    if roots.is_empty() {
        return Err(BadUrl::RootCertificates);
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
