//! Data keys, themselves sealed, and what is sealed under them wherever it lies.

use super::{Db, Tx};
use crate::sql::{Sql, statements};
use async_trait::async_trait;
use model::DataKeyId;
use rusqlite::params;
use store::Result;
use store::gateway::{DataKey, Sealed, SealedPlace, SealedRow, VaultKeys};
use store::row::Cells as _;
use store::row::gateway::vault::{data_key, sealed_row};
use uuid::Uuid;

statements! {
    KEYS = "SELECT id, wrapped_by, wrapped, made_at FROM data_key ORDER BY made_at, id";
    HAS_ANY = "SELECT 1 FROM data_key LIMIT 1";
    ADD = "INSERT INTO data_key (id, wrapped_by, wrapped, made_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    REWRAP = "UPDATE data_key SET wrapped_by = ?3, wrapped = ?4 WHERE id = ?1 AND wrapped = ?2";
    REMOVE = "DELETE FROM data_key WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM app_user WHERE token_key = ?1) AND NOT EXISTS (SELECT 1 FROM webhook WHERE secret_key = ?1) AND NOT EXISTS (SELECT 1 FROM webhook WHERE former_key = ?1) AND NOT EXISTS (SELECT 1 FROM patient WHERE tokens_key = ?1) AND NOT EXISTS (SELECT 1 FROM patient WHERE details_key = ?1) AND NOT EXISTS (SELECT 1 FROM link_attempt WHERE secret_key = ?1) AND NOT EXISTS (SELECT 1 FROM widget_secret WHERE secret_key = ?1)";
    // Below the key and above it: so an index finds them.
    OTHER_TOKENS = "SELECT 'token', id, NULL, token_key, token FROM app_user WHERE token_key < ?1 UNION ALL SELECT 'token', id, NULL, token_key, token FROM app_user WHERE token_key > ?1 LIMIT ?2";
    OTHER_SECRETS = "SELECT 'secret', NULL, id, secret_key, secret FROM webhook WHERE secret_key < ?1 UNION ALL SELECT 'secret', NULL, id, secret_key, secret FROM webhook WHERE secret_key > ?1 LIMIT ?2";
    OTHER_FORMERS = "SELECT 'former', NULL, id, former_key, former FROM webhook WHERE former_key < ?1 UNION ALL SELECT 'former', NULL, id, former_key, former FROM webhook WHERE former_key > ?1 LIMIT ?2";
    OTHER_LINKS = "SELECT 'link', id, NULL, tokens_key, tokens FROM patient WHERE tokens_key < ?1 UNION ALL SELECT 'link', id, NULL, tokens_key, tokens FROM patient WHERE tokens_key > ?1 LIMIT ?2";
    OTHER_DETAILS = "SELECT 'details', id, NULL, details_key, details FROM patient WHERE details_key < ?1 UNION ALL SELECT 'details', id, NULL, details_key, details FROM patient WHERE details_key > ?1 LIMIT ?2";
    OTHER_ATTEMPTS = "SELECT 'attempt', NULL, id, secret_key, secret FROM link_attempt WHERE secret_key < ?1 UNION ALL SELECT 'attempt', NULL, id, secret_key, secret FROM link_attempt WHERE secret_key > ?1 LIMIT ?2";
    OTHER_WIDGETS = "SELECT 'widget', NULL, id, secret_key, secret FROM widget_secret WHERE secret_key < ?1 UNION ALL SELECT 'widget', NULL, id, secret_key, secret FROM widget_secret WHERE secret_key > ?1 LIMIT ?2";
    COUNT_UNDER = "SELECT (SELECT count(*) FROM app_user WHERE token_key = ?1) + (SELECT count(*) FROM webhook WHERE secret_key = ?1) + (SELECT count(*) FROM webhook WHERE former_key = ?1) + (SELECT count(*) FROM patient WHERE tokens_key = ?1) + (SELECT count(*) FROM patient WHERE details_key = ?1) + (SELECT count(*) FROM link_attempt WHERE secret_key = ?1) + (SELECT count(*) FROM widget_secret WHERE secret_key = ?1)";
    RESEAL_TOKEN = "UPDATE app_user SET token_key = ?4, token = ?5 WHERE id = ?1 AND token_key = ?2 AND token = ?3";
    RESEAL_SECRET = "UPDATE webhook SET secret_key = ?4, secret = ?5 WHERE id = ?1 AND secret_key = ?2 AND secret = ?3";
    RESEAL_FORMER = "UPDATE webhook SET former_key = ?4, former = ?5 WHERE id = ?1 AND former_key = ?2 AND former = ?3";
    RESEAL_LINK = "UPDATE patient SET tokens_key = ?4, tokens = ?5 WHERE id = ?1 AND tokens_key = ?2 AND tokens = ?3";
    RESEAL_DETAILS = "UPDATE patient SET details_key = ?4, details = ?5 WHERE id = ?1 AND details_key = ?2 AND details = ?3";
    RESEAL_ATTEMPT = "UPDATE link_attempt SET secret_key = ?4, secret = ?5 WHERE id = ?1 AND secret_key = ?2 AND secret = ?3";
    RESEAL_WIDGET = "UPDATE widget_secret SET secret_key = ?4, secret = ?5 WHERE id = ?1 AND secret_key = ?2 AND secret = ?3";
}

