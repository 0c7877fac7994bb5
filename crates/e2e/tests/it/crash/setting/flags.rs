//! Files that turn faults on for as long as they are there.

use crate::world::wait;
use std::fs;
use std::path::PathBuf;

/// A folder of flags.
pub(crate) struct Flags(tempfile::TempDir);

impl Flags {
    /// None is raised.
    pub(crate) fn new() -> Self {
        Self(super::folder())
    }

    /// `point=action@FILE`, with a flag of the same name.
    pub(crate) fn fault(&self, fault: &str) -> String {
        format!("{fault}@{}", self.place(fault).display())
    }

    fn place(&self, fault: &str) -> PathBuf {
        self.0.path().join(fault)
    }

    /// From now on the fault happens.
    pub(crate) fn raise(&self, fault: &str) {
        fs::write(self.place(fault), "").unwrap();
    }

    /// From now on it does not.
    pub(crate) fn lower(&self, fault: &str) {
        fs::remove_file(self.place(fault)).unwrap();
    }

    /// Waits until so many threads are held.
    pub(crate) async fn held(&self, fault: &str, threads: usize) {
        wait::until("it is held", async || {
            fs::read_to_string(self.place(fault))
                .unwrap()
                .lines()
                .count()
                >= threads
        })
        .await;
    }
}
