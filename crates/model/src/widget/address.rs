//! The address that a widget opens. Tokens are put into its query, so nobody on the way may read it.

use super::Fault;
use super::launch::{PATIENT, USER};
use url::{Host, Url};

/// The longest address, in characters: browsers must carry it with two tokens behind it.
pub const MAX_LAUNCH_URL: usize = 2000;

/// How far away a widget's page may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Anywhere, by https.
    Https,
    /// By http as well on this machine itself: for a sandbox.
    HttpsOrLoopback,
}

/// An address as its supplier wrote it; as such it is the audience of a launch's tokens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LaunchUrl(String);

impl LaunchUrl {
    /// Reads an address.
    ///
    /// # Errors
    /// [`Fault::Spelling`], [`Fault::NotHttps`], [`Fault::UserInfo`], [`Fault::Fragment`], [`Fault::Reserved`].
    pub fn parse(text: &str, reach: Reach) -> Result<Self, Fault> {
        // What a reader of addresses would drop or turn round in silence.
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.contains('\\');
        if text.len() > MAX_LAUNCH_URL || !plain {
            return Err(Fault::Spelling);
        }
        let url = Url::parse(text).map_err(|_| Fault::NotHttps)?;
        // Readers also take `https:x`, which others understand otherwise.
        let whole = text
            .split_once(':')
            .is_some_and(|(_, rest)| rest.starts_with("//") && !rest.starts_with("///"));
        let far = url.scheme() == "https" && url.host().is_some();
        let near = url.scheme() == "http" && reach == Reach::HttpsOrLoopback && is_loopback(&url);
        if !whole || !(far || near) {
            return Err(Fault::NotHttps);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Fault::UserInfo);
        }
        if url.fragment().is_some() {
            return Err(Fault::Fragment);
        }
        let ours = |name: &str| {
            [USER, PATIENT]
                .iter()
                .any(|ours| name.eq_ignore_ascii_case(ours))
        };
        if url.query_pairs().any(|(name, _)| ours(&name)) {
            return Err(Fault::Reserved);
        }
        Ok(Self(text.to_owned()))
    }

    /// An address that was read before, from where it was kept.
    pub fn kept(text: String) -> Self {
        Self(text)
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address with tokens in its query. Compact JOSE texts need no escaping there.
    pub fn with(&self, tokens: &[(&str, &str)]) -> String {
        let mut address = self.0.clone();
        for (name, token) in tokens {
            match address.split_once('?').map(|(_, query)| query) {
                None => address.push('?'),
                Some(query) if query.is_empty() || query.ends_with('&') => {}
                Some(_) => address.push('&'),
            }
            address.push_str(name);
            address.push('=');
            address.push_str(token);
        }
        address
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}
