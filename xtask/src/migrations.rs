//! `cargo xtask migrations`: lists new migrations with their hash, after which `tidy` keeps them as they are.

use std::io::Write;
use std::path::Path;

use anyhow::Result;

use crate::checksums;
use crate::repository::Repository;

/// The list in each folder of migrations.
pub(crate) const LIST: &str = "CHECKSUMS";

/// Adds every migration that is not listed yet to its folder's list. Lines that are there stay as they are.
pub(crate) fn list_new(repository: &Repository, out: &mut dyn Write) -> Result<bool> {
    for folder in folders(repository.files()) {
        let new = unlisted(repository, &folder);
        if new.is_empty() {
            continue;
        }
        let place = repository.root().join(&folder);
        let mut list = std::fs::read_to_string(place.join(LIST)).unwrap_or_default();
        list.push_str(&checksums::of_files(&place, &new)?);
        std::fs::write(place.join(LIST), list)?;
        for path in new {
            writeln!(out, "{folder}/{LIST}: added {path}")?;
        }
    }
    Ok(true)
}

/// The folders of migrations: `migrations/` of every store that has any.
pub(crate) fn folders(files: &[String]) -> Vec<String> {
    let folder = |path: &String| {
        let rest = path.strip_prefix("crates/store-")?;
        let (store, _) = rest.split_once("/migrations/")?;
        (!store.contains('/')).then(|| format!("crates/store-{store}/migrations"))
    };
    let mut folders: Vec<String> = files.iter().filter_map(folder).collect();
    folders.dedup();
    folders
}

/// The migrations in a folder that its list does not have, in the order of their names.
pub(crate) fn unlisted(repository: &Repository, folder: &str) -> Vec<String> {
    let list = repository
        .text(&format!("{folder}/{LIST}"))
        .unwrap_or_default();
    let listed = checksums::parse(&list);
    let start = format!("{folder}/");
    let migrations = repository
        .files()
        .iter()
        .filter_map(|path| path.strip_prefix(&start));
    migrations
        .filter(|path| {
            Path::new(path).extension().is_some_and(|end| end == "sql")
                && !listed.iter().any(|entry| entry.path == *path)
        })
        .map(str::to_owned)
        .collect()
}
