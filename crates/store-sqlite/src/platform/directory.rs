//! Practices, client systems with their keys, and topics.

pub(crate) mod known;

use super::Db;
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use known::Held;
use model::organisation::{ApiKeyInfo, ClientSystem, Practice};
use model::{Actor, ClientSystemId, Hash, OdsCode, PlatformId};
use rusqlite::params;
use store::platform::{Directory, FoundApiKey};
use store::row::Cells as _;
use store::row::directory::{api_key, client, found_api_key, practice};
use store::{Result, StoreError};

statements! {
    NAME_IT = "INSERT INTO identity (id, platform) VALUES (1, ?1) ON CONFLICT DO NOTHING";
    IDENTITY = "SELECT platform FROM identity WHERE id = 1";
    PRACTICE = "SELECT ods_code, name FROM practice WHERE ods_code = ?1";
    PRACTICES = "SELECT ods_code, name FROM practice ORDER BY ods_code";
    ADD_PRACTICE = "INSERT INTO practice (ods_code, name) VALUES (?1, ?2)";
    RENAME_PRACTICE = "UPDATE practice SET name = ?2 WHERE ods_code = ?1";
    ADD_CLIENT = "INSERT INTO client (id, name, disabled, instant) VALUES (?1, ?2, ?3, ?4)";
    CLIENT = "SELECT id, name, disabled, instant FROM client WHERE id = ?1";
    CLIENTS = "SELECT id, name, disabled, instant FROM client ORDER BY name, id";
    SET_DISABLED = "UPDATE client SET disabled = ?2 WHERE id = ?1";
    SET_INSTANT = "UPDATE client SET instant = ?2 WHERE id = ?1";
    ADD_KEY = "INSERT INTO api_key (key_id, client, hash, issued_at, ends_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    END_KEY = "UPDATE api_key SET ends_at = min(coalesce(ends_at, ?2), ?2) WHERE key_id = ?1";
    KEY = "SELECT api_key.key_id, api_key.client, api_key.issued_at, api_key.ends_at, api_key.hash, client.id, client.name, client.disabled, client.instant FROM api_key JOIN client ON client.id = api_key.client WHERE api_key.key_id = ?1";
    KEYS_OF = "SELECT key_id, client, issued_at, ends_at FROM api_key WHERE client = ?1 ORDER BY issued_at, key_id";
    ADD_TOPIC = "INSERT INTO topic (name) VALUES (?1) ON CONFLICT DO NOTHING";
    HAS_TOPIC = "SELECT 1 FROM topic WHERE name = ?1";
    TOPICS = "SELECT name FROM topic ORDER BY name";
}

impl Db {
    /// What is known, or else what the database says, which is then known.
    fn known_or_read<T: Clone>(
        &self,
        find: impl FnOnce(&Held) -> Option<T>,
        read: impl FnOnce() -> Result<Option<T>>,
        keep: impl FnOnce(&mut Held, T),
    ) -> Result<Option<T>> {
        if let Some(found) = self.known.find(find) {
            return Ok(Some(found));
        }
        if self.known.look_is_due() {
            self.writer.look();
        }
        let change = self.known.changes();
        let found = read()?;
        if let Some(found) = &found {
            let found = found.clone();
            self.known.keep(change, |held| keep(held, found));
        }
        Ok(found)
    }
}

#[async_trait]
impl Directory for Db {
    async fn identity(&self, new: PlatformId) -> Result<PlatformId> {
        self.write("say which platform this is", move |tx| {
            tx.write(NAME_IT, [new.0.as_bytes()])?;
            tx.one(IDENTITY, [], |cells| cells.take("identity.platform"))?
                .ok_or(StoreError::Inconsistent { place: "identity" })
        })
        .await
    }

    async fn put_practice(&self, by: &Actor, new: &Practice, at: Timestamp) -> Result<bool> {
        let (by, new) = (by.clone(), new.clone());
        self.write("put practice", move |tx| {
            tx.side.directory = true;
            let code = new.ods_code.as_str();
            let known = tx.one(PRACTICE, [code], |cells| practice(cells))?;
            let (sql, action) = match &known {
                None => (ADD_PRACTICE, "add practice"),
                Some(known) if known.name != new.name => (RENAME_PRACTICE, "rename practice"),
                Some(_) => return Ok(false),
            };
            tx.write_one(sql, [code, &new.name], "practice")?;
            tx.audit(&by, at, action, code)?;
            Ok(known.is_none())
        })
        .await
    }

    async fn practice(&self, code: &OdsCode) -> Result<Option<Practice>> {
        self.known_or_read(
            |held| held.practice(code),
            || {
                self.read("read a practice", |conn| {
                    conn.one(PRACTICE, [code.as_str()], |cells| practice(cells))
                })
            },
            Held::keep_practice,
        )
    }

