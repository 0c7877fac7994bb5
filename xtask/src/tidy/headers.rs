//! Every Rust file says in its first line what a reader comes for, and none is called `mod.rs`.

use super::Fault;
use super::tree::Tree;

/// Every Rust file without a header, or with a name that tells nothing.
pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, text) in tree.ending(&[".rs"]) {
        if !text.starts_with("//! ") {
            faults.push(Fault::new(
                path,
                1,
                "the file does not say what it is",
                "open it with one `//!` sentence",
            ));
        }
        if path.ends_with("/mod.rs") {
            faults.push(Fault::new(
                path,
                1,
                "a file called mod.rs",
                "call it after its folder, and put it beside it",
            ));
        }
    }
    faults
}

#[cfg(test)]
mod tests;
