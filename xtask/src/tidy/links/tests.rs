//! Links that lead somewhere, and links that do not.

use super::*;

const GUIDE: &str =
    "# Guide\n\n## First, a `code`\n\n```text\n## Not a heading\n[x](gone.md)\n```\n";

fn broken(text: &str) -> Vec<String> {
    let tree = Tree::of(&[
        ("docs/a.md", text),
        ("docs/guide.md", GUIDE),
        ("README.md", "# Baton\n"),
        ("docs/img/p.png", ""),
    ]);
    check(&tree)
        .into_iter()
        .filter(|fault| fault.file == "docs/a.md")
        .map(|fault| fault.what)
        .collect()
}

#[test]
fn good_links_are_fine() {
    for good in [
        "[a](guide.md)",
        "[a](./guide.md#first-a-code)",
        "[a](../README.md)",
        "[a](..)",
        "![a](img/p.png)",
        "[a](img/)",
        "[a](https://www.nhs.uk/) and [b](mailto:a@example.org)",
        "# Here\n\n[a](#here)",
    ] {
        assert!(broken(&format!("{good}\n")).is_empty(), "{good}");
    }
}

#[test]
fn broken_links_are_found() {
    for bad in [
        "[a](gone.md)",
        "[a](guide.md#gone)",
        "[a](guide.md#not-a-heading)",
        "[a](../../out.md)",
        "[a](#gone)",
    ] {
        assert_eq!(broken(&format!("{bad}\n")).len(), 1, "{bad}");
    }
}

#[test]
fn links_in_code_are_not_links() {
    assert_eq!(check(&Tree::of(&[("docs/guide.md", GUIDE)])), []);
}
