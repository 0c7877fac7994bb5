//! Data keys, and what is sealed under them.

use super::{Db, Rerun};
use crate::attempt::Call;
use crate::conn::Params;
use crate::sql::{Sql, statements};
use async_trait::async_trait;
use model::DataKeyId;
use store::gateway::{DataKey, Sealed, SealedPlace, SealedRow, VaultKeys};
use store::row::Cells as _;
use store::row::gateway::vault::{data_key, sealed_row};
use store::{Result, StoreError};
use tokio_postgres::types::ToSql;

statements! {
    KEYS = "SELECT id, wrapped_by, wrapped, made_at FROM data_key ORDER BY made_at, id";
    ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('baton gateway first data key', 0))";
    ADD = "INSERT INTO data_key (id, wrapped_by, wrapped, made_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    ADD_FIRST = "INSERT INTO data_key (id, wrapped_by, wrapped, made_at) SELECT $1, $2, $3, $4 WHERE NOT EXISTS (SELECT FROM data_key) ON CONFLICT DO NOTHING";
    IS_WRAPPED = "SELECT wrapped = $2 FROM data_key WHERE id = $1";
    REWRAP = "UPDATE data_key SET wrapped_by = $3, wrapped = $4 WHERE id = $1 AND wrapped = $2";
    // Whoever seals something under it holds it until that is committed.
    LOCK = "SELECT id FROM data_key WHERE id = $1 FOR UPDATE";
    REMOVE = "DELETE FROM data_key WHERE id = $1 AND NOT EXISTS (SELECT FROM app_user WHERE token_key = $1 AND token IS NOT NULL) AND NOT EXISTS (SELECT FROM webhook WHERE secret_key = $1 OR former_key = $1) AND NOT EXISTS (SELECT FROM patient WHERE tokens_key = $1) AND NOT EXISTS (SELECT FROM patient WHERE details_key = $1) AND NOT EXISTS (SELECT FROM link_attempt WHERE secret_key = $1) AND NOT EXISTS (SELECT FROM widget_secret WHERE secret_key = $1)";
    // Keys on either side, so that an index finds them.
    UNDER_OTHERS = "(SELECT 'token', id, NULL::uuid, token_key, token FROM app_user WHERE token IS NOT NULL AND token_key < $1 LIMIT $2) UNION ALL (SELECT 'token', id, NULL, token_key, token FROM app_user WHERE token IS NOT NULL AND token_key > $1 LIMIT $2) UNION ALL (SELECT 'secret', NULL, id, secret_key, secret FROM webhook WHERE secret_key <> $1 LIMIT $2) UNION ALL (SELECT 'former', NULL, id, former_key, former FROM webhook WHERE former_key <> $1 LIMIT $2) UNION ALL (SELECT 'link', id, NULL, tokens_key, tokens FROM patient WHERE tokens_key < $1 LIMIT $2) UNION ALL (SELECT 'link', id, NULL, tokens_key, tokens FROM patient WHERE tokens_key > $1 LIMIT $2) UNION ALL (SELECT 'details', id, NULL, details_key, details FROM patient WHERE details_key < $1 LIMIT $2) UNION ALL (SELECT 'details', id, NULL, details_key, details FROM patient WHERE details_key > $1 LIMIT $2) UNION ALL (SELECT 'attempt', NULL, id, secret_key, secret FROM link_attempt WHERE secret_key < $1 LIMIT $2) UNION ALL (SELECT 'attempt', NULL, id, secret_key, secret FROM link_attempt WHERE secret_key > $1 LIMIT $2) UNION ALL (SELECT 'widget', NULL, id, secret_key, secret FROM widget_secret WHERE secret_key <> $1 LIMIT $2) LIMIT $2";
    PROGRESS = "SELECT (SELECT count(*) FROM app_user WHERE token_key IS NOT NULL AND token IS NOT NULL) + (SELECT count(secret_key) + count(former_key) FROM webhook) + (SELECT count(*) FROM patient WHERE tokens_key IS NOT NULL) + (SELECT count(*) FROM patient WHERE details_key IS NOT NULL) + (SELECT count(*) FROM link_attempt WHERE secret_key IS NOT NULL) + (SELECT count(*) FROM widget_secret), (SELECT count(*) FROM app_user WHERE token IS NOT NULL AND token_key < $1) + (SELECT count(*) FROM app_user WHERE token IS NOT NULL AND token_key > $1) + (SELECT count(*) FILTER (WHERE secret_key <> $1) + count(*) FILTER (WHERE former_key <> $1) FROM webhook) + (SELECT count(*) FROM patient WHERE tokens_key < $1) + (SELECT count(*) FROM patient WHERE tokens_key > $1) + (SELECT count(*) FROM patient WHERE details_key < $1) + (SELECT count(*) FROM patient WHERE details_key > $1) + (SELECT count(*) FROM link_attempt WHERE secret_key < $1) + (SELECT count(*) FROM link_attempt WHERE secret_key > $1) + (SELECT count(*) FROM widget_secret WHERE secret_key <> $1)";
    RESEAL_TOKEN = "UPDATE app_user SET token_key = $4, token = $5 WHERE id = $1 AND token_key = $2 AND token = $3";
    RESEAL_SECRET = "UPDATE webhook SET secret_key = $4, secret = $5 WHERE id = $1 AND secret_key = $2 AND secret = $3";
    RESEAL_FORMER = "UPDATE webhook SET former_key = $4, former = $5 WHERE id = $1 AND former_key = $2 AND former = $3";
    RESEAL_LINK = "UPDATE patient SET tokens_key = $4, tokens = $5 WHERE id = $1 AND tokens_key = $2 AND tokens = $3";
    RESEAL_DETAILS = "UPDATE patient SET details_key = $4, details = $5 WHERE id = $1 AND details_key = $2 AND details = $3";
    RESEAL_ATTEMPT = "UPDATE link_attempt SET secret_key = $4, secret = $5 WHERE id = $1 AND secret_key = $2 AND secret = $3";
    RESEAL_WIDGET = "UPDATE widget_secret SET secret_key = $4, secret = $5 WHERE id = $1 AND secret_key = $2 AND secret = $3";
    IS_TOKEN = "SELECT token = $2 FROM app_user WHERE id = $1";
    IS_SECRET = "SELECT secret = $2 FROM webhook WHERE id = $1";
    IS_FORMER = "SELECT former = $2 FROM webhook WHERE id = $1";
    IS_LINK = "SELECT tokens = $2 FROM patient WHERE id = $1";
    IS_DETAILS = "SELECT details = $2 FROM patient WHERE id = $1";
    IS_ATTEMPT = "SELECT secret = $2 FROM link_attempt WHERE id = $1";
    IS_WIDGET = "SELECT secret = $2 FROM widget_secret WHERE id = $1";
}

