//! White space that should not be there.

use super::*;

fn whats(text: &str) -> Vec<String> {
    check(&Tree::of(&[("a.md", text)]))
        .into_iter()
        .map(|fault| format!("{}: {}", fault.line, fault.what))
        .collect()
}

#[test]
fn clean_text_is_fine() {
    assert!(whats("One\n\n  two\n").is_empty());
    assert!(whats("").is_empty());
}

#[test]
fn each_kind_is_found_on_its_line() {
    assert_eq!(whats("One \n"), ["1: white space at the end of the line"]);
    assert_eq!(whats("One\n\ttwo\n"), ["2: a tab"]);
    assert_eq!(whats("One\r\n"), ["1: a carriage return"]);
    assert_eq!(whats("One\ntwo"), ["2: the last line has no end"]);
}

#[test]
fn other_kinds_of_file_may_hold_what_they_like() {
    assert_eq!(check(&Tree::of(&[("notes.txt", "a\t \r\n")])), []);
}
