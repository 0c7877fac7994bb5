//! Files that say what they are, and files that do not.

use super::*;

#[test]
fn a_file_that_says_what_it_is_is_fine() {
    assert_eq!(
        check(&Tree::of(&[("crates/shed/src/lib.rs", "//! A shed.\n")])),
        []
    );
}

#[test]
fn a_file_without_a_header_is_found() {
    let tree = Tree::of(&[
        ("a.rs", "use std::fmt;\n"),
        ("b.rs", ""),
        ("c.rs", "// A shed.\n"),
        ("d.md", "Hello\n"),
    ]);
    assert_eq!(check(&tree).len(), 3);
}

#[test]
fn a_file_called_mod_is_found() {
    assert_eq!(
        check(&Tree::of(&[("src/shed/mod.rs", "//! A shed.\n")])).len(),
        1
    );
}
