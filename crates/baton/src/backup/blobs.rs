//! Blobs from one store to another, each checked against its hash on the way.

use bytes::{Bytes, BytesMut};
use model::Hash;
use store::blob::{BlobError, Blobs};

/// So much is read at once: more than any attachment has.
const PIECE: u64 = 8 * 1024 * 1024;
/// So many are on their way at once.
pub(super) const AT_ONCE: usize = 8;

/// Copies a blob and says how many bytes it has. What does not have its hash is not written.
pub(super) async fn copy(from: &dyn Blobs, to: &dyn Blobs, hash: Hash) -> Result<u64, BlobError> {
    let bytes = whole(from, hash).await?;
    let length = bytes.len() as u64;
    if Hash::of(&bytes) != hash {
        return Err(BlobError::Damaged(hash));
    }
    let mut writer = to.begin();
    writer.write(bytes).await?;
    writer.finish().await?;
    let sealed = writer.seal().await.map_err(|fault| fault.error)?;
    if sealed.hash == hash {
        Ok(length)
    } else {
        Err(BlobError::Damaged(hash))
    }
}

async fn whole(from: &dyn Blobs, hash: Hash) -> Result<Bytes, BlobError> {
    let first = from.read(hash, 0, PIECE).await?;
    if (first.len() as u64) < PIECE {
        return Ok(first);
    }
    let mut all = BytesMut::from(first.as_ref());
    loop {
        let next = from.read(hash, all.len() as u64, PIECE).await?;
        if next.is_empty() {
            return Ok(all.freeze());
        }
        all.extend_from_slice(&next);
    }
}
