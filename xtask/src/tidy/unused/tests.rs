//! Dependencies that are named, and some that are not.

use super::*;

const MANIFEST: &str = "[package]\nversion.workspace = true\n\n[lints]\nworkspace = true\n\n[dependencies]\nasync-trait.workspace = true\nurl = { workspace = true, features = [\"serde\"] }\n";

fn faults(source: &str) -> Vec<String> {
    let tree = Tree::of(&[
        ("crates/shed/Cargo.toml", MANIFEST),
        ("crates/shed/src/lib.rs", source),
    ]);
    check(&tree)
        .into_iter()
        .map(|fault| format!("{}: {}", fault.line, fault.what))
        .collect()
}

#[test]
fn what_the_code_names_is_used() {
    assert!(faults("//! A shed.\nuse url::Url;\n#[async_trait::async_trait]\n").is_empty());
}

#[test]
fn what_only_a_comment_or_a_longer_word_names_is_not() {
    assert_eq!(
        faults("//! A url.\nlet curl = urls; // not async-trait\n"),
        ["8: async-trait is not used here", "9: url is not used here"]
    );
}

#[test]
fn a_version_that_nobody_asks_for_is_found() {
    let workspace = "[workspace.dependencies]\nurl = \"2\"\nitoa = \"1\"\n";
    let tree = Tree::of(&[
        ("Cargo.toml", workspace),
        ("xtask/Cargo.toml", "[dependencies]\nurl.workspace = true\n"),
        ("xtask/src/main.rs", "use url::Url;\n"),
    ]);
    let faults = check(&tree);
    assert_eq!(faults.len(), 1);
    assert_eq!(
        (faults[0].line, faults[0].what.as_str()),
        (3, "no crate asks for itoa")
    );
}
