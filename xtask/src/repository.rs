//! The work tree: where it is, which files it has, and what cargo says of its crates.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// A work tree and the files in it that are, or are about to be, under version control.
#[derive(Debug)]
pub(crate) struct Repository {
    root: PathBuf,
    files: Vec<String>,
}

impl Repository {
    /// The work tree that this program was built in.
    pub(crate) fn here() -> Result<Self> {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = own
            .parent()
            .context("xtask stands at the top of no work tree")?;
        Self::at(root)
    }

    /// The work tree at `root`. Files that git ignores are not part of it.
    fn at(root: &Path) -> Result<Self> {
        let listing = output(Command::new("git").current_dir(root).args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]))?;
        let mut files: Vec<String> = listing
            .split('\0')
            .filter(|name| !name.is_empty() && root.join(name).is_file())
            .map(str::to_owned)
            .collect();
        files.sort();
        files.dedup();
        Ok(Self {
            root: root.to_path_buf(),
            files,
        })
    }

    /// The top of the work tree.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Every file, as a path from the root with forward slashes, sorted.
    pub(crate) fn files(&self) -> &[String] {
        &self.files
    }

    /// The text of one file; `None` if it is not there or not UTF-8 text.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let bytes = std::fs::read(self.root.join(name)).ok()?;
        if bytes.contains(&0) {
            return None;
        }
        String::from_utf8(bytes).ok()
    }
}

/// Runs a program to its end and gives what it printed; a failure carries what it said about it.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let done = command
        .output()
        .with_context(|| format!("{name} could not be started; is it installed?"))?;
    if !done.status.success() {
        bail!(
            "{name} failed ({}): {}",
            done.status,
            String::from_utf8_lossy(&done.stderr).trim()
        );
    }
    String::from_utf8(done.stdout)
        .with_context(|| format!("{name} printed something that is not text"))
}
