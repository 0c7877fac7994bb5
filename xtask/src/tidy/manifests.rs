//! The crates' Cargo.toml: each takes over the workspace's lints and the workspace's versions.

use super::Fault;
use super::tree::Tree;

/// Every manifest that has lints or versions of its own.
pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    tree.manifests()
        .flat_map(|(path, text)| faults_of(path, text))
        .collect()
}

fn faults_of(path: &str, text: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut section = "";
    let mut inherits = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']');
        } else if section == "lints" {
            inherits |= line == "workspace = true";
        } else if section.ends_with("dependencies") && names_a_version(line) {
            let mend =
                "put the version in the workspace's Cargo.toml and write `.workspace = true` here";
            faults.push(Fault::new(
                path,
                index + 1,
                "a dependency with a version of its own",
                mend,
            ));
        }
    }
    if !inherits {
        faults.push(Fault::new(
            path,
            1,
            "the workspace's lints do not apply",
            "add `[lints]` with `workspace = true`",
        ));
    }
    faults
}

fn names_a_version(line: &str) -> bool {
    !line.is_empty()
        && !line.starts_with('#')
        && line.contains('=')
        && !line.contains("workspace = true")
}

#[cfg(test)]
mod tests;
