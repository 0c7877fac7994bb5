//! Where a webhook may go: to public addresses, unless the operator allows others.
//!
//! A product names the address that we call from inside the operator's network. So an address is looked at
//! twice: its text when it is registered, and whatever its name stands for at every connection, when the
//! name may have come to mean something else.

pub(crate) mod guard;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

#[cfg(test)]
mod tests;

/// The longest address of an endpoint, in bytes.
const MAX_LENGTH: usize = 2000;

/// Why an endpoint's address was not taken, as its owner is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotAnEndpoint {
    #[error("must be an absolute URL")]
    NotAUrl,
    #[error("must have at most 2000 characters")]
    TooLong,
    #[error("must begin with https:// or http://")]
    Scheme,
    #[error("must not contain a user name or password")]
    Credentials,
    #[error("must not have a fragment (the part after #)")]
    Fragment,
    #[error(
        "must name a host that can be reached from the internet: private, loopback and other special addresses are not allowed here"
    )]
    Special,
}

/// Reads an endpoint's address. `allow_private` lets it be one of the operator's own network.
pub(crate) fn parse(text: &str, allow_private: bool) -> Result<Url, NotAnEndpoint> {
    if text.len() > MAX_LENGTH {
        return Err(NotAnEndpoint::TooLong);
    }
    let url = Url::parse(text).map_err(|_| NotAnEndpoint::NotAUrl)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(NotAnEndpoint::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(NotAnEndpoint::Credentials);
    }
    if url.fragment().is_some() {
        return Err(NotAnEndpoint::Fragment);
    }
    if !(allow_private || may_be_public(&url)) {
        return Err(NotAnEndpoint::Special);
    }
    Ok(url)
}

/// Whether an address, as it is written, may be one of the internet. What a name stands for is seen only
/// when it is looked up.
pub(crate) fn may_be_public(url: &Url) -> bool {
    match url.host() {
        // The parser has read every way of writing an address by now: octal, one number, shortened.
        Some(Host::Ipv4(ip)) => is_public(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => is_public(IpAddr::V6(ip)),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            !name.is_empty() && name != "localhost" && !name.ends_with(".localhost")
        }
        None => false,
    }
}

/// Whether packets to this address leave for the internet.
pub(crate) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

/// The special blocks of IPv4, after IANA's registry of them: first address and length of the prefix.
const SPECIAL_V4: [(Ipv4Addr, u32); 15] = [
    // This network.
    (Ipv4Addr::UNSPECIFIED, 8),
    // Private.
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    // Shared by a carrier's customers.
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    // Loopback.
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // Link-local: here are the metadata services of clouds.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    // Protocol assignments.
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    // Documentation.
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Relays of 6to4.
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    // Measurements.
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    // Multicast.
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    // Reserved, and broadcast.
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

fn is_public_v4(ip: Ipv4Addr) -> bool {
    !SPECIAL_V4.iter().any(|(first, length)| {
        let mask = u32::MAX << (32 - length);
        ip.to_bits() & mask == first.to_bits()
    })
}

/// Blocks within 2000::/3 that are special all the same.
const SPECIAL_V6: [(Ipv6Addr, u32); 4] = [
    // Protocol assignments, with Teredo, measurements and ORCHID among them.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    // Documentation.
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
    // 6to4, which wraps an IPv4 address.
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
];

/// All of the internet's IPv6 lies in 2000::/3. What is not in it is loopback, unspecified, mapped or
/// translated IPv4 (::ffff:0:0/96, 64:ff9b::/96 and others), unique-local, link-local or multicast.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let within = |first: Ipv6Addr, length: u32| {
        let mask = u128::MAX << (128 - length);
        ip.to_bits() & mask == first.to_bits()
    };
    within(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3)
        && !SPECIAL_V6
            .iter()
            .any(|(first, length)| within(*first, *length))
}
