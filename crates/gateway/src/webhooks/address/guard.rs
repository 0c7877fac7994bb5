//! The HTTP client that connects to public addresses only, whatever a name stands for at that moment.

use super::is_public;
use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

#[cfg(test)]
mod tests;

/// How long a whole delivery may take.
const WHOLE: Duration = Duration::from_secs(15);
/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an open connection waits for the next delivery.
const IDLE: Duration = Duration::from_secs(30);

/// What a name stands for, asked anew for each connection.
#[async_trait]
pub(crate) trait Names: Send + Sync {
    /// Its addresses.
    async fn look_up(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The machine's own resolver.
pub(crate) struct SystemNames;

#[async_trait]
impl Names for SystemNames {
    async fn look_up(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((name, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}

/// A name stands for addresses that are not public, and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name stands for no public address")]
pub(crate) struct NotPublic;

impl NotPublic {
    /// Whether this is why a request failed.
    pub(crate) fn is_behind(error: &(dyn Error + 'static)) -> bool {
        let mut next = Some(error);
        while let Some(error) = next {
            if error.is::<Self>() {
                return true;
            }
            next = error.source();
        }
        false
    }
}

/// Hands the client public addresses alone. The client connects to what it was handed and asks nobody
/// else, so a name cannot mean one thing here and another when the connection is made.
struct Guard {
    names: Arc<dyn Names>,
    allow_private: bool,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let names = Arc::clone(&self.names);
        let allow_private = self.allow_private;
        Box::pin(async move {
            let mut found = names.look_up(name.as_str()).await?;
            if !allow_private {
                let any = !found.is_empty();
                found.retain(|ip| is_public(*ip));
                if any && found.is_empty() {
                    return Err(NotPublic.into());
                }
            }
            // The client puts the address's own port in place of 0.
            let found = found.into_iter().map(|ip| SocketAddr::new(ip, 0));
            Ok(Box::new(found) as Addrs)
        })
    }
}

/// A client for deliveries: 15 seconds for a whole exchange, no redirects, no proxy, and only public
/// addresses for names, unless `allow_private`. An address that is written as a number is not looked up:
/// see [`super::may_be_public`].
///
/// # Errors
/// When TLS cannot be set up.
pub(crate) fn client(
    names: Arc<dyn Names>,
    allow_private: bool,
) -> Result<reqwest::Client, reqwest::Error> {
    httpkit::outbound::install_tls();
    reqwest::Client::builder()
        .user_agent(concat!("baton/", env!("CARGO_PKG_VERSION")))
        .timeout(WHOLE)
        .connect_timeout(CONNECT)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(1)
        .tcp_nodelay(true)
        .dns_resolver(Guard {
            names,
            allow_private,
        })
        .build()
}
