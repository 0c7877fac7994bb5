//! Files that are on stable storage when a call returns. Their rights are the folder's: the record system, which may
//! be another user, has to read them.

use super::MAX_CURRENT_USER;
pub(super) use httpkit::private_file::sync_dir;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

/// Makes a folder, if it is missing.
pub(super) fn make_dir(dir: &Path) -> io::Result<()> {
    match fs::create_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        made => made?,
    }
    dir.parent().map_or(Ok(()), sync_dir)
}

/// Removes a file, or a folder with all that is in it, if it is there. A link goes, not what it leads to.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Writes a file that was not there.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::options().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Writes a file in place of what was there.
pub(super) fn replace(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let beside = dir.join(format!(".{name}.new"));
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, dir.join(name))?;
    sync_dir(dir)
}

/// What stands in the file of the current user; `None` without one. Without the folder, nobody knows.
pub(super) fn current_user(folder: &Path, file: &Path) -> io::Result<Option<Vec<u8>>> {
    if !folder.is_dir() {
        return Err(io::ErrorKind::NotFound.into());
    }
    let file = match File::open(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut text = Vec::new();
    file.take(MAX_CURRENT_USER).read_to_end(&mut text)?;
    Ok(Some(text))
}
