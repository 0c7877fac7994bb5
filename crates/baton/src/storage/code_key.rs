//! The key of the hash of access codes: every node that exchanges a code needs the one it was made with.

use super::beside::Beside;
use crate::exit::usage;
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

/// The key that nodes share, made when missing. Of several who make it at once, one wins.
pub(super) async fn kept(place: &Beside<'_>) -> anyhow::Result<Secret> {
    put(place, &make()).await
}

/// The key that nodes share, if there is one.
pub(super) async fn if_any(place: &Beside<'_>) -> anyhow::Result<Option<Secret>> {
    let found = place.read(FILE).await?;
    found.map(|bytes| read(&bytes, place)).transpose()
}

/// Puts a key there, unless there is one; the key that stands there from now on.
pub(super) async fn put(place: &Beside<'_>, key: &Secret) -> anyhow::Result<Secret> {
    read(&place.put(FILE, key.reveal().as_bytes()).await?, place)
}

fn read(bytes: &[u8], place: &Beside<'_>) -> anyhow::Result<Secret> {
    check(&String::from_utf8_lossy(bytes), &place.shown(FILE))
}

/// A new key.
fn make() -> Secret {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    Secret::new(model::entropy::text(&OsEntropy, alphabet, LENGTH))
}

/// Takes a key's text, or says that it is none.
fn check(text: &str, place: &str) -> anyhow::Result<Secret> {
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

    #[tokio::test]
    async fn a_folder_has_one_key_however_many_ask() {
        let folder = std::env::temp_dir().join(format!("baton-key-{}", std::process::id()));
        private_file::make_dir(&folder).unwrap();
        let place = Beside::Folder(&folder);
        let first = kept(&place).await.unwrap();
        assert_eq!(first.reveal().len(), LENGTH);
        assert!(first == kept(&place).await.unwrap());
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
