//! Which messages somebody has open: one small file for each, so that a toolbar that was killed gives them back when
//! it takes its session up again, instead of finding them held by itself until their claims end.

use crate::journal::is_word;
use httpkit::private_file;
use std::io;
use std::path::{Path, PathBuf};

/// The folder of the entries, in the data directory.
const FOLDER: &str = "open";

/// The messages that are open at a toolbar, on its disk. An entry holds a claim's number, which is good for nothing
/// without the session that it was granted to. What can't be kept or read costs no more than the rest of a claim.
#[derive(Clone)]
pub(crate) struct LeftOpen {
    folder: PathBuf,
}

impl LeftOpen {
    pub(crate) fn new(data_dir: &Path) -> Self {
        let folder = data_dir.join(FOLDER);
        Self { folder }
    }

    /// Notes that a message was opened under the claim `fence`.
    pub(super) async fn note(&self, message_ref: &str, fence: u64) {
        let name = message_ref.to_owned();
        let noted = self.blocking(move |folder| {
            if !is_word(&name) {
                return Err(io::ErrorKind::InvalidFilename.into());
            }
            private_file::make_dir(folder)?;
            private_file::write(folder, &name, fence.to_string().as_bytes())
        });
        if let Err(error) = noted.await {
            tracing::warn!(message_ref, %error, "open message not noted");
        }
    }

    /// Removes a message that is about to be decided, or given back.
    pub(super) async fn forget(&self, message_ref: &str) {
        let name = message_ref.to_owned();
        let forgotten = self.blocking(move |folder| {
            if folder.join(&name).exists() {
                private_file::remove(folder, &name)?;
            }
            Ok(())
        });
        if let Err(error) = forgotten.await {
            tracing::warn!(message_ref, %error, "note of an open message stays");
        }
    }

    /// What an earlier run left open, by message and claim. Nothing of it is kept here any more.
    pub(crate) async fn take(&self) -> Vec<(String, u64)> {
        let taken = self.blocking(|folder| {
            let entries = match std::fs::read_dir(folder) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                entries => entries?,
            };
            let mut left = Vec::new();
            for entry in entries {
                let Ok(name) = entry?.file_name().into_string() else {
                    continue;
                };
                let text = private_file::read(folder, &name)?;
                private_file::remove(folder, &name)?;
                let fence = text.and_then(|text| String::from_utf8(text).ok()?.parse().ok());
                if let Some(fence) = fence.filter(|_| is_word(&name)) {
                    left.push((name, fence));
                }
            }
            Ok(left)
        });
        taken.await.unwrap_or_else(|error| {
            tracing::warn!(%error, "notes of open messages can't be read");
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
