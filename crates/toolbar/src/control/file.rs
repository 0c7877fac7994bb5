//! `control.json`: where a running toolbar listens, and the secret that it wants.

use httpkit::private_file;
use model::Secret;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::Path;

/// Its name in the data directory.
pub const CONTROL_FILE: &str = "control.json";

/// What stands in it.
pub(super) struct Control {
    pub(super) url: String,
    pub(super) secret: Secret,
}

#[derive(Serialize, Deserialize)]
struct Written {
    url: String,
    secret: String,
}

pub(super) fn write(dir: &Path, control: &Control) -> io::Result<()> {
    let written = Written {
        url: control.url.clone(),
        secret: control.secret.reveal().to_owned(),
    };
    private_file::make_dir(dir)?;
    private_file::write(dir, CONTROL_FILE, &serde_json::to_vec(&written)?)
}

/// `None` if there is none; an error if it isn't what it should be.
pub(super) fn read(dir: &Path) -> io::Result<Option<Control>> {
    let Some(bytes) = private_file::read(dir, CONTROL_FILE)? else {
        return Ok(None);
    };
    let written: Written =
        serde_json::from_slice(&bytes).map_err(|_| io::ErrorKind::InvalidData)?;
    Ok(Some(Control {
        url: written.url,
        secret: Secret::new(written.secret),
    }))
}

/// Removes the file if it is still ours: a newer toolbar may have written its own.
pub(super) fn remove(dir: &Path, url: &str) {
    if let Ok(Some(control)) = read(dir)
        && control.url == url
    {
        // A file that stays leads to a closed port, which its reader says.
        let _ = private_file::remove(dir, CONTROL_FILE);
    }
}
