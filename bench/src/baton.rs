//! The executable that is measured: found or built, and its commands.

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the executable is.
#[derive(Clone)]
pub(crate) struct Baton(PathBuf);

impl Baton {
    /// The one that was named, or the release build beside this program, brought up to date first.
    ///
    /// # Errors
    /// When there is none, or it does not build.
    pub(crate) fn find(named: Option<PathBuf>) -> Result<Self> {
        if let Some(named) = named {
            if !named.is_file() {
                bail!("there is no executable at `{}`", named.display());
            }
            return Ok(Self(named.canonicalize()?));
        }
        if cfg!(debug_assertions) {
            bail!("figures of a debug build say nothing: run `cargo run --release -p bench`");
        }
        let this = std::env::current_exe()?;
        let beside = this.parent().context("this program has no folder")?;
        let built = Command::new("cargo")
            .args(["build", "--release", "--quiet", "--package", "baton"])
            .current_dir(repository())
            .stdin(Stdio::null())
            .status()
            .context("cannot run cargo to build baton; name an executable with --baton")?;
        if !built.success() {
            bail!("baton does not build");
        }
        let executable = beside.join("baton");
        if !executable.is_file() {
            bail!("there is no `{}`", executable.display());
        }
        Ok(Self(executable))
    }

    /// Its file.
    pub(crate) fn file(&self) -> &Path {
        &self.0
    }

    /// A command that has no standard input.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.0);
        command.stdin(Stdio::null()).env_remove("BATON_LOG");
        command
    }

    /// Runs an operator's command on a platform's data (see [`Server::storage`]); what it said.
    ///
    /// [`Server::storage`]: crate::process::Server::storage
    pub(crate) fn operate(&self, storage: &[OsString], words: &[&str]) -> Result<Value> {
        self.operate_part("platform", storage, words)
    }

    /// The same on a gateway's data.
    pub(crate) fn operate_gateway(&self, storage: &[OsString], words: &[&str]) -> Result<Value> {
        self.operate_part("gateway", storage, words)
    }

    fn operate_part(&self, part: &str, storage: &[OsString], words: &[&str]) -> Result<Value> {
        let output = self
            .command()
            .arg(part)
            .args(words)
            .arg("--json")
            .args(storage)
            .output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("baton {part} {}: {}", words.join(" "), said.trim());
        }
        serde_json::from_slice(&output.stdout)
            .ok()
            .with_context(|| format!("baton {part} {} printed no JSON", words.join(" ")))
    }

    /// Its size in bytes, and what it says of itself.
    pub(crate) fn describe(&self) -> Result<(usize, String)> {
        let bytes = std::fs::read(&self.0)?;
        let output = self.command().arg("--version").output()?;
        let mut said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        // The name of the section that stripping takes out.
        if memchr::memmem::find(&bytes, b"\0.symtab\0").is_some() {
            said.push_str(", measured with its symbols");
        }
        Ok((bytes.len(), said))
    }
}

/// The repository that this program was built from.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
