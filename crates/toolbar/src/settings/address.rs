//! Which addresses a toolbar speaks to: https, except on this machine.

use reqwest::Url;
use std::net::IpAddr;

/// Why an address can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is none.
    #[error("must be a whole address, for instance https://messages.example.nhs.uk")]
    NotAnAddress,
    /// Patients' data must not cross a network unencrypted.
    #[error("must begin with https://; http:// is for this machine only")]
    NotEncrypted,
    /// Nobody's name or password belongs there.
    #[error("must not hold a user name, a password, a query or a fragment")]
    TooMuch,
}

/// Checks a server's address.
///
/// # Errors
/// [`Fault`].
pub fn check(address: &str) -> Result<(), Fault> {
    let url = secure(address)?;
    let plain = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if plain { Ok(()) } else { Err(Fault::TooMuch) }
}

/// `address`, if what is said to it stays between both ends.
pub(super) fn secure(address: &str) -> Result<Url, Fault> {
    let url = Url::parse(address).map_err(|_| Fault::NotAnAddress)?;
    match (url.scheme(), url.host_str()) {
        ("https", Some(_)) => Ok(url),
        ("http", Some(host)) if is_here(host) => Ok(url),
        ("http", Some(_)) => Err(Fault::NotEncrypted),
        _ => Err(Fault::NotAnAddress),
    }
}

/// Whether a host is this machine.
fn is_here(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}
