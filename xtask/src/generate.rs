//! `cargo xtask generate`: the files under version control that are made from the code.
//!
//! The `baton` program writes them, for it alone knows the routes; here they are only compared and put in their places.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::repository::{Repository, output};

/// What the program writes, and where it stands in the repository.
const FILES: &[(&str, &str)] = &[
    ("openapi.json", "docs/openapi.json"),
    (
        "IM1_Send_Message.postman_collection.json",
        "sdk-kit/IM1_Send_Message.postman_collection.json",
    ),
    (
        "local.postman_environment.json",
        "sdk-kit/local.postman_environment.json",
    ),
];

/// A generated file that is not as the code would have it now.
#[derive(Debug, PartialEq, Eq)]
struct Stale {
    path: &'static str,
    fresh: Vec<u8>,
}

/// Puts every generated file in its place.
pub(crate) fn write(repository: &Repository, out: &mut dyn Write) -> Result<bool> {
    let made = make(repository)?;
    for stale in stale(&made, repository.root(), FILES)? {
        let place = repository.root().join(stale.path);
        if let Some(folder) = place.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&place, &stale.fresh)
            .with_context(|| format!("cannot write {}", stale.path))?;
        writeln!(out, "{}: written", stale.path)?;
    }
    Ok(true)
}

/// Tells which generated files are out of date. `true` if none is.
pub(crate) fn check(repository: &Repository, out: &mut dyn Write) -> Result<bool> {
    let made = make(repository)?;
    let stale = stale(&made, repository.root(), FILES)?;
    for file in &stale {
        writeln!(
            out,
            "{}:1: not what the code says now - run `cargo xtask generate`",
            file.path
        )?;
    }
    if stale.is_empty() {
        writeln!(out, "generate: {} files, all up to date", FILES.len())?;
    }
    Ok(stale.is_empty())
}

/// Has the program write its files into a folder of their own.
fn make(repository: &Repository) -> Result<PathBuf> {
    let folder = repository.root().join("target/generate");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let mut command = Command::new("cargo");
    let command = command.current_dir(repository.root());
    output(
        command
            .args([
                "run",
                "--quiet",
                "--locked",
                "--package",
                "baton",
                "--",
                "generate",
                "--out",
            ])
            .arg(&folder),
    )?;
    Ok(folder)
}

/// The files of `table` in `made` that differ from those under `root`, or are not there yet.
fn stale(made: &Path, root: &Path, table: &[(&str, &'static str)]) -> Result<Vec<Stale>> {
    let mut stale = Vec::new();
    for (name, path) in table {
        let fresh = std::fs::read(made.join(name))
            .with_context(|| format!("baton generate did not write {name}"))?;
        if std::fs::read(root.join(path)).ok().as_ref() != Some(&fresh) {
            stale.push(Stale { path, fresh });
        }
    }
    Ok(stale)
}

#[cfg(test)]
mod tests;
