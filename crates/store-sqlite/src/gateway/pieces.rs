//! Bytes of files, committed as they arrive.

use super::{Db, Tx};
use crate::sql::statements;
use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use model::UploadId;
use rusqlite::params;
use store::Result;
use store::gateway::Pieces;
use store::row::Cells as _;

statements! {
    BEGIN = "INSERT INTO upload (id, begun_at) VALUES (?1, ?2)";
    // Nothing is added to an upload that is gone or was claimed: entering its message says so.
    PUT = "INSERT INTO piece (upload, part, number, bytes) SELECT ?1, ?2, ?3, ?4 FROM upload WHERE id = ?1";
    GET = "SELECT bytes FROM piece WHERE upload = ?1 AND part = ?2 AND number = ?3";
    IS_THERE = "SELECT 1 FROM piece WHERE upload = ?1 AND part = ?2 AND number = ?3";
    CLAIM = "DELETE FROM upload WHERE id = ?1";
    DROP_PIECES = "DELETE FROM piece WHERE upload = ?1";
    BEGUN_BEFORE = "SELECT id FROM upload WHERE begun_at < ?1 ORDER BY begun_at LIMIT 1";
}

impl Tx<'_> {
    /// An upload belongs to a message from now on. `false` when it is not there.
    pub(super) fn claim_upload(&self, upload: UploadId) -> Result<bool> {
        Ok(self.write(CLAIM, [upload.0.as_bytes()])? > 0)
    }

    /// Drops the pieces of an upload. The write-ahead log still has them, until [`Db::cut_off`].
    pub(super) fn drop_pieces(&self, upload: UploadId) -> Result<()> {
        self.write(DROP_PIECES, [upload.0.as_bytes()]).map(drop)
    }
}

impl Db {
    /// Cuts what was deleted out of the write-ahead log too.
    pub(super) async fn cut_off(&self) -> Result<()> {
        let cut = self.write("cut off the log", |tx| {
            *tx.forget = true;
            Ok(())
        });
        cut.await
    }
}

#[async_trait]
impl Pieces for Db {
    async fn begin(&self, upload: UploadId, at: Timestamp) -> Result<()> {
        self.write("begin an upload", move |tx| {
            let row = params![upload.0.as_bytes(), at.as_millisecond()];
            tx.write_one(BEGIN, row, "upload")
        })
        .await
    }

    async fn put(&self, upload: UploadId, part: u32, number: u32, bytes: Bytes) -> Result<()> {
        self.write("store a piece", move |tx| {
            let place = params![upload.0.as_bytes(), part, number];
            if tx.one(IS_THERE, place, |_| Ok(()))?.is_some() {
                return Err(store::StoreError::Inconsistent { place: "piece" });
            }
            let row = params![upload.0.as_bytes(), part, number, bytes.as_ref()];
            tx.write(PUT, row).map(drop)
        })
        .await
    }

    async fn get(&self, upload: UploadId, part: u32, number: u32) -> Result<Option<Bytes>> {
        self.read("read a piece", |conn| {
            let place = params![upload.0.as_bytes(), part, number];
            conn.one(GET, place, |cells| {
                cells.take::<Vec<u8>>("piece.bytes").map(Bytes::from)
            })
        })
    }

    async fn abandon(&self, upload: UploadId) -> Result<()> {
        self.write("abandon an upload", move |tx| {
            if tx.claim_upload(upload)? {
                tx.drop_pieces(upload)?;
                *tx.forget = true;
            }
            Ok(())
        })
        .await
    }

    async fn sweep(&self, before: Timestamp, limit: u32) -> Result<u64> {
        let mut swept = 0;
        // Each in its own turn at the writer: one may hold fifty megabytes, and others want to write.
        while swept < u64::from(limit) {
            let one = self.write("sweep an upload", move |tx| {
                let found = tx.one(BEGUN_BEFORE, [before.as_millisecond()], |cells| {
                    cells.take::<UploadId>("upload.id")
                })?;
                let Some(upload) = found else {
                    return Ok(false);
                };
                tx.claim_upload(upload)?;
                tx.drop_pieces(upload)?;
                Ok(true)
            });
            if !one.await? {
                break;
            }
            swept += 1;
        }
        if swept > 0 {
            self.cut_off().await?;
        }
        Ok(swept)
    }
}
