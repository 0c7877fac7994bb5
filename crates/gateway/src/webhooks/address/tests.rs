//! Every form of a special address, and addresses beside them.

use super::*;
use proptest::prelude::*;

#[test]
fn every_special_form_is_refused() {
    let special = [
        // Unspecified, this network.
        "0.0.0.0",
        "0.1.2.3",
        "::",
        // Loopback.
        "127.0.0.1",
        "127.255.255.254",
        "::1",
        // Private and unique-local.
        "10.0.0.1",
        "10.255.255.255",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "fc00::1",
        "fd12:3456::1",
        // Link-local and site-local, metadata services among them.
        "169.254.169.254",
        "169.254.0.1",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "fd00:ec2::254",
        // Carriers' own.
        "100.64.0.1",
        "100.127.255.255",
        // Multicast, broadcast, reserved.
        "224.0.0.1",
        "239.255.255.255",
        "ff02::1",
        "ff0e::1",
        "240.0.0.1",
        "255.255.255.255",
        // Documentation, measurements, protocol assignments, discard.
        "192.0.2.1",
        "198.51.100.7",
        "203.0.113.9",
        "2001:db8::1",
        "3fff::1",
        "3fff:fff::1",
        "198.18.0.1",
        "198.19.255.255",
        "2001:2::1",
        "192.0.0.1",
        "192.0.0.170",
        "100::1",
        // IPv4 in IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo; also with public addresses inside.
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::127.0.0.1",
        "::ffff:0:10.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::8.8.8.8",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:808:808::1",
        "2001::1",
        "192.88.99.1",
        // Segment identifiers, and what nobody was given yet.
        "5f00::1",
        "4000::1",
        "e000::1",
    ];
    for text in special {
        assert!(!is_public(text.parse().unwrap()), "{text}");
    }
}

#[test]
fn addresses_beside_the_special_ones_are_public() {
    let public = [
        "1.0.0.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.0.3.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2606:4700::1111",
        "2a00:1450::1",
        "2003::1",
        "3ffe::1",
        "3fff:1000::1",
    ];
    for text in public {
        assert!(is_public(text.parse().unwrap()), "{text}");
    }
}

#[test]
fn an_endpoint_is_an_absolute_web_address_without_secrets() {
    for good in [
        "https://hooks.example.org/baton",
        "http://hooks.example.org:8088/a?b=c",
        "https://8.8.8.8/x",
        "https://[2606:4700::1111]:8443/",
    ] {
        assert!(parse(good, false).is_ok(), "{good}");
    }
    let long = format!("https://hooks.example.org/{}", "x".repeat(2000));
    for (bad, why) in [
        ("", NotAnEndpoint::NotAUrl),
        ("/hooks", NotAnEndpoint::NotAUrl),
        ("https://", NotAnEndpoint::NotAUrl),
        ("https://a b/", NotAnEndpoint::NotAUrl),
        ("ftp://hooks.example.org/", NotAnEndpoint::Scheme),
        ("file:///etc/passwd", NotAnEndpoint::Scheme),
        ("data:text/plain,x", NotAnEndpoint::Scheme),
        ("https://me@hooks.example.org/", NotAnEndpoint::Credentials),
        (
            "https://me:pw@hooks.example.org/",
            NotAnEndpoint::Credentials,
        ),
        ("https://:pw@hooks.example.org/", NotAnEndpoint::Credentials),
        ("https://hooks.example.org/#a", NotAnEndpoint::Fragment),
        (long.as_str(), NotAnEndpoint::TooLong),
    ] {
        assert_eq!(parse(bad, true), Err(why), "{bad}");
    }
}

#[test]
fn however_a_special_address_is_written_it_is_refused() {
    for bad in [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.0.0.1.:80/",
        "http://１２７.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[0:0:0:0:0:ffff:7f00:1]/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://a.localhost:8080/",
        "http://10.0.0.7:9000/hook",
    ] {
        assert_eq!(parse(bad, false), Err(NotAnEndpoint::Special), "{bad}");
        assert!(parse(bad, true).is_ok(), "{bad}");
    }
}

proptest! {
    #[test]
    fn no_ipv6_address_that_wraps_an_ipv4_one_is_public(inner: u32) {
        let inner = u128::from(inner);
        for outer in ["::", "::ffff:0:0", "::ffff:0:0:0", "64:ff9b::"] {
            let outer: Ipv6Addr = outer.parse().unwrap();
            let wrapped = Ipv6Addr::from_bits(outer.to_bits() | inner);
            prop_assert!(!is_public(wrapped.into()), "{}", wrapped);
        }
        let six_to_four = Ipv6Addr::from_bits((0x2002_u128 << 112) | (inner << 80) | 1);
        prop_assert!(!is_public(six_to_four.into()));
    }

    #[test]
    fn what_the_standard_library_knows_as_special_is_refused(bits: u32) {
        let ip = Ipv4Addr::from_bits(bits);
        let special = ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_multicast()
            || ip.is_broadcast() || ip.is_documentation() || ip.is_unspecified();
        prop_assert!(!(special && is_public(ip.into())), "{}", ip);
    }
}
