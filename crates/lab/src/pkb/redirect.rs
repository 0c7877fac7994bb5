//! Where a browser may be sent back to.

use super::profile::{Profile, UserClient};
use url::{Host, Url};

/// The longest redirect URI, in bytes.
const LONGEST: usize = 2000;

/// Schemes that make a browser do something else than open an app or a site.
const NEVER: [&str; 7] = [
    "javascript",
    "data",
    "vbscript",
    "file",
    "blob",
    "about",
    "filesystem",
];

/// Where the browser goes, and whether the request said so (then the token call must say it again).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Redirect {
    pub(super) uri: String,
    pub(super) sent: bool,
}

/// Why a request names no good redirect URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is missing, and the client has not exactly one.
    Needed,
    /// It is not one of the client's.
    NotRegistered,
}

/// Whether an address may be registered at all.
pub(super) fn can_be_registered(uri: &str) -> bool {
    well_formed(uri).is_some()
}

/// The redirect URI of a request: the one it names, if that is the client's, else the only one there is.
pub(super) fn choose(
    client: &UserClient,
    profile: Profile,
    sent: Option<&str>,
) -> Result<Redirect, Fault> {
    let Some(sent) = sent else {
        return match client.redirect_uris.as_slice() {
            [only] => Ok(Redirect {
                uri: only.clone(),
                sent: false,
            }),
            _ => Err(Fault::Needed),
        };
    };
    let url = well_formed(sent).ok_or(Fault::NotRegistered)?;
    let documented = profile == Profile::AsDocumented;
    let registered = client
        .redirect_uris
        .iter()
        .any(|base| sent == base || (documented && extends(base, sent)));
    if registered || (documented && client.localhost && is_localhost(&url)) {
        let uri = sent.to_owned();
        Ok(Redirect { uri, sent: true })
    } else {
        Err(Fault::NotRegistered)
    }
}

/// Whether `sent` is `base` with more query parameters. Compared as text: what two programs could read
/// in two ways is not the same address.
fn extends(base: &str, sent: &str) -> bool {
    let joint = if base.contains('?') { '&' } else { '?' };
    sent.strip_prefix(base)
        .is_some_and(|more| more.starts_with(joint))
}

fn is_localhost(url: &Url) -> bool {
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    here && matches!(url.scheme(), "http" | "https")
}

/// An absolute address without a fragment, a user name, or anything that a header can't hold.
fn well_formed(uri: &str) -> Option<Url> {
    let plain = uri.bytes().all(|byte| byte.is_ascii_graphic()) && !uri.contains(['\\', '#']);
    if !plain || uri.len() > LONGEST {
        return None;
    }
    let url = Url::parse(uri).ok()?;
    let nobody = url.username().is_empty() && url.password().is_none();
    let hosted = !matches!(url.scheme(), "http" | "https") || url.has_host();
    (nobody && hosted && !NEVER.contains(&url.scheme())).then_some(url)
}

/// The address with these query parameters added.
pub(super) fn with(uri: &str, parameters: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    let joint = if !uri.contains('?') {
        "?"
    } else if uri.ends_with(['?', '&']) {
        ""
    } else {
        "&"
    };
    format!("{uri}{joint}{query}")
}

/// The scheme of an address, such as `https`.
pub(super) fn scheme(uri: &str) -> &str {
    uri.split(':').next().unwrap_or_default()
}

#[cfg(test)]
mod tests;
