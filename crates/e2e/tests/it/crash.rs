//! What was tried to lose a message, or to file one twice: kills, a full disk, a slow one, damaged files.

pub(crate) mod chance;
mod clock_jumps;
pub(crate) mod count;
mod damage;
mod disk_errors;
mod disk_full;
pub(crate) mod follower;
mod gateway;
mod kills;
mod leftovers;
mod links;
pub(crate) mod parcel;
pub(crate) mod senders;
mod setting;
mod slow_disk;
mod small_disk;
mod story;
pub(crate) mod three;
mod walk;

use std::path::{Path, PathBuf};

/// All files in a folder and its folders, but for the mark that says whose blobs these are. What goes away meanwhile is left out.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_in(&path));
        } else if !path.ends_with("blobs/owner") {
            found.push(path);
        }
    }
    found
}
