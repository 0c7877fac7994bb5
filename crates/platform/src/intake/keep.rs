//! Puts contents where they stay: small ones in memory for the row, large ones in a blob.

use super::content::Action;
use bytes::Bytes;
use model::Hash;
use std::sync::Arc;
use store::blob::{BlobError, BlobWriter, Blobs, NotSealed, SealedBlob};
use store::platform::AttachmentBytes;

/// A content that came through whole.
pub(crate) enum Kept {
    /// For the row.
    Inline(Bytes),
    /// On its way to the disk, not yet in place: dropped, it leaves nothing behind.
    Large(Box<dyn BlobWriter>),
}

/// A content in its place.
pub(crate) struct Placed {
    /// SHA-256 of the bytes.
    pub(crate) hash: Hash,
    /// Where they are.
    pub(crate) bytes: AttachmentBytes,
    /// Keeps a blob from being reclaimed until its row is committed.
    pub(crate) pin: Option<SealedBlob>,
}

impl Kept {
    /// Makes the content durable, for a message that is about to be accepted.
    pub(crate) async fn place(self) -> Result<Placed, NotSealed> {
        match self {
            Self::Inline(bytes) => Ok(Placed {
                hash: Hash::of(&bytes),
                bytes: AttachmentBytes::Inline(bytes),
                pin: None,
            }),
            Self::Large(writer) => {
                let sealed = writer.seal().await?;
                Ok(Placed {
                    hash: sealed.hash,
                    bytes: AttachmentBytes::Blob,
                    pin: Some(sealed),
                })
            }
        }
    }
}

/// Puts several contents in their places at once, so that they share the disk's syncs. Every one is tried:
/// what got its place is told even if another one failed.
pub(crate) async fn place_all(
    contents: impl IntoIterator<Item = Kept>,
) -> Vec<Result<Placed, NotSealed>> {
    futures_util::future::join_all(contents.into_iter().map(Kept::place)).await
}

enum Present {
    Small(Vec<u8>),
    Large(Box<dyn BlobWriter>),
}

/// Follows the actions of one request's contents.
pub(crate) struct Keeper {
    blobs: Arc<dyn Blobs>,
    /// Contents up to so many bytes live in the row, larger ones in a blob.
    inline_max: usize,
    present: Option<Present>,
    /// By the contents' numbers; `None` for a broken one.
    kept: Vec<Option<Kept>>,
}

impl Keeper {
    pub(crate) fn new(blobs: Arc<dyn Blobs>, inline_max: usize) -> Self {
        Self {
            blobs,
            inline_max,
            present: None,
            kept: Vec::new(),
        }
    }

    pub(crate) async fn follow(&mut self, actions: Vec<Action>) -> Result<(), BlobError> {
        for action in actions {
            match action {
                Action::Begin => self.present = Some(Present::Small(Vec::new())),
                Action::Bytes(bytes) => self.bytes(bytes).await?,
                Action::Abandon => {
                    self.present = None;
                    self.kept.push(None);
                }
                Action::End => {
                    let kept = match self.present.take() {
                        None => None,
                        Some(Present::Small(bytes)) => Some(Kept::Inline(Bytes::from(bytes))),
                        Some(Present::Large(mut writer)) => {
                            writer.finish().await?;
                            Some(Kept::Large(writer))
                        }
                    };
                    self.kept.push(kept);
                }
            }
        }
        Ok(())
    }

    async fn bytes(&mut self, bytes: Vec<u8>) -> Result<(), BlobError> {
        match self.present.take() {
            Some(Present::Small(mut before)) if before.len() + bytes.len() <= self.inline_max => {
                before.extend_from_slice(&bytes);
                self.present = Some(Present::Small(before));
            }
            Some(Present::Small(before)) => {
                let mut writer = self.blobs.begin();
                if !before.is_empty() {
                    writer.write(Bytes::from(before)).await?;
                }
                writer.write(Bytes::from(bytes)).await?;
                self.present = Some(Present::Large(writer));
            }
            Some(Present::Large(mut writer)) => {
                writer.write(Bytes::from(bytes)).await?;
                self.present = Some(Present::Large(writer));
            }
            None => {}
        }
        Ok(())
    }

    /// What was kept, by the contents' numbers.
    pub(crate) fn finish(self) -> Vec<Option<Kept>> {
        self.kept
    }
}