    async fn practices(&self) -> Result<Vec<Practice>> {
        self.read("read practices", |conn| {
            conn.all(PRACTICES, [], |cells| practice(cells))
        })
    }

    async fn add_client(&self, by: &Actor, new: &ClientSystem, at: Timestamp) -> Result<()> {
        let (by, new) = (by.clone(), new.clone());
        self.write("add client system", move |tx| {
            tx.side.directory = true;
            let row = params![new.id.0.as_bytes(), new.name, new.disabled, new.instant];
            tx.write_one(ADD_CLIENT, row, "client")?;
            tx.audit(&by, at, "add client system", new.id)
        })
        .await
    }

    async fn client(&self, id: ClientSystemId) -> Result<Option<ClientSystem>> {
        self.read("read a client system", |conn| {
            conn.one(CLIENT, [id.0.as_bytes()], |cells| client(cells))
        })
    }

    async fn clients(&self) -> Result<Vec<ClientSystem>> {
        self.read("read client systems", |conn| {
            conn.all(CLIENTS, [], |cells| client(cells))
        })
    }

    async fn set_client_disabled(
        &self,
        by: &Actor,
        id: ClientSystemId,
        disabled: bool,
        at: Timestamp,
    ) -> Result<bool> {
        let by = by.clone();
        self.write("disable or enable client system", move |tx| {
            tx.side.directory = true;
            if tx.write(SET_DISABLED, params![id.0.as_bytes(), disabled])? == 0 {
                return Ok(false);
            }
            let action = if disabled {
                "disable client system"
            } else {
                "enable client system"
            };
            tx.audit(&by, at, action, id)?;
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
        let by = by.clone();
        self.write("allow or stop instant messages", move |tx| {
            tx.side.directory = true;
            if tx.write(SET_INSTANT, params![id.0.as_bytes(), instant])? == 0 {
                return Ok(false);
            }
            let action = if instant {
                "allow instant messages"
            } else {
                "stop instant messages"
            };
            tx.audit(&by, at, action, id)?;
            Ok(true)
        })
        .await
    }

    async fn add_api_key(&self, by: &Actor, new: &ApiKeyInfo, hash: Hash) -> Result<()> {
        let (by, new) = (by.clone(), new.clone());
        self.write("add API key", move |tx| {
            tx.side.directory = true;
            let row = params![
                new.key_id,
                new.client.0.as_bytes(),
                hash.as_bytes(),
                new.issued_at.as_millisecond(),
                new.ends_at.map(Timestamp::as_millisecond),
            ];
            tx.write_one(ADD_KEY, row, "api_key")?;
            tx.audit(&by, new.issued_at, "add API key", &new.key_id)
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
        let (by, key_id) = (by.clone(), key_id.to_owned());
        self.write("end API key", move |tx| {
            tx.side.directory = true;
            if tx.write(END_KEY, params![key_id, ends_at.as_millisecond()])? == 0 {
                return Ok(false);
            }
            tx.audit(&by, at, "end API key", &key_id)?;
            Ok(true)
        })
        .await
    }

    async fn api_key(&self, key_id: &str) -> Result<Option<FoundApiKey>> {
        self.known_or_read(
            |held| held.key(key_id),
            || {
                self.read("read an API key", |conn| {
                    conn.one(KEY, [key_id], |cells| found_api_key(cells))
                })
            },
            Held::keep_key,
        )
    }

    async fn api_keys_of(&self, client: ClientSystemId) -> Result<Vec<ApiKeyInfo>> {
        self.read("read API keys", |conn| {
            conn.all(KEYS_OF, [client.0.as_bytes()], |cells| api_key(cells))
        })
    }

    async fn add_topic(&self, by: &Actor, name: &str, at: Timestamp) -> Result<bool> {
        let (by, name) = (by.clone(), name.to_owned());
        self.write("add topic", move |tx| {
            tx.side.directory = true;
            if tx.write(ADD_TOPIC, [&name])? == 0 {
                return Ok(false);
            }
            tx.audit(&by, at, "add topic", &name)?;
            Ok(true)
        })
        .await
    }

    async fn has_topic(&self, name: &str) -> Result<bool> {
        let found = self.known_or_read(
            |held| held.has_topic(name),
            || {
                self.read("look for a topic", |conn| {
                    conn.one(HAS_TOPIC, [name], |_| Ok(true))
                })
            },
            |held, _| held.keep_topic(name),
        )?;
        Ok(found.is_some())
    }

    async fn topics(&self) -> Result<Vec<String>> {
        self.read("read topics", |conn| {
            conn.all(TOPICS, [], |cells| cells.take("topic.name"))
        })
    }
}
