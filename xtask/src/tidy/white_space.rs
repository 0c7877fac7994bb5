//! White space that no reader sees but every diff shows.

use super::Fault;
use super::tree::Tree;

const ENDS: &[&str] = &[
    ".rs", ".md", ".toml", ".sh", ".py", ".html", ".css", ".js", ".json", ".sql", ".yml", ".yaml",
    "/run", "/test",
];

/// Tabs, spaces at a line's end, carriage returns, and a last line without an end.
pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    tree.ending(ENDS)
        .flat_map(|(path, text)| faults_of(path, text))
        .collect()
}

fn faults_of(path: &str, text: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        let mut fault =
            |what: &str, mend: &str| faults.push(Fault::new(path, index + 1, what, mend));
        if line.ends_with('\r') {
            fault("a carriage return", "end lines with a line feed alone");
        } else if line.ends_with([' ', '\t']) {
            fault("white space at the end of the line", "take it off");
        }
        if line.trim_end().contains('\t') {
            fault("a tab", "indent with spaces; in a string write \\t");
        }
    }
    if !text.is_empty() && !text.ends_with('\n') {
        faults.push(Fault::new(
            path,
            text.lines().count(),
            "the last line has no end",
            "add a line feed",
        ));
    }
    faults
}

#[cfg(test)]
mod tests;
