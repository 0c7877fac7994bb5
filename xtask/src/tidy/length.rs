//! No file grows until nobody reads it.

use super::Fault;
use super::tree::Tree;

/// Lines of code in a file, without blank lines and comments.
const CODE: usize = 400;

/// The same in a file of tests, which is read one test at a time.
const TESTS: usize = 800;

/// Files that may be longer, and why.
const EXCUSED: &[(&str, &str)] = &[];

/// Every Rust file that is too long, and every excuse that is not needed any more.
pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    let long: Vec<(&str, usize, usize)> = tree
        .ending(&[".rs"])
        .map(|(path, text)| (path, code_lines(text), limit(path)))
        .filter(|(_, count, limit)| count > limit)
        .collect();
    let faults = long
        .iter()
        .filter(|(path, ..)| !EXCUSED.iter().any(|(excused, _)| excused == path));
    let faults = faults.map(|(path, count, limit)| {
        let mend = "split it by what its parts are about, or excuse it in xtask/src/tidy/length.rs";
        Fault::new(
            path,
            1,
            format!("{count} lines of code, more than {limit}"),
            mend,
        )
    });
    let idle = EXCUSED
        .iter()
        .filter(|(excused, _)| !long.iter().any(|(path, ..)| path == excused));
    let idle = idle.map(|(path, _)| {
        Fault::new(
            "xtask/src/tidy/length.rs",
            1,
            format!("{path} needs no excuse"),
            "take it off the list",
        )
    });
    faults.chain(idle).collect()
}

fn limit(path: &str) -> usize {
    if path.contains("/tests/") || path.ends_with("/tests.rs") {
        TESTS
    } else {
        CODE
    }
}

fn code_lines(text: &str) -> usize {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .count()
}

#[cfg(test)]
mod tests;