/// Every place where sealed values lie.
const OTHERS: [Sql; 7] = [
    OTHER_TOKENS,
    OTHER_SECRETS,
    OTHER_FORMERS,
    OTHER_LINKS,
    OTHER_DETAILS,
    OTHER_ATTEMPTS,
    OTHER_WIDGETS,
];

#[async_trait]
impl VaultKeys for Db {
    async fn keys(&self) -> Result<Vec<DataKey>> {
        self.read("read data keys", |conn| {
            conn.all(KEYS, [], |cells| data_key(cells))
        })
    }

    async fn add_key(&self, key: &DataKey, only_first: bool) -> Result<bool> {
        let key = key.clone();
        self.write("add a data key", move |tx| {
            if only_first && tx.one(HAS_ANY, [], |_| Ok(()))?.is_some() {
                return Ok(false);
            }
            let row = params![
                key.id.0.as_bytes(),
                key.wrapped_by,
                key.wrapped,
                key.made_at.as_millisecond(),
            ];
            Ok(tx.write(ADD, row)? > 0)
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
        let (was, by, wrapped) = (was.to_owned(), wrapped_by.to_owned(), wrapped.to_owned());
        self.write("wrap a data key anew", move |tx| {
            *tx.forget = true;
            Ok(tx.write(REWRAP, params![id.0.as_bytes(), was, by, wrapped])? > 0)
        })
        .await
    }

    async fn remove_key(&self, id: DataKeyId) -> Result<bool> {
        self.write("remove a data key", move |tx| {
            *tx.forget = true;
            Ok(tx.write(REMOVE, [id.0.as_bytes()])? > 0)
        })
        .await
    }

    async fn sealed_under_others(&self, than: DataKeyId, limit: u32) -> Result<Vec<SealedRow>> {
        self.read("read what other keys sealed", |conn| {
            let mut found = Vec::new();
            let most = usize::try_from(limit).unwrap_or(usize::MAX);
            for statement in OTHERS {
                let room = most - found.len();
                let bounds = params![than.0.as_bytes(), store::row::int(room)];
                found.extend(conn.all(statement, bounds, |cells| sealed_row(cells))?);
            }
            Ok(found)
        })
    }

    async fn progress(&self, than: DataKeyId) -> Result<(u64, u64)> {
        self.read("count what keys sealed", |conn| {
            let (mut all, mut others) = (0, 0);
            for key in conn.all(KEYS, [], |cells| data_key(cells))? {
                let count = conn.one(COUNT_UNDER, [key.id.0.as_bytes()], |cells| {
                    cells.take::<u64>("sealed.key")
                })?;
                let count = count.unwrap_or(0);
                all += count;
                if key.id != than {
                    others += count;
                }
            }
            Ok((all, others))
        })
    }

    async fn reseal(&self, place: &SealedPlace, was: &Sealed, now: &Sealed) -> Result<bool> {
        let (place, was, now) = (place.clone(), was.clone(), now.clone());
        self.write("seal anew", move |tx| {
            let (was_key, now_key) = (was.key.0.as_bytes(), now.key.0.as_bytes());
            let named = |tx: &Tx<'_>, sql, name: &str| {
                let row = params![name, was_key, was.bytes, now_key, now.bytes];
                tx.write(sql, row)
            };
            let numbered = |tx: &Tx<'_>, sql, number: Uuid| {
                let number = number.as_bytes();
                let row = params![number, was_key, was.bytes, now_key, now.bytes];
                tx.write(sql, row)
            };
            let touched = match &place {
                SealedPlace::UserToken(id) => named(tx, RESEAL_TOKEN, id.as_str()),
                SealedPlace::WebhookSecret(id) => numbered(tx, RESEAL_SECRET, id.0),
                SealedPlace::FormerWebhookSecret(id) => numbered(tx, RESEAL_FORMER, id.0),
                SealedPlace::LinkTokens(id) => named(tx, RESEAL_LINK, id.as_str()),
                SealedPlace::PatientDetails(id) => named(tx, RESEAL_DETAILS, id.as_str()),
                SealedPlace::AttemptSecret(id) => numbered(tx, RESEAL_ATTEMPT, id.0),
                SealedPlace::WidgetSecret(id) => numbered(tx, RESEAL_WIDGET, id.0),
            }?;
            *tx.forget |= touched > 0;
            Ok(touched > 0)
        })
        .await
    }
}
