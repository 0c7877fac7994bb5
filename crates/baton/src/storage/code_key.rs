//! The key of the hash of access codes: every node that exchanges a code needs the one it was made with.

use super::once;
use crate::exit::usage;
use anyhow::Context as _;
use httpkit::entropy::OsEntropy;
use model::Secret;
use std::fs;
use std::path::Path;

/// Its name, in a folder or beside the blobs.
pub(crate) const FILE: &str = "code.key";
/// Characters of a code key: 256 bits.
const LENGTH: usize = 43;

/// The key in a file that an operator looks after. It is never made here: two nodes would each make one.
pub(super) fn given(file: &Path) -> anyhow::Result<Secret> {
    let text = fs::read_to_string(file).map_err(|error| {
        usage(format!(
            "`{}` cannot be read ({error}); make it once, for all nodes: openssl rand -base64 33 > FILE",
            file.display()
        ))
    })?;
    check(&text, &file.display().to_string())
}

/// The key in a folder, made when missing. Of several who make it at once, one wins.
pub(super) fn in_folder(folder: &Path) -> anyhow::Result<Secret> {
    if let Some(key) = if_any(folder)? {
        return Ok(key);
    }
    put(folder, &make())?;
    if_any(folder)?.context("the code key was removed just now")
}

/// The key in a folder.
pub(super) fn if_any(folder: &Path) -> anyhow::Result<Option<Secret>> {
    let shown = folder.join(FILE).display().to_string();
    once::read(folder, FILE)?
        .map(|bytes| check(&String::from_utf8_lossy(&bytes), &shown))
        .transpose()
}

/// Puts a key in a folder, unless there is one.
pub(super) fn put(folder: &Path, key: &Secret) -> anyhow::Result<()> {
    once::put(folder, FILE, key.reveal().as_bytes())
}

/// A new key.
pub(super) fn make() -> Secret {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    Secret::new(model::entropy::text(&OsEntropy, alphabet, LENGTH))
}

/// Takes a key's text, or says that it is none.
pub(super) fn check(text: &str, place: &str) -> anyhow::Result<Secret> {
    let text = text.trim();
    anyhow::ensure!(
        text.len() >= LENGTH,
        "`{place}` is too short to be a key; remove it to have a new one made"
    );
    Ok(Secret::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use httpkit::private_file;

    #[test]
    fn a_folder_has_one_key_however_many_ask() {
        let folder = std::env::temp_dir().join(format!("baton-key-{}", std::process::id()));
        private_file::make_dir(&folder).unwrap();
        let first = in_folder(&folder).unwrap();
        assert_eq!(first.reveal().len(), LENGTH);
        assert!(first == in_folder(&folder).unwrap());
        assert!(first == given(&folder.join(FILE)).unwrap());
        assert_eq!(
            fs::read_dir(&folder).unwrap().count(),
            1,
            "nothing beside it"
        );
        fs::remove_dir_all(&folder).unwrap();
        assert!(given(&folder.join(FILE)).is_err());
    }
}
