//! Small files that only their owner may read, and that are whole or not there.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

#[cfg(test)]
mod tests;

/// Makes `dir` and those above it where they are missing, for their owner only; what was made is on stable
/// storage when this returns.
///
/// # Errors
/// What the file system says.
pub fn make_dir(dir: &Path) -> io::Result<()> {
    make(dir, sync_dir)
}

fn make(dir: &Path, mut sync: impl FnMut(&Path) -> io::Result<()>) -> io::Result<()> {
    // A relative path's last ancestor is the empty one: the working directory.
    let missing = |level: &&Path| !level.as_os_str().is_empty() && !level.is_dir();
    let made: Vec<_> = dir.ancestors().take_while(missing).collect();
    if made.is_empty() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(dir)?;
    for above in made.iter().rev().filter_map(|level| level.parent()) {
        sync(if above.as_os_str().is_empty() {
            Path::new(".")
        } else {
            above
        })?;
    }
    Ok(())
}

/// Writes `dir/name`: beside it first, then renamed, both on stable storage when this returns.
///
/// # Errors
/// What the file system says.
pub fn write(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let beside = dir.join(format!(".{name}.new"));
    // Left by a crash, and perhaps readable by more than its owner.
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&beside, dir.join(name))?;
    sync_dir(dir)
}

/// Reads `dir/name`; `None` if there is none.
///
/// # Errors
/// What the file system says.
pub fn read(dir: &Path, name: &str) -> io::Result<Option<Vec<u8>>> {
    match fs::read(dir.join(name)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Removes `dir/name` if it is there.
///
/// # Errors
/// What the file system says.
pub fn remove(dir: &Path, name: &str) -> io::Result<()> {
    match fs::remove_file(dir.join(name)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => sync_dir(dir),
    }
}

/// Puts the names in `dir` on stable storage.
///
/// # Errors
/// What the file system says.
#[cfg(unix)]
pub fn sync_dir(dir: &Path) -> io::Result<()> {
    fs::File::open(dir)?.sync_all()
}

/// Puts the names in `dir` on stable storage, as far as the system can.
///
/// # Errors
/// What the file system says.
#[cfg(not(unix))]
pub fn sync_dir(_dir: &Path) -> io::Result<()> {
    // Elsewhere a directory can't be opened as a file; the rename itself is all there is.
    Ok(())
}
