//! Puts contents in their places: small ones with the row, large ones as blobs.

use intake::Kept;
use model::Hash;
use store::blob::{NotSealed, SealedBlob};
use store::platform::AttachmentBytes;

/// A content in its place.
pub(crate) struct Placed {
    /// SHA-256 of the bytes.
    pub(crate) hash: Hash,
    /// Where they are.
    pub(crate) bytes: AttachmentBytes,
    /// Keeps a blob from being reclaimed until its row is committed.
    pub(crate) pin: Option<SealedBlob>,
}

/// Makes a content durable, for a message that is about to be accepted.
async fn one(kept: Kept) -> Result<Placed, NotSealed> {
    match kept {
        Kept::Inline(bytes) => Ok(Placed {
            hash: Hash::of(&bytes),
            bytes: AttachmentBytes::Inline(bytes),
            pin: None,
        }),
        Kept::Large(writer) => {
            let sealed = writer.seal().await?;
            Ok(Placed {
                hash: sealed.hash,
                bytes: AttachmentBytes::Blob,
                pin: Some(sealed),
            })
        }
    }
}

/// Puts several contents in their places at once, so that they share the disk's syncs. Every one is tried:
/// what got its place is told even if another one failed.
pub(crate) async fn all(
    contents: impl IntoIterator<Item = Kept>,
) -> Vec<Result<Placed, NotSealed>> {
    futures_util::future::join_all(contents.into_iter().map(one)).await
}
