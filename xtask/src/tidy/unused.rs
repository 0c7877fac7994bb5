//! A dependency that a crate names is one that it uses, and a version that is fixed is one that somebody asks for.

use super::Fault;
use super::tree::{Tree, line_of};

/// Dependencies that no line of code names, and why they are there all the same.
const SILENT: &[(&str, &str)] = &[];

/// Every dependency that its crate's code does not name, and every version that no crate takes over.
pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults: Vec<Fault> = tree
        .manifests()
        .flat_map(|(path, text)| unnamed(tree, path, text))
        .collect();
    let asked: Vec<&str> = tree
        .manifests()
        .flat_map(|(_, text)| inherited(text))
        .collect();
    let workspace = tree.text("Cargo.toml").unwrap_or_default();
    for name in super::dependencies::chosen(workspace)
        .into_iter()
        .filter(|name| !asked.contains(name))
    {
        let line = line_of(workspace, |line| {
            line.split(['=', ' ']).next() == Some(name)
        });
        faults.push(Fault::new(
            "Cargo.toml",
            line,
            format!("no crate asks for {name}"),
            "take the line out",
        ));
    }
    faults
}

fn unnamed(tree: &Tree, manifest: &str, text: &str) -> Vec<Fault> {
    let folder = manifest.trim_end_matches("Cargo.toml");
    let sources: Vec<&str> = tree
        .ending(&[".rs"])
        .filter(|(path, _)| path.starts_with(folder))
        .map(|(_, source)| source)
        .collect();
    let idle = inherited(text).filter(|name| {
        let word = name.replace('-', "_");
        !SILENT.iter().any(|(silent, _)| silent == name)
            && !sources.iter().any(|source| names(source, &word))
    });
    idle.map(|name| {
        let line = line_of(text, |line| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with(['.', ' ']))
        });
        Fault::new(
            manifest,
            line,
            format!("{name} is not used here"),
            "take the line out",
        )
    })
    .collect()
}

/// The dependencies that a manifest takes over from the workspace.
fn inherited(manifest: &str) -> impl Iterator<Item = &str> {
    manifest
        .lines()
        .filter(|line| line.contains("workspace = true"))
        .filter_map(|line| {
            let (name, _) = line.split_once(['.', ' '])?;
            let own = [
                "workspace",
                "version",
                "edition",
                "rust-version",
                "license",
                "publish",
            ];
            (!own.contains(&name)).then_some(name)
        })
}

/// Whether a text names `word` as a whole word outside its comments.
fn names(source: &str, word: &str) -> bool {
    let whole = |(at, _): (usize, &str)| {
        let part = |c: char| c.is_alphanumeric() || c == '_';
        let before = source.get(..at).and_then(|text| text.chars().next_back());
        let after = source
            .get(at + word.len()..)
            .and_then(|text| text.chars().next());
        let line = source
            .get(..at)
            .and_then(|text| text.lines().next_back())
            .unwrap_or_default();
        !before.is_some_and(part)
            && !after.is_some_and(part)
            && !line.trim_start().starts_with("//")
    };
    source.match_indices(word).any(whole)
}

#[cfg(test)]
mod tests;
