//! What every row is handed: the executable, folders, and how long to measure.

use crate::baton::Baton;
use crate::progress::Progress;
use anyhow::{Result, bail};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// The run's surroundings.
pub(crate) struct Bench {
    pub(crate) baton: Baton,
    pub(crate) quick: bool,
    pub(crate) progress: Progress,
    out: PathBuf,
    work: TempDir,
    /// Held to the end of the run.
    _lock: File,
}

/// How the folders begin that go with a run.
const WORK: &str = "work-";

/// Removes what runs left that were broken off.
fn clear(out: &Path) -> Result<()> {
    for entry in std::fs::read_dir(out)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(WORK) {
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

impl Bench {
    /// Surroundings that write to `out` only.
    ///
    /// # Errors
    /// When another run writes there, or the folder cannot be made.
    pub(crate) fn new(baton: Baton, quick: bool, out: PathBuf, progress: Progress) -> Result<Self> {
        std::fs::create_dir_all(&out)?;
        let lock = File::create(out.join("lock"))?;
        if lock.try_lock().is_err() {
            bail!(
                "another run writes to `{}`; two at once measure each other",
                out.display()
            );
        }
        clear(&out)?;
        let work = tempfile::Builder::new().prefix(WORK).tempdir_in(&out)?;
        Ok(Self {
            baton,
            quick,
            progress,
            out,
            work,
            _lock: lock,
        })
    }

    /// Where results go.
    pub(crate) fn out(&self) -> &Path {
        &self.out
    }

    /// A folder for what goes with this run. Limits and platforms write below it, on one file system.
    pub(crate) fn work(&self) -> &Path {
        self.work.path()
    }

    /// A new folder for one row group; it goes when dropped.
    pub(crate) fn folder(&self, name: &str) -> Result<TempDir> {
        let made = tempfile::Builder::new()
            .prefix(name)
            .tempdir_in(self.work());
        Ok(made?)
    }

    /// How long one side of a round is measured.
    pub(crate) fn time(&self, seconds: f64) -> Duration {
        Duration::from_secs_f64(if self.quick { seconds / 3.0 } else { seconds })
    }

    /// The rounds of a group, telling how far it is.
    pub(crate) fn each_round(&self, name: &str) -> impl Iterator<Item = usize> {
        let rounds = if self.quick { 3 } else { 5 };
        (1..=rounds).inspect(move |round| {
            self.progress
                .step(&format!("{name}: round {round} of {rounds}"));
        })
    }
}
