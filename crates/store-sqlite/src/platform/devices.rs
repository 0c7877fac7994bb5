//! Toolbars, the keys that register them, and sessions at them.

use super::Db;
use crate::platform::Tx;
use crate::sql::statements;
use async_trait::async_trait;
use jiff::Timestamp;
use model::device::{Device, RegistrationKey};
use model::{Actor, DeviceId, Hash, OdsCode, SessionId};
use rusqlite::params;
use store::Result;
use store::platform::{Audience, Devices, FoundKey, NewSession, Session};
use store::row::Cells as _;
use store::row::devices::{device, found_key, session};

statements! {
    ADD_KEY = "INSERT INTO registration_key (part_1, practice, hash, many, ends_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    KEY = "SELECT part_1, practice, many, ends_at, hash, uses FROM registration_key WHERE part_1 = ?1";
    END_KEY = "UPDATE registration_key SET ends_at = min(ends_at, ?2) WHERE part_1 = ?1";
    USE_KEY = "UPDATE registration_key SET uses = uses + 1 WHERE part_1 = ?1 AND (many = 1 OR uses = 0)";
    ADD_DEVICE = "INSERT INTO device (id, practice, name, public_key, registered_at, blocked_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    DEVICE = "SELECT id, practice, name, public_key, registered_at, blocked_at FROM device WHERE id = ?1";
    DEVICES = "SELECT id, practice, name, public_key, registered_at, blocked_at FROM device ORDER BY registered_at, id";
    DEVICES_OF = "SELECT id, practice, name, public_key, registered_at, blocked_at FROM device WHERE practice = ?1 ORDER BY registered_at, id";
    BLOCK = "UPDATE device SET blocked_at = coalesce(blocked_at, ?2) WHERE id = ?1";
    UNBLOCK = "UPDATE device SET blocked_at = NULL WHERE id = ?1 AND blocked_at IS NOT NULL";
    REMOVE = "DELETE FROM device WHERE id = ?1";
    END_SESSIONS_AT = "DELETE FROM session WHERE device = ?1";
    USE_ASSERTION = "INSERT INTO used_assertion (device, id, ends_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    ADD_SESSION = "INSERT INTO session (id, hash, device, practice, spine_user_id, name, made_at, last_used_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)";
    SESSION = "SELECT session.id, session.device, device.blocked_at IS NOT NULL, session.practice, session.spine_user_id, session.name, session.made_at, session.last_used_at FROM session JOIN device ON device.id = session.device WHERE session.hash = ?1";
    TOUCH = "UPDATE session SET last_used_at = max(last_used_at, ?2) WHERE id = ?1";
    END_SESSION = "DELETE FROM session WHERE id = ?1 RETURNING practice";
    FORGET_SESSIONS = "DELETE FROM session WHERE made_at < ?1";
    FORGET_ASSERTIONS = "DELETE FROM used_assertion WHERE ends_at < ?1";
}

/// Ends what is signed in at a device. Its streams wake up, look at their sessions, and end too.
fn end_sessions_at(tx: &mut Tx<'_>, id: DeviceId) -> Result<bool> {
    let Some(device) = tx.one(DEVICE, [id.0.as_bytes()], |cells| device(cells))? else {
        return Ok(false);
    };
    tx.write(END_SESSIONS_AT, [id.0.as_bytes()])?;
    tx.wake(Audience::Practice(device.practice));
    Ok(true)
}

#[async_trait]
impl Devices for Db {
    async fn add_registration_key(
        &self,
        by: &Actor,
        key: &RegistrationKey,
        hash: Hash,
        at: Timestamp,
    ) -> Result<()> {
        let (by, key) = (by.clone(), key.clone());
        self.write("add registration key", move |tx| {
            let row = params![
                key.part_1,
                key.practice.as_str(),
                hash.as_bytes(),
                key.many,
                key.ends_at.as_millisecond(),
            ];
            tx.write_one(ADD_KEY, row, "registration_key")?;
            tx.audit(&by, at, "add registration key", &key.part_1)
        })
        .await
    }

    async fn end_registration_key(&self, by: &Actor, part_1: &str, at: Timestamp) -> Result<bool> {
        let (by, part_1) = (by.clone(), part_1.to_owned());
        self.write("end registration key", move |tx| {
            if tx.write(END_KEY, params![part_1, at.as_millisecond()])? == 0 {
                return Ok(false);
            }
            tx.audit(&by, at, "end registration key", &part_1)?;
            Ok(true)
        })
        .await
    }

    async fn registration_key(&self, part_1: &str) -> Result<Option<FoundKey>> {
        self.read("read a registration key", |conn| {
            conn.one(KEY, [part_1], |cells| found_key(cells))
        })
    }

