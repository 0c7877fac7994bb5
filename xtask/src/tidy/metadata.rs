//! What `cargo metadata` says of the workspace and of everything it is built from.

use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::repository::{Repository, output};

/// The packages of the whole build, on every platform.
#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    pub(super) packages: Vec<Package>,
}

/// A crate, ours or another's.
#[derive(Debug, Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    /// An SPDX expression.
    pub(super) license: Option<String>,
    /// Where it was fetched from; nothing for a crate of ours.
    pub(super) source: Option<String>,
    pub(super) dependencies: Vec<Dependency>,
}

/// A line under `[dependencies]`, `[dev-dependencies]` or `[build-dependencies]`.
#[derive(Debug, Deserialize)]
pub(super) struct Dependency {
    pub(super) name: String,
    /// `dev`, `build`, or nothing for an ordinary one.
    pub(super) kind: Option<String>,
    /// The folder of a crate of ours.
    pub(super) path: Option<String>,
}

impl Metadata {
    /// Asks cargo. The first time it may have to fetch manifests of crates that other platforms need.
    pub(super) fn read(repository: &Repository) -> Result<Self> {
        let mut command = Command::new("cargo");
        let command = command.current_dir(repository.root()).args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
        ]);
        serde_json::from_str(&output(command)?).context("cargo metadata answered something unknown")
    }

    /// The crates of the workspace.
    pub(super) fn ours(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| package.source.is_none())
    }

    /// The crates of others.
    pub(super) fn others(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| package.source.is_some())
    }
}

impl Package {
    /// The path of the manifest of a crate of ours.
    pub(super) fn manifest(&self) -> String {
        if self.name == "xtask" {
            "xtask/Cargo.toml".to_owned()
        } else {
            format!("crates/{}/Cargo.toml", self.name)
        }
    }
}
