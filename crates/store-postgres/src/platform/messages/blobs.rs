//! Blobs are shared by all nodes: whoever names one and whoever would delete it need the same row.
//!
//! A message that names a blob holds the blob's row, and only then looks whether the blob is condemned
//! and is there. To condemn, the row must be made anew and taken away, which waits for those who hold
//! it, and finds what they have committed.

use super::statements::{
    ANY_CONDEMNED, CONDEMN, CONDEMN_ANEW, DROP_BLOB, HOLD_UNUSED_BLOB, SPARE, USE_BLOBS,
};
use crate::conn::Params;
use crate::row::bytes;
use crate::tx::Tx;
use jiff::Timestamp;
use model::Hash;
use std::collections::BTreeMap;
use std::time::Duration;
use store::blob::Blobs;
use store::row::Cells;
use store::{Result, StoreError};

/// How long the blob store may take to say whether a blob is there: rows are locked meanwhile.
const LOOK: Duration = Duration::from_secs(5);

/// Notes that blobs are named so many times each; whether all of them are there, and stay.
pub(super) async fn name(tx: &Tx, uses: &BTreeMap<Hash, i64>, blobs: &dyn Blobs) -> Result<bool> {
    let hashes: Vec<&[u8]> = uses.keys().map(bytes).collect();
    let times: Vec<i64> = uses.values().copied().collect();
    let (used, condemned): (Params<'_>, Params<'_>) = (&[&hashes, &times], &[&hashes]);
    let (_, condemned) = futures_util::try_join!(
        tx.write(USE_BLOBS, used),
        tx.one(ANY_CONDEMNED, condemned, |cells| cells
            .take::<Hash>("condemned_blob.hash")),
    )?;
    if condemned.is_some() {
        return Ok(false);
    }
    let looks = uses.keys().map(|hash| blobs.exists(*hash));
    let looks = tokio::time::timeout(LOOK, futures_util::future::try_join_all(looks));
    let there = match looks.await {
        Ok(Ok(there)) => there,
        Ok(Err(cause)) => return Err(unavailable(Some(Box::new(cause)))),
        Err(_) => return Err(unavailable(None)),
    };
    Ok(there.into_iter().all(|there| there))
}

fn unavailable(source: Option<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::Unavailable {
        transaction: "look for a blob",
        source,
    }
}

/// Condemns a blob that no message names.
pub(super) async fn condemn(tx: &Tx, hash: Hash, at: Timestamp) -> Result<bool> {
    let hash = bytes(&hash);
    if tx.write(HOLD_UNUSED_BLOB, &[&hash]).await? == 0 {
        return Ok(false);
    }
    let at = at.as_millisecond();
    let (condemn, drop): (Params<'_>, Params<'_>) = (&[&hash, &at], &[&hash]);
    let (condemned, ()) = futures_util::try_join!(
        tx.write(CONDEMN, condemn),
        tx.write_one(DROP_BLOB, drop, "blob"),
    )?;
    Ok(condemned == 1)
}

pub(super) async fn spare(tx: &Tx, hash: Hash) -> Result<()> {
    tx.write(SPARE, &[&bytes(&hash)]).await?;
    Ok(())
}

/// Condemns anew what was condemned before `before`.
pub(super) async fn condemn_anew(
    tx: &Tx,
    before: Timestamp,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Hash>> {
    let (before, now) = (before.as_millisecond(), now.as_millisecond());
    let params: Params<'_> = &[&before, &now, &i64::from(limit)];
    tx.all(CONDEMN_ANEW, params, |cells| {
        cells.take("condemned_blob.hash")
    })
    .await
}
