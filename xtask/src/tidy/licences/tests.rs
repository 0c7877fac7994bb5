//! SPDX expressions, and crates that must not come in.

use super::super::metadata::Package;
use super::*;

fn faults(name: &str, license: Option<&str>) -> Vec<Fault> {
    let package = Package {
        name: name.to_owned(),
        version: "1.0.0".to_owned(),
        license: license.map(str::to_owned),
        source: Some("registry".to_owned()),
        dependencies: Vec::new(),
    };
    check(&Metadata {
        packages: vec![package],
    })
}

#[test]
fn a_choice_with_one_good_licence_is_good() {
    for good in [
        "MIT",
        "MIT OR GPL-3.0-only",
        "MIT/Apache-2.0",
        "Apache-2.0 / MIT",
        "(Apache-2.0 OR MIT) AND BSD-3-Clause",
        "Apache-2.0 WITH LLVM-exception OR GPL-2.0-only",
    ] {
        assert!(allows(good), "{good}");
    }
}

#[test]
fn a_demand_for_one_bad_licence_is_bad() {
    for bad in [
        "GPL-3.0-only",
        "MIT AND GPL-3.0-only",
        "(MIT OR Apache-2.0) AND OpenSSL",
        "MIT WITH Strings-attached",
        "",
        "MIT OR",
        "(MIT",
        "MIT Apache-2.0",
    ] {
        assert!(!allows(bad), "{bad}");
    }
}

#[test]
fn a_crate_without_a_licence_is_a_fault() {
    assert_eq!(faults("itoa", None)[0].what, "itoa 1.0.0 names no licence");
    assert_eq!(faults("itoa", Some("MIT")), []);
}

#[test]
fn a_banned_crate_is_a_fault_whatever_its_licence() {
    assert!(
        faults("openssl", Some("Apache-2.0"))[0]
            .what
            .ends_with("is banned")
    );
}
