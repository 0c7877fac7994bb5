//! Ports on loopback that nobody listens on.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::net::TcpListener;

/// Below those that outgoing connections get, so that nobody takes it by chance while its server is down.
const LOWEST: u64 = 10_000;
const HIGHEST: u64 = 32_000;

/// A free one. Another program may take it before it is used; then the server does not start.
pub(crate) fn free() -> u16 {
    loop {
        let port = LOWEST + chance() % (HIGHEST - LOWEST);
        let port = u16::try_from(port).unwrap_or(u16::MAX);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A number of the operating system's, as every new map of the standard library gets one.
fn chance() -> u64 {
    RandomState::new().build_hasher().finish()
}
