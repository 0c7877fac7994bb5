//! Puts contents where they stay: small ones in memory for the row, large ones in a blob.

use super::content::Action;
use bytes::Bytes;
use model::Hash;
use std::sync::Arc;
use store::blob::{BlobError, BlobWriter, Blobs, SealedBlob};
use store::platform::AttachmentBytes;

/// Contents up to so many bytes live in the row, larger ones in a blob.
pub(crate) const INLINE_MAX: usize = 16 * 1024;

/// A content that came through whole.
pub(crate) enum Kept {
    /// For the row.
    Inline(Bytes),
    /// Written, not yet in place: dropped, it leaves nothing behind.
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
    pub(crate) async fn place(self) -> Result<Placed, BlobError> {
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

enum Present {
    Small(Vec<u8>),
    Large(Box<dyn BlobWriter>),
}

/// Follows the actions of one request's contents.
pub(crate) struct Keeper {
    blobs: Arc<dyn Blobs>,
    present: Option<Present>,
    /// By the contents' numbers; `None` for a broken one.
    kept: Vec<Option<Kept>>,
}

impl Keeper {
    pub(crate) fn new(blobs: Arc<dyn Blobs>) -> Self {
        Self {
            blobs,
            present: None,
            kept: Vec::new(),
        }
    }

    pub(crate) async fn follow(&mut self, actions: Vec<Action>) -> Result<(), BlobError> {
        for action in actions {
            match action {
                Action::Begin => self.present = Some(Present::Small(Vec::new())),
                Action::Bytes(bytes) => self.bytes(&bytes).await?,
                Action::Abandon => {
                    self.present = None;
                    self.kept.push(None);
                }
                Action::End => {
                    let kept = self.present.take().map(|present| match present {
                        Present::Small(bytes) => Kept::Inline(Bytes::from(bytes)),
                        Present::Large(writer) => Kept::Large(writer),
                    });
                    self.kept.push(kept);
                }
            }
        }
        Ok(())
    }

    async fn bytes(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        match self.present.take() {
            Some(Present::Small(mut before)) if before.len() + bytes.len() <= INLINE_MAX => {
                before.extend_from_slice(bytes);
                self.present = Some(Present::Small(before));
            }
            Some(Present::Small(before)) => {
                let mut writer = self.blobs.begin().await?;
                writer.write(&before).await?;
                writer.write(bytes).await?;
                self.present = Some(Present::Large(writer));
            }
            Some(Present::Large(mut writer)) => {
                writer.write(bytes).await?;
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
