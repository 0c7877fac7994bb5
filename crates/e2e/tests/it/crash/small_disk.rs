//! A file system of a few MiB that fills up: mounted by root, or by anybody in a name space of their own.

use crate::world::executable;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Set in a test that runs again in a name space.
const IN_NAME_SPACE: &str = "BATON_CRASH_NAME_SPACE";

/// A small file system. It is unmounted with this value, also when a test fails.
pub(crate) struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    /// One of so many MiB for the test of this name. `None` where the test has run elsewhere, with a disk,
    /// or where this machine allows none; both are said on standard output.
    pub(crate) fn of(mebibytes: u32, test: &str) -> Option<Self> {
        let folder = tempfile::Builder::new()
            .prefix("baton-small-")
            .tempdir()
            .unwrap();
        let size = format!("size={mebibytes}m,mode=0700");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]);
        if quiet(mount.arg(folder.path())) {
            return Some(Self { folder });
        }
        let again = std::env::var_os(IN_NAME_SPACE).is_some();
        if again || !quiet(in_name_space().arg("true")) {
            println!("SKIPPED: this machine lets this user mount no small file system");
            return None;
        }
        println!("{test} runs in a name space of its own");
        let status = in_name_space()
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(IN_NAME_SPACE, "1")
            .env("BATON_BIN", executable::baton())
            .status();
        assert!(status.unwrap().success(), "failed in a name space: {test}");
        None
    }

    /// Where it is.
    pub(crate) fn place(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of so many bytes, to be deleted when room is to be made.
    pub(crate) fn ballast(&self, size: usize) -> PathBuf {
        let path = self.place().join("ballast");
        std::fs::write(&path, vec![0x5A; size]).unwrap();
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a process that was killed may be going still.
        let ended = quiet(Command::new("umount").arg("-l").arg(self.place()));
        let place = self.place().display();
        assert!(ended || std::thread::panicking(), "still mounted: {place}");
    }
}

/// Runs what follows where this user may mount what nobody else sees.
fn in_name_space() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount"]);
    command
}

fn quiet(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null());
    let status = command.stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
