//! The texts that the checks look at: everything under version control but what others wrote.

use std::collections::{BTreeMap, BTreeSet};

use crate::repository::Repository;

/// Files whose text is a tool's or another project's, and so not ours to keep tidy.
const NOT_OURS: &[&str] = &[
    "third_party/",
    "Cargo.lock",
    "tools/package-lock.json",
    "LICENSE",
];

/// Every file's path, and the text of those that are ours and are text.
#[derive(Debug, Default)]
pub(super) struct Tree {
    texts: BTreeMap<String, String>,
    paths: BTreeSet<String>,
}

impl Tree {
    /// Reads the work tree.
    pub(super) fn read(repository: &Repository) -> Self {
        let mut tree = Self::default();
        for path in repository.files() {
            let ours = !NOT_OURS.iter().any(|start| path.starts_with(start));
            if let Some(text) = repository.text(path).filter(|_| ours) {
                tree.texts.insert(path.clone(), text);
            }
            tree.paths.insert(path.clone());
        }
        tree
    }

    /// A tree of made-up files.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let texts: BTreeMap<String, String> = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        let paths = texts.keys().cloned().collect();
        Self { texts, paths }
    }

    /// The text of one file, if it is there and ours.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// The files of ours whose names end so, with their texts.
    pub(super) fn ending<'a>(
        &'a self,
        ends: &'a [&str],
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.all()
            .filter(move |(path, _)| ends.iter().any(|end| path.ends_with(end)))
    }

    /// All files of ours, with their texts.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Whether `path` is a file, or a folder with files in it.
    pub(super) fn has(&self, path: &str) -> bool {
        let folder = format!("{path}/");
        path.is_empty()
            || self.paths.contains(path)
            || self
                .paths
                .range(folder.clone()..)
                .next()
                .is_some_and(|next| next.starts_with(&folder))
    }

    /// The `Cargo.toml` of every crate of the workspace.
    pub(super) fn manifests(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all().filter(|(path, _)| {
            *path == "xtask/Cargo.toml"
                || (path.starts_with("crates/") && path.ends_with("/Cargo.toml"))
        })
    }
}

/// The number, from 1, of the first line that `wanted` likes; 1 if there is none.
pub(super) fn line_of(text: &str, wanted: impl Fn(&str) -> bool) -> usize {
    text.lines().position(wanted).map_or(1, |index| index + 1)
}
