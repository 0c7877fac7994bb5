//! One window a data folder; the toolbar itself keeps every other program off it.

use crate::exit::failed;
use std::path::Path;
use toolbar::pc::Lock;

/// Takes the folder, which is made if it is missing; `None` when another window has it.
///
/// # Errors
/// The file system refuses.
pub(crate) fn take(folder: &Path) -> anyhow::Result<Option<Lock>> {
    Lock::take(folder, "window.lock").map_err(|error| {
        failed(format!(
            "can't use the folder {}: {error}",
            folder.display()
        ))
    })
}