/// How a secret is replaced, how it is compared, and by what it is found.
fn at(place: &SealedPlace) -> (Sql, Sql, Box<dyn ToSql + Sync + Send + '_>) {
    match place {
        SealedPlace::UserToken(id) => (RESEAL_TOKEN, IS_TOKEN, Box::new(id.as_str())),
        SealedPlace::WebhookSecret(id) => (RESEAL_SECRET, IS_SECRET, Box::new(id.0)),
        SealedPlace::FormerWebhookSecret(id) => (RESEAL_FORMER, IS_FORMER, Box::new(id.0)),
        SealedPlace::LinkTokens(id) => (RESEAL_LINK, IS_LINK, Box::new(id.as_str())),
        SealedPlace::PatientDetails(id) => (RESEAL_DETAILS, IS_DETAILS, Box::new(id.as_str())),
        SealedPlace::AttemptSecret(id) => (RESEAL_ATTEMPT, IS_ATTEMPT, Box::new(id.0)),
        SealedPlace::WidgetSecret(id) => (RESEAL_WIDGET, IS_WIDGET, Box::new(id.0)),
    }
}

#[async_trait]
impl VaultKeys for Db {
    async fn keys(&self) -> Result<Vec<DataKey>> {
        self.read("read data keys", |conn| async move {
            conn.all(KEYS, &[], data_key).await
        })
        .await
    }

