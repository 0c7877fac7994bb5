//! Generated files that are up to date, changed and missing.

use super::*;

const TABLE: &[(&str, &str)] = &[("a.json", "docs/a.json")];

/// What is stale when the program writes `{}` and the repository holds `kept`.
fn with(kept: Option<&str>) -> Vec<Stale> {
    let (made, root) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(made.path().join("a.json"), "{}\n").unwrap();
    std::fs::create_dir(root.path().join("docs")).unwrap();
    if let Some(text) = kept {
        std::fs::write(root.path().join("docs/a.json"), text).unwrap();
    }
    stale(made.path(), root.path(), TABLE).unwrap()
}

#[test]
fn an_equal_file_is_not_stale() {
    assert_eq!(with(Some("{}\n")), []);
}

#[test]
fn a_changed_or_missing_file_is_stale_and_comes_with_its_text() {
    for kept in [Some("{ }\n"), None] {
        let stale = with(kept);
        assert_eq!(stale.len(), 1);
        assert_eq!(
            (stale[0].path, stale[0].fresh.as_slice()),
            ("docs/a.json", b"{}\n".as_slice())
        );
    }
}

#[test]
fn a_file_that_the_program_forgot_is_an_error() {
    let made = tempfile::tempdir().unwrap();
    let error = stale(made.path(), made.path(), TABLE).unwrap_err();
    assert!(error.to_string().contains("did not write a.json"));
}
