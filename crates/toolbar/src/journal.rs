//! Which messages may be in the record without the platform knowing: one small file for each, so that a
//! toolbar that died between writing and telling finds out what became of them.

use faultpoint::Point;
use httpkit::private_file;
use std::io;
use std::path::{Path, PathBuf};

/// The folder of the entries, in the data directory.
const FOLDER: &str = "importing";

/// The journal of a toolbar.
#[derive(Clone)]
pub(crate) struct Journal {
    folder: PathBuf,
}

impl Journal {
    pub(crate) fn new(data_dir: &Path) -> Self {
        let folder = data_dir.join(FOLDER);
        Self { folder }
    }

    /// Notes that a message is about to be written for `spine_user_id`; on stable storage when this returns.
    pub(crate) async fn note(&self, message_ref: &str, spine_user_id: &str) -> io::Result<()> {
        if !is_word(message_ref) {
            return Err(io::ErrorKind::InvalidFilename.into());
        }
        let (name, user) = (message_ref.to_owned(), spine_user_id.to_owned());
        self.blocking(move |folder| {
            private_file::make_dir(folder)?;
            faultpoint::disk(Point::JournalNote)?;
            private_file::write(folder, &name, user.as_bytes())?;
            faultpoint::disk(Point::JournalNoted)
        })
        .await
    }

    /// For whom a message was about to be written, if it is noted. After an error nobody knows, and it must be
    /// taken for noted.
    pub(crate) async fn noted(&self, message_ref: &str) -> io::Result<Option<String>> {
        if !is_word(message_ref) {
            return Ok(None);
        }
        let name = message_ref.to_owned();
        let read = self.blocking(move |folder| private_file::read(folder, &name));
        let user = read.await.inspect_err(|error| {
            tracing::error!(message_ref, %error, "journal entry can't be read");
        })?;
        Ok(user.map(|user| String::from_utf8_lossy(&user).into_owned()))
    }

    /// Removes a message whose fate is known at both ends.
    pub(crate) async fn forget(&self, message_ref: &str) {
        let name = message_ref.to_owned();
        let forgotten = self
            .blocking(move |folder| {
                if folder.join(&name).exists() {
                    faultpoint::disk(Point::JournalForget)?;
                    private_file::remove(folder, &name)?;
                    faultpoint::disk(Point::JournalForgotten)?;
                }
                Ok(())
            })
            .await;
        if let Err(error) = forgotten {
            // It is looked into once more, which does no harm.
            tracing::warn!(message_ref, %error, "journal entry stays");
        }
    }

    /// Every message that is noted.
    pub(crate) async fn all(&self) -> Vec<String> {
        let listed = self
            .blocking(|folder| {
                let entries = match std::fs::read_dir(folder) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                    entries => entries?,
                };
                let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
                Ok(names.filter(|name| is_word(name)).collect())
            })
            .await;
        listed.unwrap_or_else(|error| {
            tracing::warn!(%error, "journal can't be read");
            Vec::new()
        })
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let folder = self.folder.clone();
        tokio::task::spawn_blocking(move || work(&folder))
            .await
            .map_err(io::Error::other)?
    }
}

/// The platform's names are such words; anything else is no file name of ours.
pub(crate) fn is_word(name: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=100).contains(&name.len()) && name.bytes().all(word)
}