    async fn register(&self, by: &Actor, part_1: &str, device: &Device) -> Result<bool> {
        let (by, part_1, device) = (by.clone(), part_1.to_owned(), device.clone());
        self.write("register toolbar", move |tx| {
            if tx.write(USE_KEY, [&part_1])? == 0 {
                return Ok(false);
            }
            let row = params![
                device.id.0.as_bytes(),
                device.practice.as_str(),
                device.name,
                device.public_key,
                device.registered_at.as_millisecond(),
                device.blocked_at.map(Timestamp::as_millisecond),
            ];
            tx.write_one(ADD_DEVICE, row, "device")?;
            tx.audit(&by, device.registered_at, "register toolbar", device.id)?;
            Ok(true)
        })
        .await
    }

    async fn device(&self, id: DeviceId) -> Result<Option<Device>> {
        self.read("read a device", |conn| {
            conn.one(DEVICE, [id.0.as_bytes()], |cells| device(cells))
        })
    }

    async fn devices(&self, practice: Option<&OdsCode>) -> Result<Vec<Device>> {
        self.read("read devices", |conn| match practice {
            Some(code) => conn.all(DEVICES_OF, [code.as_str()], |cells| device(cells)),
            None => conn.all(DEVICES, [], |cells| device(cells)),
        })
    }

    async fn block_device(&self, by: &Actor, id: DeviceId, at: Timestamp) -> Result<bool> {
        let by = by.clone();
        self.write("block device", move |tx| {
            if !end_sessions_at(tx, id)? {
                return Ok(false);
            }
            let row = params![id.0.as_bytes(), at.as_millisecond()];
            tx.write_one(BLOCK, row, "device.blocked_at")?;
            tx.audit(&by, at, "block device", id)?;
            Ok(true)
        })
        .await
    }

    async fn unblock_device(&self, by: &Actor, id: DeviceId, at: Timestamp) -> Result<bool> {
        let by = by.clone();
        self.write("unblock device", move |tx| {
            if tx.write(UNBLOCK, [id.0.as_bytes()])? == 0 {
                return Ok(false);
            }
            tx.audit(&by, at, "unblock device", id)?;
            Ok(true)
        })
        .await
    }

    async fn remove_device(&self, by: &Actor, id: DeviceId, at: Timestamp) -> Result<bool> {
        let by = by.clone();
        self.write("remove device", move |tx| {
            if !end_sessions_at(tx, id)? {
                return Ok(false);
            }
            tx.write_one(REMOVE, [id.0.as_bytes()], "device")?;
            tx.audit(&by, at, "remove device", id)?;
            Ok(true)
        })
        .await
    }

    async fn sign_in(&self, by: &Actor, session: &NewSession) -> Result<bool> {
        let (by, new) = (by.clone(), session.clone());
        self.write("sign in", move |tx| {
            let device = new.device.0.as_bytes();
            let assertion = params![
                device,
                new.assertion_id,
                new.assertion_ends.as_millisecond()
            ];
            if tx.write(USE_ASSERTION, assertion)? == 0 {
                return Ok(false);
            }
            let row = params![
                new.id.0.as_bytes(),
                new.hash.as_bytes(),
                device,
                new.practitioner.practice.as_str(),
                new.practitioner.spine_user_id.as_str(),
                new.name,
                new.at.as_millisecond(),
            ];
            tx.write_one(ADD_SESSION, row, "session")?;
            tx.audit(&by, new.at, "sign in", new.id)?;
            Ok(true)
        })
        .await
    }

    async fn session(&self, hash: Hash) -> Result<Option<Session>> {
        self.read("read a session", |conn| {
            conn.one(SESSION, [hash.as_bytes()], |cells| session(cells))
        })
    }

    async fn touch_session(&self, id: SessionId, at: Timestamp) -> Result<()> {
        self.write("touch session", move |tx| {
            // None is touched when it ended meanwhile.
            tx.write(TOUCH, params![id.0.as_bytes(), at.as_millisecond()])
                .map(drop)
        })
        .await
    }

    async fn end_session(&self, by: &Actor, id: SessionId, at: Timestamp) -> Result<bool> {
        let by = by.clone();
        self.write("end session", move |tx| {
            let ended = tx.one(END_SESSION, [id.0.as_bytes()], |cells| {
                cells.take::<OdsCode>("session.practice")
            })?;
            let Some(practice) = ended else {
                return Ok(false);
            };
            tx.wake(Audience::Practice(practice));
            tx.audit(&by, at, "end session", id)?;
            Ok(true)
        })
        .await
    }

    async fn forget_old_sessions(&self, made_before: Timestamp, now: Timestamp) -> Result<u64> {
        self.write("forget old sessions", move |tx| {
            let sessions = tx.write(FORGET_SESSIONS, [made_before.as_millisecond()])?;
            let assertions = tx.write(FORGET_ASSERTIONS, [now.as_millisecond()])?;
            Ok((sessions + assertions) as u64)
        })
        .await
    }
}
