//! Practices, client systems with their keys, and topics.

pub(crate) mod known;

use super::Db;
use crate::attempt::Call;
use crate::row::clean;
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use known::Held;
use model::organisation::{ApiKeyInfo, ClientSystem, Practice};
use model::{Actor, ClientSystemId, Hash, OdsCode, PlatformId};
use store::platform::{Directory, FoundApiKey};
use store::row::Cells as _;
use store::row::directory::{api_key, client, found_api_key, practice};
use store::{Result, StoreError};

statements! {
    NAME_IT = "INSERT INTO identity (id, platform) VALUES (1, $1) ON CONFLICT DO NOTHING";
    IDENTITY = "SELECT platform FROM identity WHERE id = 1";
    PRACTICE = "SELECT ods_code, name FROM practice WHERE ods_code = $1";
    PRACTICES = "SELECT ods_code, name FROM practice ORDER BY ods_code COLLATE \"C\"";
    ADD_PRACTICE = "INSERT INTO practice (ods_code, name) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    RENAME_PRACTICE = "UPDATE practice SET name = $2 WHERE ods_code = $1 AND name <> $2";
    ADD_CLIENT = "INSERT INTO client (id, name, disabled, instant) VALUES ($1, $2, $3, $4)";
    CLIENT = "SELECT id, name, disabled, instant FROM client WHERE id = $1";
    CLIENTS = "SELECT id, name, disabled, instant FROM client ORDER BY name COLLATE \"C\", id";
    SET_DISABLED = "UPDATE client SET disabled = $2 WHERE id = $1";
    SET_INSTANT = "UPDATE client SET instant = $2 WHERE id = $1";
    ADD_KEY = "INSERT INTO api_key (key_id, client, hash, issued_at, ends_at) VALUES ($1, $2, $3, $4, $5)";
    END_KEY = "UPDATE api_key SET ends_at = least(coalesce(ends_at, $2), $2) WHERE key_id = $1";
    KEY = "SELECT api_key.key_id, api_key.client, api_key.issued_at, api_key.ends_at, api_key.hash, client.id, client.name, client.disabled, client.instant FROM api_key JOIN client ON client.id = api_key.client WHERE api_key.key_id = $1";
    KEYS_OF = "SELECT key_id, client, issued_at, ends_at FROM api_key WHERE client = $1 ORDER BY issued_at, key_id COLLATE \"C\"";
    ADD_TOPIC = "INSERT INTO topic (name) VALUES ($1) ON CONFLICT DO NOTHING";
    HAS_TOPIC = "SELECT 1::bigint FROM topic WHERE name = $1";
    TOPICS = "SELECT name FROM topic ORDER BY name COLLATE \"C\"";
}

impl Db {
    /// What is known, or else what the database says, which is then known.
    async fn known_or_read<T: Clone>(
        &self,
        find: impl FnOnce(&Held) -> Option<T> + Send,
        read: impl Future<Output = Result<Option<T>>> + Send,
        keep: impl FnOnce(&mut Held, T) + Send,
    ) -> Result<Option<T>> {
        if let Some(found) = self.known.find(find) {
            return Ok(Some(found));
        }
        let moment = self.known.moment();
        let found = read.await?;
        if let Some(found) = &found {
            self.known.keep(moment, |held| keep(held, found.clone()));
        }
        Ok(found)
    }
}

#[async_trait]
impl Directory for Db {
    async fn identity(&self, new: PlatformId) -> Result<PlatformId> {
        let call = Call::new("say which platform this is").repeatable();
        self.write(call, |tx| async move {
            if tx.write(NAME_IT, &[&new.0]).await? == 0 {
                tx.confirm();
            }
            tx.one(IDENTITY, &[], |row| row.take("identity.platform"))
                .await?
                .ok_or(StoreError::Inconsistent { place: "identity" })
        })
        .await
    }

    async fn put_practice(&self, by: &Actor, practice: &Practice, at: Timestamp) -> Result<bool> {
        let call = Call::new("put practice").audited().repeatable();
        let (code, name) = (practice.ods_code.as_str(), practice.name.as_str());
        self.write(call, |tx| async move {
            tx.directory_changed();
            if tx.write(ADD_PRACTICE, &[&code, &name]).await? == 1 {
                tx.audit(by, at, "add practice", code);
                return Ok(true);
            }
            if tx.write(RENAME_PRACTICE, &[&code, &name]).await? == 1 {
                tx.audit(by, at, "rename practice", code);
            } else {
                tx.confirm();
            }
            Ok(false)
        })
        .await
    }

    async fn practice(&self, code: &OdsCode) -> Result<Option<Practice>> {
        let text = code.as_str();
        self.known_or_read(
            |held| held.practice(code),
            self.read("read a practice", |conn| async move {
                conn.one(PRACTICE, &[&text], practice).await
            }),
            Held::keep_practice,
        )
        .await
    }

    async fn practices(&self) -> Result<Vec<Practice>> {
        self.read("read practices", |conn| async move {
            conn.all(PRACTICES, &[], practice).await
        })
        .await
    }

