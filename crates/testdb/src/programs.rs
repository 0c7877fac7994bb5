//! Where the programs of a PostgreSQL are, and as whom they run.

use crate::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest one that the product supports.
const OLDEST: u32 = 15;
const MEND: &str = "apt-get install postgresql (15 or later)";
/// Where Debian keeps them, a folder for each major version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// A PostgreSQL that is installed.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    folder: PathBuf,
    /// User and group of its processes, where we are root: it refuses to run as root.
    pub(crate) owner: Option<(u32, u32)>,
}

impl Programs {
    /// The newest of Debian's that is not too old, or else the one in `PATH`.
    pub(crate) fn find() -> Result<Self> {
        let missing = |program: &str| Error::Missing {
            program: program.to_owned(),
            mend: MEND,
        };
        let folder = of_debian()
            .or_else(in_path)
            .ok_or_else(|| missing("initdb"))?;
        for program in ["initdb", "postgres", "pg_basebackup", "psql"] {
            if !folder.join(program).is_file() {
                return Err(missing(program));
            }
        }
        let owner = if rustix::process::geteuid().is_root() {
            let owner = user("postgres").ok_or_else(|| missing("the user postgres"))?;
            Some(owner)
        } else {
            None
        };
        Ok(Self { folder, owner })
    }

    /// A command of one of them.
    pub(crate) fn command(&self, program: &str, dies_by: &str) -> Command {
        command(&self.folder.join(program), self.owner, dies_by)
    }
}

/// A command that ends with this process, by that signal, and runs as that user.
pub(crate) fn command(program: &Path, owner: Option<(u32, u32)>, dies_by: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", dies_by]);
    if let Some((user, group)) = owner {
        command
            .arg(format!("--reuid={user}"))
            .arg(format!("--regid={group}"))
            .arg("--clear-groups");
    }
    command.arg("--").arg(program);
    command
}

/// The first file of this name in the folders of `PATH`.
pub(crate) fn in_path_named(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|program| program.is_file())
}

fn of_debian() -> Option<PathBuf> {
    let versions = std::fs::read_dir(DEBIAN).ok()?;
    let version = |name: std::ffi::OsString| name.to_str()?.parse::<u32>().ok();
    let newest = versions
        .flatten()
        .filter_map(|entry| version(entry.file_name()))
        .filter(|&version| {
            let folder = Path::new(DEBIAN).join(version.to_string());
            version >= OLDEST && folder.join("bin/initdb").is_file()
        })
        .max()?;
    Some(Path::new(DEBIAN).join(newest.to_string()).join("bin"))
}

fn in_path() -> Option<PathBuf> {
    let initdb = in_path_named("initdb")?;
    let said = Command::new(&initdb).arg("--version").output().ok()?;
    // initdb (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
    let said = String::from_utf8(said.stdout).ok()?;
    let version = said.split(") ").nth(1)?;
    let digits = version
        .split(|letter: char| !letter.is_ascii_digit())
        .next()?;
    let version: u32 = digits.parse().ok()?;
    let folder = initdb.canonicalize().ok()?.parent()?.to_owned();
    (version >= OLDEST).then_some(folder)
}

fn user(name: &str) -> Option<(u32, u32)> {
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    users.lines().find_map(|line| {
        let mut parts = line.split(':');
        if parts.next() != Some(name) {
            return None;
        }
        let user = parts.nth(1)?.parse().ok()?;
        let group = parts.next()?.parse().ok()?;
        Some((user, group))
    })
}
