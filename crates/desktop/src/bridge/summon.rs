//! A bar can't be reached by Alt+Tab. Whoever starts the program a second time, by a key or from the system's own menu,
//! gets the menu of the one that runs.

use super::Step;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc;

/// The file that is left for the one that runs.
const FILE: &str = "show";
/// It is looked for this often.
const LOOK: Duration = Duration::from_secs(1);

/// Calls the one that runs on `data_dir`.
///
/// # Errors
/// The file system refuses.
pub fn call(data_dir: &Path) -> std::io::Result<()> {
    std::fs::write(data_dir.join(FILE), b"")
}

/// Waits to be called.
pub(super) async fn watch(data_dir: PathBuf, back: mpsc::UnboundedSender<Step>) {
    let file = data_dir.join(FILE);
    // One that was left when nobody ran is old.
    let _ = std::fs::remove_file(&file);
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        look.tick().await;
        let called = std::fs::remove_file(&file).is_ok();
        if called
            && back
                .send(Box::new(|desk| desk.shown.summoned += 1))
                .is_err()
        {
            return;
        }
    }
}