    async fn add_key(&self, key: &DataKey, only_first: bool) -> Result<bool> {
        let call = Call::new("add data key").repeatable();
        let made_at = key.made_at.as_millisecond();
        let (wrapped_by, wrapped) = (&&*key.wrapped_by, &&*key.wrapped);
        let rerun = &Rerun::default();
        self.write(call, |tx| async move {
            let rerun = rerun.is_one();
            let row: Params<'_> = &[&key.id.0, wrapped_by, wrapped, &made_at];
            let added = if only_first {
                // In statements of their own: the second sees what was added before the lock was let go of.
                let (_, added) = futures_util::try_join!(
                    tx.write(ONE_AT_A_TIME, &[]),
                    tx.write(ADD_FIRST, row)
                )?;
                added
            } else {
                tx.write(ADD, row).await?
            };
            if added == 1 || !rerun {
                return Ok(added == 1);
            }
            tx.confirm();
            let which: Params<'_> = &[&key.id.0, wrapped];
            let ours = tx.one(IS_WRAPPED, which, |row| row.take("data_key.wrapped"));
            Ok(ours.await? == Some(true))
        })
        .await
    }

    async fn rewrap(
        &self,
        id: DataKeyId,
        was: &[u8],
        wrapped_by: &str,
        wrapped: &[u8],
    ) -> Result<bool> {
        let call = Call::new("rewrap data key").repeatable();
        let rerun = &Rerun::default();
        self.write(call, |tx| async move {
            let rerun = rerun.is_one();
            let change: Params<'_> = &[&id.0, &was, &wrapped_by, &wrapped];
            if tx.write(REWRAP, change).await? == 1 {
                return Ok(true);
            }
            if !rerun {
                return Ok(false);
            }
            tx.confirm();
            let which: Params<'_> = &[&id.0, &wrapped];
            let ours = tx.one(IS_WRAPPED, which, |row| row.take("data_key.wrapped"));
            Ok(ours.await? == Some(true))
        })
        .await
    }

    async fn remove_key(&self, id: DataKeyId) -> Result<bool> {
        let call = Call::new("remove data key");
        self.write(call, |tx| async move {
            let which: Params<'_> = &[&id.0];
            let (_, removed) =
                futures_util::try_join!(tx.write(LOCK, which), tx.write(REMOVE, which))?;
            Ok(removed == 1)
        })
        .await
    }

    async fn sealed_under_others(&self, than: DataKeyId, limit: u32) -> Result<Vec<SealedRow>> {
        let limit = i64::from(limit);
        self.read("read what is sealed under older keys", |conn| async move {
            conn.all(UNDER_OTHERS, &[&than.0, &limit], sealed_row).await
        })
        .await
    }

    async fn progress(&self, than: DataKeyId) -> Result<(u64, u64)> {
        let counts = self
            .read("count what is sealed", |conn| async move {
                conn.one(PROGRESS, &[&than.0], |row| {
                    Ok((row.take("app_user.token")?, row.take("app_user.token_key")?))
                })
                .await
            })
            .await?;
        let place = "app_user.token";
        counts.ok_or(StoreError::Inconsistent { place })
    }

    async fn reseal(&self, place: &SealedPlace, was: &Sealed, now: &Sealed) -> Result<bool> {
        let call = Call::new("reseal secret").repeatable();
        let (reseal, is, id) = at(place);
        let (id, rerun) = (&*id, &Rerun::default());
        let (was_bytes, now_bytes) = (&&*was.bytes, &&*now.bytes);
        self.write(call, |tx| async move {
            let rerun = rerun.is_one();
            let change: Params<'_> = &[id, &was.key.0, was_bytes, &now.key.0, now_bytes];
            if tx.write(reseal, change).await? == 1 {
                return Ok(true);
            }
            if !rerun {
                return Ok(false);
            }
            tx.confirm();
            let which: Params<'_> = &[id, now_bytes];
            let ours = tx.one(is, which, |row| row.take::<Option<bool>>("sealed.bytes"));
            Ok(ours.await?.flatten() == Some(true))
        })
        .await
    }
}
