//! Manifests with and without lints and versions of their own.

use super::*;

const GOOD: &str = "[package]\nname = \"shed\"\n\n[lints]\nworkspace = true\n\n[dependencies]\nserde.workspace = true\n";

#[test]
fn a_manifest_that_takes_everything_over_is_fine() {
    assert_eq!(check(&Tree::of(&[("crates/shed/Cargo.toml", GOOD)])), []);
}

#[test]
fn a_version_of_its_own_is_found_with_its_line() {
    let text = format!("{GOOD}itoa = \"1\"\nlog = {{ workspace = true, optional = true }}\n");
    let faults = check(&Tree::of(&[("crates/shed/Cargo.toml", &text)]));
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].line, 9);
}

#[test]
fn missing_lints_are_found() {
    let faults = check(&Tree::of(&[(
        "xtask/Cargo.toml",
        "[package]\nname = \"xtask\"\n",
    )]));
    assert!(faults[0].what.contains("lints"));
}

#[test]
fn the_manifest_of_the_workspace_itself_is_left_alone() {
    assert_eq!(
        check(&Tree::of(&[(
            "Cargo.toml",
            "[workspace.dependencies]\nitoa = \"1\"\n"
        )])),
        []
    );
}
