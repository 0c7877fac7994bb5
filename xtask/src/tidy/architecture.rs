//! ARCHITECTURE.md is the map of the house, so every crate is on it.

use super::Fault;
use super::tree::Tree;

const MAP: &str = "ARCHITECTURE.md";

/// Every crate that the map leaves out.
pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    let Some(map) = tree.text(MAP) else {
        return vec![Fault::new(
            MAP,
            1,
            "there is no map of the house",
            "write it: each crate, and what it must not know",
        )];
    };
    let names = tree
        .manifests()
        .filter_map(|(path, _)| path.strip_suffix("/Cargo.toml")?.rsplit('/').next());
    names
        .filter(|name| {
            !map.contains(&format!("`{name}`")) && !map.contains(&format!("`crates/{name}`"))
        })
        .map(|name| {
            Fault::new(
                MAP,
                1,
                format!("the crate `{name}` is not on the map"),
                "say what it is for",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests;
