//! Where the programs are: what `BATON_BIN` and `BATON_TOOLBAR_BIN` name, or built once for a whole test run.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The `baton` executable.
pub(crate) fn baton() -> &'static Path {
    static PLACE: OnceLock<PathBuf> = OnceLock::new();
    PLACE.get_or_init(|| place("BATON_BIN", "baton", "baton"))
}

/// The `baton-toolbar` executable, the practice's window.
pub(crate) fn window() -> &'static Path {
    static PLACE: OnceLock<PathBuf> = OnceLock::new();
    PLACE.get_or_init(|| place("BATON_TOOLBAR_BIN", "desktop", "baton-toolbar"))
}

/// The repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn place(named: &str, package: &str, program: &str) -> PathBuf {
    match std::env::var_os(named) {
        Some(named) => PathBuf::from(named),
        None => built(package, program),
    }
}

/// Builds it in this test's own profile. Tests are processes of their own under nextest, so that the first
/// of a run leaves a mark and the others find it.
fn built(package: &str, program: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let lock = File::create(folder.join("e2e-build.lock")).unwrap();
    lock.lock().unwrap();
    let run = std::env::var_os("NEXTEST_RUN_ID");
    let mark = folder.join(format!("e2e-built-{package}-for"));
    let done = run
        .as_ref()
        .is_some_and(|run| std::fs::read(&mark).is_ok_and(|read| read == run.as_encoded_bytes()));
    if !done {
        build(package);
        if let Some(run) = run {
            std::fs::write(&mark, run.as_encoded_bytes()).unwrap();
        }
    }
    // The test is target/PROFILE/deps/it-…
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().unwrap().parent().unwrap();
    profile.join(program)
}

fn build(package: &str) {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--package", package, "--quiet"]);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let status = command.current_dir(repository()).status().unwrap();
    assert!(status.success(), "{package} does not build");
}
