//! Crates without a reason, and reasons without a crate.

use super::*;

const CARGO: &str = "[workspace.dependencies]\n# Ours.\nmodel = { path = \"crates/model\" }\n\nserde = \"1\"\naxum = { version = \"0.8\" }\n\n[profile.dev]\ndebug = 1\n";

fn faults(reasons: &str) -> Vec<Fault> {
    check(&Tree::of(&[
        ("Cargo.toml", CARGO),
        ("docs/dependencies.md", reasons),
    ]))
}

#[test]
fn one_reason_for_each_is_fine() {
    assert_eq!(
        faults("| crate | why |\n|---|---|\n| `serde` | JSON |\n| `axum` | HTTP |\n"),
        []
    );
}

#[test]
fn a_crate_without_a_reason_is_found_in_the_manifest() {
    let faults = faults("| `serde` | JSON; goes with `axum` |\n");
    assert_eq!(faults.len(), 1);
    assert_eq!((faults[0].file.as_str(), faults[0].line), ("Cargo.toml", 6));
}

#[test]
fn a_reason_without_a_crate_is_found_in_the_document() {
    let faults = faults("| `serde` | JSON |\n| `axum` | HTTP |\n| `log` | logs |\n");
    assert_eq!(faults.len(), 1);
    assert_eq!(
        (faults[0].file.as_str(), faults[0].line),
        ("docs/dependencies.md", 3)
    );
}
