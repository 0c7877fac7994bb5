//! Long files.

use super::*;

fn faults(path: &str, text: &str) -> Vec<Fault> {
    check(&Tree::of(&[(path, text)]))
}

#[test]
fn blank_lines_and_comments_do_not_count() {
    let text = format!(
        "{}{}{}",
        "// Why.\n".repeat(500),
        "\n".repeat(500),
        "let a = 1;\n".repeat(CODE)
    );
    assert_eq!(faults("src/lib.rs", &text), []);
}

#[test]
fn one_line_too_many_is_found_with_its_count() {
    let faults = faults("src/lib.rs", &"let a = 1;\n".repeat(CODE + 1));
    assert_eq!(faults[0].what, "401 lines of code, more than 400");
}

#[test]
fn tests_may_be_twice_as_long() {
    let text = "let a = 1;\n".repeat(TESTS);
    assert_eq!(faults("src/shed/tests.rs", &text), []);
    assert_eq!(faults("tests/it/main.rs", &text).len(), 1);
    assert_eq!(faults("crates/shed/tests/it/main.rs", &text), []);
}
