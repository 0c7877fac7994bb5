//! How often something may be done in a minute: accounts made from one address, so that nobody fills the database or
//! finds out address by address who has an account; calls of one patient, so that nobody floods those who are told.

use axum::extract::ConnectInfo;
use axum::http::Extensions;
use jiff::Timestamp;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};

/// So many are told apart in a minute; those beyond share what one has.
const TOLD_APART: usize = 10_000;

/// The minute that is, and who came in it.
pub struct Crowd<K> {
    each: u32,
    now: Mutex<Minute<K>>,
}

struct Minute<K> {
    number: i64,
    came: HashMap<Option<K>, u32>,
}

impl<K: Hash + Eq> Crowd<K> {
    /// A crowd in which each may come so often in a minute.
    #[must_use]
    pub fn new(each: u32) -> Self {
        let now = Minute {
            number: 0,
            came: HashMap::new(),
        };
        Self {
            each,
            now: Mutex::new(now),
        }
    }

    /// Whether somebody may come once more now. Counts. Those whom nobody can tell apart are one.
    pub fn admits(&self, who: Option<K>, at: Timestamp) -> bool {
        let number = at.as_second().div_euclid(60);
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if now.number != number {
            let came = HashMap::new();
            *now = Minute { number, came };
        }
        let told_apart = now.came.len() < TOLD_APART || now.came.contains_key(&who);
        let count = now.came.entry(who.filter(|_| told_apart)).or_default();
        *count = count.saturating_add(1);
        *count <= self.each
    }
}

/// Where a request comes from, if the server knows. One household has 2^64 addresses of IPv6: they count as one.
#[must_use]
pub fn address(extensions: &Extensions) -> Option<IpAddr> {
    let ConnectInfo(caller) = extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(network(caller.ip().to_canonical()))
}

fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    #[test]
    fn each_address_has_so_many_a_minute() {
        let crowd = Crowd::new(30);
        let noon: Timestamp = "2026-11-21T12:00:30Z".parse().unwrap();
        let admits = |from: &str, at| crowd.admits(Some(network(from.parse().unwrap())), at);
        for _ in 0..30 {
            assert!(admits("2001:db8::1", noon));
        }
        assert!(!admits("2001:db8::ffff:2", noon));
        assert!(admits("2001:db8:0:1::1", noon) && admits("192.0.2.1", noon));
        assert!(admits("2001:db8::1", noon + SignedDuration::from_secs(30)));
    }

    #[test]
    fn the_list_of_addresses_does_not_grow_for_ever() {
        let crowd = Crowd::new(30);
        let noon: Timestamp = "2026-11-21T12:00:30Z".parse().unwrap();
        for n in 0..TOLD_APART + 30 {
            assert!(crowd.admits(Some(n), noon));
        }
        assert!(!crowd.admits(Some(TOLD_APART + 30), noon));
        assert!(crowd.admits(Some(7), noon));
    }
}
