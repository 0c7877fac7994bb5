//! Crates that look where they may, and crates that do not.

use super::super::metadata::Dependency;
use super::*;

fn package(name: &str, dependencies: &[(&str, Option<&str>)]) -> Metadata {
    let dependencies = dependencies.iter().map(|(name, kind)| Dependency {
        name: (*name).to_owned(),
        kind: kind.map(str::to_owned),
        path: Some(format!("crates/{name}")),
    });
    let package = Package {
        name: name.to_owned(),
        version: "0.1.0".to_owned(),
        license: None,
        source: None,
        dependencies: dependencies.collect(),
    };
    Metadata {
        packages: vec![package],
    }
}

fn faults(name: &str, dependencies: &[(&str, Option<&str>)]) -> Vec<Fault> {
    let manifest = "[dependencies]\nmodel.workspace = true\ngateway.workspace = true\nstore.workspace = true\n";
    check(
        &Tree::of(&[(&format!("crates/{name}/Cargo.toml"), manifest)]),
        &package(name, dependencies),
    )
}

#[test]
fn a_crate_may_use_the_lower_crates_it_is_about() {
    assert_eq!(faults("platform", &[("store", None), ("model", None)]), []);
}

#[test]
fn a_crate_may_not_use_one_of_its_own_level() {
    let faults = faults("platform", &[("gateway", None)]);
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].line, 3);
    assert_eq!(faults[0].what, "platform (level 3) uses gateway (level 3)");
}

#[test]
fn tests_of_the_platform_may_have_a_database() {
    assert_eq!(faults("platform", &[("store-sqlite", Some("dev"))]), []);
    assert_eq!(faults("toolbar", &[("store-sqlite", Some("dev"))]).len(), 1);
}

#[test]
fn a_lower_crate_is_refused_too_where_it_is_none_of_the_crates_business() {
    let faults = faults("toolbar", &[("store", None)]);
    assert_eq!(faults[0].what, "toolbar must not know store");
    assert_eq!(faults[0].line, 4);
}

#[test]
fn an_unknown_crate_is_a_fault() {
    assert!(faults("shed", &[])[0].what.contains("no level"));
}

#[test]
fn the_house_itself_only_looks_down() {
    for place in HOUSE {
        for name in place.may_use {
            assert!(
                place_of(name).unwrap().level < place.level,
                "{} uses {name}",
                place.name
            );
        }
    }
}
