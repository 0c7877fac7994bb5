//! A migration that someone may have run never changes.

use std::path::Path;

use anyhow::Result;

use super::Fault;
use crate::checksums;
use crate::migrations::{LIST, folders, unlisted};
use crate::repository::Repository;

/// Every listed migration that is not as it was, and every migration that is not listed.
pub(super) fn check(repository: &Repository) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    for folder in folders(repository.files()) {
        faults.extend(changed(repository.root(), &folder)?);
        for path in unlisted(repository, &folder) {
            let file = format!("{folder}/{path}");
            faults.push(Fault::new(
                &file,
                1,
                "a migration that is not listed yet",
                "run `cargo xtask migrations`",
            ));
        }
    }
    Ok(faults)
}

fn changed(root: &Path, folder: &str) -> Result<Vec<Fault>> {
    let list = format!("{folder}/{LIST}");
    let mut faults = Vec::new();
    for entry in checksums::parse(&std::fs::read_to_string(root.join(&list)).unwrap_or_default()) {
        let path = root.join(folder).join(&entry.path);
        let mend = "put it back as it was, and write a new migration (or take its line out if nobody has it yet)";
        if !path.is_file() {
            faults.push(Fault::new(
                &list,
                entry.line,
                format!("{} is gone", entry.path),
                mend,
            ));
        } else if checksums::of_file(&path)? != entry.hash {
            faults.push(Fault::new(
                &list,
                entry.line,
                format!("{} was changed", entry.path),
                mend,
            ));
        }
    }
    Ok(faults)
}

#[cfg(test)]
mod tests;
