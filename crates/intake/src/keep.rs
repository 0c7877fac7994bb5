//! Hands contents on as they come: small ones stay in memory, large ones go to a writer.

use crate::content::Action;
use async_trait::async_trait;
use bytes::Bytes;
use std::sync::Arc;
use store::blob::{BlobError, BlobWriter, NotSealed, SealedBlob};

/// Begins the writer of one content. What it wrote must leave nothing behind when it is dropped before
/// [`BlobWriter::seal`].
pub type Begin = Arc<dyn Fn() -> Box<dyn BlobWriter> + Send + Sync>;

/// Writers that keep nothing, for a request that is only looked at. They cannot be sealed.
pub fn nowhere() -> Begin {
    Arc::new(|| Box::new(Nowhere))
}

struct Nowhere;

#[async_trait]
impl BlobWriter for Nowhere {
    async fn write(&mut self, _: Bytes) -> Result<(), BlobError> {
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), BlobError> {
        Ok(())
    }

    async fn seal(self: Box<Self>) -> Result<SealedBlob, NotSealed> {
        let error = BlobError::Io {
            doing: "sealing what was not kept",
            source: std::io::ErrorKind::Unsupported.into(),
        };
        Err(error.into())
    }
}

/// A content that came through whole.
pub enum Kept {
    /// In memory, for the row.
    Inline(Bytes),
    /// On its way to stable storage, not yet in place: dropped, it leaves nothing behind.
    Large(Box<dyn BlobWriter>),
}

enum Present {
    Small(Vec<u8>),
    Large(Box<dyn BlobWriter>),
}

/// Follows the actions of one request's contents.
pub(crate) struct Keeper {
    begin: Begin,
    /// Contents up to so many bytes stay in memory, larger ones go to a writer.
    inline_max: usize,
    present: Option<Present>,
    /// By the contents' numbers; `None` for a broken one.
    kept: Vec<Option<Kept>>,
}

impl Keeper {
    pub(crate) fn new(begin: &Begin, inline_max: usize) -> Self {
        Self {
            begin: Arc::clone(begin),
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
                let mut writer = (self.begin)();
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
