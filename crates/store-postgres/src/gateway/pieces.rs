//! Bytes of files, in pieces.

use super::{Db, Rerun};
use crate::attempt::Call;
use crate::conn::Params;
use crate::sql::statements;
use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use model::UploadId;
use store::gateway::Pieces;
use store::row::Cells as _;
use store::{Result, StoreError};
use uuid::Uuid;

statements! {
    BEGIN = "INSERT INTO upload (id, begun_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    // The upload is held, so that no sweep takes it between its row and this one.
    PUT = "WITH held AS (SELECT id FROM upload WHERE id = $1 FOR KEY SHARE) INSERT INTO piece (upload, part, number, bytes) SELECT id, $2::bigint, $3::bigint, $4::bytea FROM held ON CONFLICT DO NOTHING";
    IS_THE_SAME = "SELECT bytes = $4 FROM piece WHERE upload = $1 AND part = $2 AND number = $3";
    GET = "SELECT bytes FROM piece WHERE upload = $1 AND part = $2 AND number = $3";
    ABANDON = "DELETE FROM upload WHERE id = $1";
    OLD = "SELECT id FROM upload WHERE begun_at < $1 ORDER BY begun_at LIMIT $2 FOR UPDATE SKIP LOCKED";
    DROP_UPLOADS = "DELETE FROM upload WHERE id = ANY ($1::uuid[])";
    DROP_PIECES = "DELETE FROM piece WHERE upload = ANY ($1::uuid[])";
}

#[async_trait]
impl Pieces for Db {
    async fn begin(&self, upload: UploadId, at: Timestamp) -> Result<()> {
        let call = Call::new("begin upload").repeatable();
        let at = at.as_millisecond();
        self.write(call, |tx| async move {
            tx.write(BEGIN, &[&upload.0, &at]).await.map(drop)
        })
        .await
    }

    async fn put(&self, upload: UploadId, part: u32, number: u32, bytes: Bytes) -> Result<()> {
        let call = Call::new("put piece").repeatable();
        let (part, number) = (i64::from(part), i64::from(number));
        let (bytes, rerun) = (&&*bytes, &Rerun::default());
        self.write(call, |tx| async move {
            let rerun = rerun.is_one();
            let which: Params<'_> = &[&upload.0, &part, &number, bytes];
            if tx.write(PUT, which).await? == 1 {
                return Ok(());
            }
            let same = tx.one(IS_THE_SAME, which, |row| row.take("piece.bytes"));
            match same.await? {
                // The upload has gone.
                None => Ok(()),
                Some(true) if rerun => {
                    tx.confirm();
                    Ok(())
                }
                Some(_) => Err(StoreError::Inconsistent {
                    place: "piece.number",
                }),
            }
        })
        .await
    }

    async fn get(&self, upload: UploadId, part: u32, number: u32) -> Result<Option<Bytes>> {
        let (part, number) = (i64::from(part), i64::from(number));
        self.read("get piece", |conn| async move {
            conn.one(GET, &[&upload.0, &part, &number], |row| {
                row.take::<Vec<u8>>("piece.bytes").map(Bytes::from)
            })
            .await
        })
        .await
    }

    async fn abandon(&self, upload: UploadId) -> Result<()> {
        let call = Call::new("abandon upload").repeatable();
        self.write(call, |tx| async move {
            if tx.write(ABANDON, &[&upload.0]).await? == 1 {
                // In a statement of its own: it sees what was put until the upload was let go of.
                tx.write(DROP_PIECES, &[&vec![upload.0]]).await?;
            }
            Ok(())
        })
        .await
    }

    async fn sweep(&self, before: Timestamp, limit: u32) -> Result<u64> {
        let call = Call::new("sweep uploads").repeatable();
        let (before, limit) = (before.as_millisecond(), i64::from(limit));
        self.write(call, |tx| async move {
            let which: Params<'_> = &[&before, &limit];
            let old = tx.all(OLD, which, |row| Ok(row.take::<UploadId>("upload.id")?.0));
            let old: Vec<Uuid> = old.await?;
            if !old.is_empty() {
                let which: Params<'_> = &[&old];
                futures_util::try_join!(
                    tx.write(DROP_UPLOADS, which),
                    tx.write(DROP_PIECES, which)
                )?;
            }
            Ok(old.len() as u64)
        })
        .await
    }
}
