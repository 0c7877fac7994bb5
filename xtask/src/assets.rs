//! `cargo xtask assets`: writes third_party/ from the packages that its parts come in.
//!
//! Nothing is edited on the way. What must differ for us, such as the fonts' addresses, is changed when the binary is built.

mod packages;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::checksums;
use crate::repository::{Repository, output};
use packages::{Origin, PACKAGES, Package, Pick};

/// Fetches every package, checks its hash, and replaces its folder under third_party/.
pub(crate) fn run(repository: &Repository, out: &mut dyn Write) -> Result<bool> {
    let scratch = repository.root().join("target/assets");
    for package in PACKAGES {
        let unpacked = fetch(package, &fresh(&scratch.join(package.name))?)?;
        let folder = fresh(&repository.root().join("third_party").join(package.name))?;
        let count = place(package, &unpacked, &folder)?;
        writeln!(
            out,
            "third_party/{}: version {}, {count} files",
            package.name, package.version
        )?;
    }
    Ok(true)
}

/// An empty folder at `path`, whatever was there before.
fn fresh(path: &Path) -> Result<PathBuf> {
    if path.exists() {
        std::fs::remove_dir_all(path)
            .with_context(|| format!("cannot empty {}", path.display()))?;
    }
    std::fs::create_dir_all(path).with_context(|| format!("cannot make {}", path.display()))?;
    Ok(path.to_path_buf())
}

/// Brings a package's archive into `scratch`, and gives the folder it was unpacked to once its hash is right.
fn fetch(package: &Package, scratch: &Path) -> Result<PathBuf> {
    let named = format!("{}@{}", package.name, package.version);
    let required = format!("{}=={}", package.name, package.version);
    match package.origin {
        Origin::Npm => output(
            Command::new("npm")
                .current_dir(scratch)
                .args(["pack", "--silent", &named]),
        )?,
        Origin::PyPi => output(Command::new("pip").current_dir(scratch).args([
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary=:all:",
            &required,
        ]))?,
    };
    let archive = scratch.join(package.archive);
    let hash = checksums::of_file(&archive)?;
    if hash != package.sha256 {
        bail!(
            "{} has the hash {hash}, not {}; do not use it",
            package.archive,
            package.sha256
        );
    }
    let unpacked = fresh(&scratch.join("unpacked"))?;
    match package.origin {
        Origin::Npm => output(
            Command::new("tar")
                .current_dir(&unpacked)
                .arg("xzf")
                .arg(&archive),
        )?,
        Origin::PyPi => output(
            Command::new("python3")
                .args(["-m", "zipfile", "-e"])
                .args([&archive, &unpacked]),
        )?,
    };
    Ok(unpacked)
}

/// Copies what the table asks for, and writes LICENSE, VERSION and SHA256SUMS beside it.
fn place(package: &Package, unpacked: &Path, folder: &Path) -> Result<usize> {
    let mut files = BTreeMap::from([
        ("LICENSE".to_owned(), package.licence_text().into_bytes()),
        (
            "VERSION".to_owned(),
            format!("{}\n", package.version).into_bytes(),
        ),
    ]);
    for pick in package.picks {
        let before = files.len();
        gather(pick, unpacked, &mut files)?;
        if files.len() == before {
            bail!("{} holds nothing for {pick:?}", package.archive);
        }
    }
    for (path, bytes) in &files {
        let target = folder.join(path);
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(&target, bytes)
            .with_context(|| format!("cannot write {}", target.display()))?;
    }
    let paths: Vec<String> = files.into_keys().collect();
    std::fs::write(
        folder.join("SHA256SUMS"),
        checksums::of_files(folder, &paths)?,
    )?;
    Ok(paths.len() + 1)
}

/// Adds the files that one pick names to `files`, under the names they get here.
fn gather(pick: &Pick, unpacked: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
    let read = |path: &Path| {
        std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
    };
    match *pick {
        Pick::File { from, to } => {
            files.insert(to.to_owned(), read(&unpacked.join(from))?);
        }
        Pick::Named { from, to, names } => {
            for name in names {
                files.insert(
                    format!("{to}/{name}"),
                    read(&unpacked.join(from).join(name))?,
                );
            }
        }
        Pick::Tree { from, to, suffix } => {
            let base = unpacked.join(from);
            for path in below(&base)? {
                let name = path.strip_prefix(&base)?.to_string_lossy().into_owned();
                if name.ends_with(suffix) {
                    files.insert(format!("{to}/{name}"), read(&path)?);
                }
            }
        }
        Pick::FixtureOfEach { from, to } => {
            for entry in std::fs::read_dir(unpacked.join(from))? {
                let entry = entry?;
                let path = entry.path().join("fixtures.json");
                if path.is_file() {
                    files.insert(
                        format!("{to}/{}.json", entry.file_name().to_string_lossy()),
                        read(&path)?,
                    );
                }
            }
        }
    }
    Ok(())
}

/// Every file below a folder.
fn below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in
        std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?
    {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(below(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}
