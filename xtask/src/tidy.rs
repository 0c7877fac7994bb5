//! `cargo xtask tidy`: the house rules that no compiler checks, each in a file of its own.

mod architecture;
mod dependencies;
mod headers;
mod length;
mod levels;
mod licences;
mod links;
mod manifests;
mod metadata;
mod migrations;
mod third_party;
mod tree;
mod unused;
mod white_space;
mod words;

use std::fmt;
use std::io::Write;

use anyhow::Result;

use crate::repository::Repository;
use metadata::Metadata;
use tree::Tree;

/// Something to mend: where, what is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    file: String,
    /// From 1; 1 also when the fault is the whole file's.
    line: usize,
    what: String,
    mend: String,
}

impl Fault {
    fn new(file: &str, line: usize, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: line.max(1),
            what: what.into(),
            mend: mend.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {} - {}",
            self.file, self.line, self.what, self.mend
        )
    }
}

/// Runs every check and prints what it found, one line per fault. `true` if there was none.
pub(crate) fn run(repository: &Repository, out: &mut dyn Write) -> Result<bool> {
    let tree = Tree::read(repository);
    let metadata = Metadata::read(repository)?;
    let found = [
        levels::check(&tree, &metadata),
        manifests::check(&tree),
        licences::check(&metadata),
        dependencies::check(&tree),
        unused::check(&tree),
        headers::check(&tree),
        length::check(&tree),
        white_space::check(&tree),
        words::check(&tree),
        architecture::check(&tree),
        links::check(&tree),
        third_party::check(repository)?,
        migrations::check(repository)?,
    ];
    let mut faults = found.concat();
    faults.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    for fault in &faults {
        writeln!(out, "{fault}")?;
    }
    match faults.len() {
        0 => writeln!(out, "tidy: {} checks, nothing to mend", found.len())?,
        1 => writeln!(out, "tidy: 1 fault")?,
        count => writeln!(out, "tidy: {count} faults")?,
    }
    Ok(faults.is_empty())
}
