//! Where the program is: what `BATON_BIN` names, or built once for a whole test run.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The `baton` executable.
pub(crate) fn baton() -> &'static Path {
    static PLACE: OnceLock<PathBuf> = OnceLock::new();
    PLACE.get_or_init(|| match std::env::var_os("BATON_BIN") {
        Some(named) => PathBuf::from(named),
        None => built(),
    })
}

/// The repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Builds it in this test's own profile. Tests are processes of their own under nextest, so that the first
/// of a run leaves a mark and the others find it.
fn built() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let lock = File::create(folder.join("e2e-build.lock")).unwrap();
    lock.lock().unwrap();
    let run = std::env::var_os("NEXTEST_RUN_ID");
    let mark = folder.join("e2e-built-for");
    let done = run
        .as_ref()
        .is_some_and(|run| std::fs::read(&mark).is_ok_and(|read| read == run.as_encoded_bytes()));
    if !done {
        build();
        if let Some(run) = run {
            std::fs::write(&mark, run.as_encoded_bytes()).unwrap();
        }
    }
    // The test is target/PROFILE/deps/it-…
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().unwrap().parent().unwrap();
    profile.join("baton")
}

fn build() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--package", "baton", "--quiet"]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let status = command.current_dir(repository()).status().unwrap();
    assert!(status.success(), "baton does not build");
}
