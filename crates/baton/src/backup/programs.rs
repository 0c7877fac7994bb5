//! `pg_dump` and `pg_restore`, which know PostgreSQL better than we ever shall.

use crate::storage::database_url;
use anyhow::Context as _;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;
use store_postgres::Settings;
use tokio::process::Command;

/// Everything of a platform is in this schema.
pub(super) const PLATFORM: &str = "--schema=platform";
/// Everything of a gateway is in this schema.
pub(super) const GATEWAY: &str = "--schema=gateway";
/// So much of what a program says is passed on.
const WORDS: usize = 600;

/// Writes the state that a snapshot shows of a schema into a file.
pub(super) async fn dump(
    settings: &Settings,
    schema: &str,
    snapshot: &str,
    file: &Path,
) -> anyhow::Result<()> {
    // Made before the program would, for its owner only.
    let (folder, name) = (file.parent(), file.file_name().and_then(OsStr::to_str));
    let (Some(folder), Some(name)) = (folder, name) else {
        anyhow::bail!("`{}` is no file", file.display());
    };
    crate::folder::write_private(folder, name, b"")?;
    let mut command = program("pg_dump", settings);
    command
        .args(["--format=custom", schema, "--no-owner", "--no-privileges"])
        .arg(format!("--snapshot={snapshot}"))
        .arg("--file")
        .arg(file);
    run(command, "pg_dump").await?;
    std::fs::File::open(file)
        .and_then(|file| file.sync_all())
        .with_context(|| format!("cannot sync `{}`", file.display()))
}

/// Brings such a file into a database, wholly or not at all.
pub(super) async fn restore(settings: &Settings, file: &Path) -> anyhow::Result<()> {
    let mut command = program("pg_restore", settings);
    command
        .args([
            "--exit-on-error",
            "--single-transaction",
            "--no-owner",
            "--no-privileges",
        ])
        .arg(file);
    run(command, "pg_restore").await
}

/// A program that finds our database. Its password is in its environment, which others cannot list.
fn program(name: &str, settings: &Settings) -> Command {
    let (place, password) = database_url::for_programs(settings);
    let mut command = Command::new(name);
    command
        .arg("--no-password")
        .arg(format!("--dbname={place}"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    if let Some(password) = password {
        command.env("PGPASSWORD", password.reveal());
    }
    command
}

async fn run(mut command: Command, name: &str) -> anyhow::Result<()> {
    let output = command.output().await.with_context(|| {
        format!(
            "`{name}` cannot be started; install PostgreSQL's client programs, of the server's version or a newer one"
        )
    })?;
    if output.status.success() {
        return Ok(());
    }
    // Only the first lines, which say why; later ones may quote rows that did not fit.
    let said = String::from_utf8_lossy(&output.stderr);
    let words: String = said
        .lines()
        .filter(|line| !line.contains("CONTEXT:") && !line.contains("DETAIL:"))
        .take(3)
        .collect::<Vec<_>>()
        .join("; ")
        .chars()
        .take(WORDS)
        .collect();
    anyhow::bail!("{name} failed: {words}")
}
