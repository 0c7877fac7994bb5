//! A map with a hole.

use super::*;

fn faults(map: &str) -> Vec<Fault> {
    check(&Tree::of(&[
        ("crates/shed/Cargo.toml", ""),
        ("xtask/Cargo.toml", ""),
        ("ARCHITECTURE.md", map),
    ]))
}

#[test]
fn a_whole_map_is_fine() {
    assert_eq!(faults("`shed` holds tools, `xtask` keeps order.\n"), []);
}

#[test]
fn a_crate_that_is_not_named_is_found() {
    let faults = faults("`xtask` keeps the sheds in order.\n");
    assert_eq!(faults.len(), 1);
    assert!(faults[0].what.contains("`shed`"));
}

#[test]
fn no_map_at_all_is_one_fault() {
    assert_eq!(check(&Tree::of(&[("crates/shed/Cargo.toml", "")])).len(), 1);
}
