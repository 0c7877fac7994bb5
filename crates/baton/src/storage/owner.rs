//! Whose blobs these are: a mark beside them, so that no platform takes another's for left-overs of its own.

use super::Place;
use crate::exit::refused;
use httpkit::entropy::OsEntropy;
use model::PlatformId;
use store::platform::PlatformStore;

#[cfg(test)]
mod tests;

/// Its name, beside the blobs. No blob is called so: each is called by its hash.
pub(super) const FILE: &str = "owner";

/// A name for a platform that has none.
pub(crate) fn new_name() -> PlatformId {
    PlatformId(model::entropy::uuid_v4(&OsEntropy))
}

impl Place {
    /// Refuses when the blobs are another platform's than the database's. Blobs without a mark, new ones or
    /// from before there were marks, are this platform's from now on.
    pub(super) async fn check_owner(&self, store: &PlatformStore) -> anyhow::Result<()> {
        let platform = store.directory.identity(new_name()).await?;
        self.put_owner(platform).await
    }

    /// Marks the blobs as a platform's, or refuses when they are another's.
    pub(crate) async fn put_owner(&self, platform: PlatformId) -> anyhow::Result<()> {
        let mark = format!("{platform}\n");
        let standing = self.beside_blobs()?.put(FILE, mark.as_bytes()).await?;
        if standing.trim_ascii() == platform.to_string().as_bytes() {
            return Ok(());
        }
        Err(refused(format!(
            "the attachments in {} belong to another platform; is --blob-url or the data folder that of \
             another one? Nothing was changed",
            self.blobs.shown()
        )))
    }

    /// Whether the blobs are marked as somebody's.
    pub(crate) async fn has_owner(&self) -> anyhow::Result<bool> {
        Ok(self.beside_blobs()?.read(FILE).await?.is_some())
    }
}
