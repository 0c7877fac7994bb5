//! Every crate that we chose has its reason in docs/dependencies.md, and every reason its crate.

use super::Fault;
use super::tree::{Tree, line_of};

const MANIFEST: &str = "Cargo.toml";
const REASONS: &str = "docs/dependencies.md";

/// Crates without a reason, and reasons without a crate.
pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    let manifest = tree.text(MANIFEST).unwrap_or_default();
    let reasons = tree.text(REASONS).unwrap_or_default();
    let chosen = chosen(manifest);
    let reasoned: Vec<(usize, &str)> = reasons.lines().enumerate().filter_map(first_cell).collect();
    let bare = chosen
        .iter()
        .filter(|name| !reasoned.iter().any(|(_, reasoned)| reasoned == *name));
    let bare = bare.map(|name| {
        let line = line_of(manifest, |line| line.split(['=', ' ']).next() == Some(name));
        Fault::new(
            MANIFEST,
            line,
            format!("no reason given for {name}"),
            format!("add a line to {REASONS}"),
        )
    });
    let idle = reasoned.iter().filter(|(_, name)| !chosen.contains(name));
    let idle = idle.map(|(line, name)| {
        Fault::new(
            REASONS,
            *line,
            format!("{name} is not a dependency of the workspace"),
            "take the line out",
        )
    });
    bare.chain(idle).collect()
}

/// The names under `[workspace.dependencies]`, without our own crates.
pub(super) fn chosen(manifest: &str) -> Vec<&str> {
    let lines = manifest
        .lines()
        .skip_while(|line| *line != "[workspace.dependencies]")
        .skip(1);
    lines
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.contains("path = "))
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name)
        .filter(|name| !name.starts_with([' ', '#']))
        .collect()
}

/// The crate that a row of the table is about: a name in back quotes in the first cell.
fn first_cell((index, line): (usize, &str)) -> Option<(usize, &str)> {
    let (name, rest) = line.strip_prefix("| `")?.split_once('`')?;
    rest.trim_start()
        .starts_with('|')
        .then_some((index + 1, name))
}

#[cfg(test)]
mod tests;
