//! What stands under third_party/ is what its publishers published.

use std::path::Path;

use anyhow::Result;

use super::Fault;
use crate::checksums;
use crate::repository::Repository;

const MEND: &str = "run `cargo xtask assets`, and never edit what is there";

/// Every package without its licence, version and hashes, and every file that is not as listed.
pub(super) fn check(repository: &Repository) -> Result<Vec<Fault>> {
    let mut faults = Vec::new();
    let mut packages: Vec<&str> = repository
        .files()
        .iter()
        .filter_map(|path| path.strip_prefix("third_party/")?.split_once('/'))
        .map(|(package, _)| package)
        .collect();
    packages.dedup();
    for package in packages {
        let folder = format!("third_party/{package}");
        let start = format!("{folder}/");
        let present: Vec<&str> = repository
            .files()
            .iter()
            .filter_map(|path| path.strip_prefix(&start))
            .collect();
        faults.extend(faults_of(repository.root(), &folder, &present)?);
    }
    Ok(faults)
}

fn faults_of(root: &Path, folder: &str, present: &[&str]) -> Result<Vec<Fault>> {
    let list = format!("{folder}/SHA256SUMS");
    let entries = checksums::parse(&std::fs::read_to_string(root.join(&list)).unwrap_or_default());
    let mut faults = Vec::new();
    for needed in ["LICENSE", "VERSION", "SHA256SUMS"] {
        if !present.contains(&needed) {
            faults.push(Fault::new(folder, 1, format!("{needed} is missing"), MEND));
        }
    }
    for entry in &entries {
        let path = root.join(folder).join(&entry.path);
        if !path.is_file() {
            faults.push(Fault::new(
                &list,
                entry.line,
                format!("{} is missing", entry.path),
                MEND,
            ));
        } else if checksums::of_file(&path)? != entry.hash {
            faults.push(Fault::new(
                &list,
                entry.line,
                format!("{} is not as it was published", entry.path),
                MEND,
            ));
        }
    }
    for path in present.iter().filter(|path| **path != "SHA256SUMS") {
        if !entries.iter().any(|entry| entry.path == *path) {
            faults.push(Fault::new(
                &format!("{folder}/{path}"),
                1,
                "the file is not listed in SHA256SUMS",
                MEND,
            ));
        }
    }
    Ok(faults)
}

#[cfg(test)]
mod tests;