    async fn add_client(&self, by: &Actor, new: &ClientSystem, at: Timestamp) -> Result<()> {
        let call = Call::new("add client system").audited();
        self.write(call, |tx| async move {
            tx.directory_changed();
            tx.audit(by, at, "add client system", new.id);
            tx.write_one(
                ADD_CLIENT,
                &[&new.id.0, &new.name, &new.disabled, &new.instant],
                "client",
            )
            .await
        })
        .await
    }

    async fn client(&self, id: ClientSystemId) -> Result<Option<ClientSystem>> {
        self.read("read a client system", |conn| async move {
            conn.one(CLIENT, &[&id.0], client).await
        })
        .await
    }

    async fn clients(&self) -> Result<Vec<ClientSystem>> {
        self.read("read client systems", |conn| async move {
            conn.all(CLIENTS, &[], client).await
        })
        .await
    }

    async fn set_client_disabled(
        &self,
        by: &Actor,
        id: ClientSystemId,
        disabled: bool,
        at: Timestamp,
    ) -> Result<bool> {
        let call = Call::new("disable or enable client system")
            .audited()
            .repeatable();
        self.write(call, |tx| async move {
            tx.directory_changed();
            if tx.write(SET_DISABLED, &[&id.0, &disabled]).await? == 0 {
                return Ok(false);
            }
            let action = if disabled {
                "disable client system"
            } else {
                "enable client system"
            };
            tx.audit(by, at, action, id);
            Ok(true)
        })
        .await
    }

    async fn set_client_instant(
        &self,
        by: &Actor,
        id: ClientSystemId,
        instant: bool,
        at: Timestamp,
    ) -> Result<bool> {
        let call = Call::new("allow or stop instant messages")
            .audited()
            .repeatable();
        self.write(call, |tx| async move {
            tx.directory_changed();
            if tx.write(SET_INSTANT, &[&id.0, &instant]).await? == 0 {
                return Ok(false);
            }
            let action = if instant {
                "allow instant messages"
            } else {
                "stop instant messages"
            };
            tx.audit(by, at, action, id);
            Ok(true)
        })
        .await
    }

    async fn add_api_key(&self, by: &Actor, new: &ApiKeyInfo, hash: Hash) -> Result<()> {
        let call = Call::new("add API key").audited();
        let issued_at = new.issued_at.as_millisecond();
        let ends_at = new.ends_at.map(Timestamp::as_millisecond);
        self.write(call, |tx| async move {
            tx.directory_changed();
            tx.audit(by, new.issued_at, "add API key", &new.key_id);
            tx.write_one(
                ADD_KEY,
                &[
                    &new.key_id,
                    &new.client.0,
                    hash.as_bytes(),
                    &issued_at,
                    &ends_at,
                ],
                "api_key",
            )
            .await
        })
        .await
    }

    async fn end_api_key(
        &self,
        by: &Actor,
        key_id: &str,
        ends_at: Timestamp,
        at: Timestamp,
    ) -> Result<bool> {
        let call = Call::new("end API key").audited().repeatable();
        let ends_at = ends_at.as_millisecond();
        self.write(call, |tx| async move {
            tx.directory_changed();
            if tx.write(END_KEY, &[&key_id, &ends_at]).await? == 0 {
                return Ok(false);
            }
            tx.audit(by, at, "end API key", key_id);
            Ok(true)
        })
        .await
    }

    async fn api_key(&self, key_id: &str) -> Result<Option<FoundApiKey>> {
        let text = &clean(key_id);
        self.known_or_read(
            |held| held.key(key_id),
            self.read("read an API key", |conn| async move {
                conn.one(KEY, &[text], found_api_key).await
            }),
            Held::keep_key,
        )
        .await
    }

    async fn api_keys_of(&self, client: ClientSystemId) -> Result<Vec<ApiKeyInfo>> {
        self.read("read API keys", |conn| async move {
            conn.all(KEYS_OF, &[&client.0], api_key).await
        })
        .await
    }

    async fn add_topic(&self, by: &Actor, name: &str, at: Timestamp) -> Result<bool> {
        let call = Call::new("add topic").audited();
        self.write(call, |tx| async move {
            tx.directory_changed();
            if tx.write(ADD_TOPIC, &[&name]).await? == 0 {
                tx.confirm();
                return Ok(false);
            }
            tx.audit(by, at, "add topic", name);
            Ok(true)
        })
        .await
    }

    async fn has_topic(&self, name: &str) -> Result<bool> {
        let text = &clean(name);
        let found = self
            .known_or_read(
                |held| held.has_topic(name),
                self.read("look for a topic", |conn| async move {
                    conn.one(HAS_TOPIC, &[text], |_| Ok(true)).await
                }),
                |held, _| held.keep_topic(name),
            )
            .await?;
        Ok(found.is_some())
    }

    async fn topics(&self) -> Result<Vec<String>> {
        self.read("read topics", |conn| async move {
            conn.all(TOPICS, &[], |row| row.take("topic.name")).await
        })
        .await
    }
}
