//! Toolbars, the keys that register them, and sessions at them.

use super::Db;
use crate::attempt::Call;
use crate::lookup::Kind;
use crate::row::clean;
use crate::sql::statements;
use crate::tx::Tx;
use async_trait::async_trait;
use jiff::Timestamp;
use model::device::{Device, RegistrationKey};
use model::{Actor, DeviceId, Hash, OdsCode, SessionId};
use store::Result;
use store::platform::{Audience, Devices, FoundKey, NewSession, Session};
use store::row::Cells as _;
use store::row::devices::{device, found_key, session};

statements! {
    ADD_KEY = "INSERT INTO registration_key (part_1, practice, hash, many, ends_at) VALUES ($1, $2, $3, $4, $5)";
    KEY = "SELECT part_1, practice, many, ends_at, hash, uses FROM registration_key WHERE part_1 = $1";
    END_KEY = "UPDATE registration_key SET ends_at = least(ends_at, $2) WHERE part_1 = $1";
    USE_KEY = "UPDATE registration_key SET uses = uses + 1 WHERE part_1 = $1 AND (many OR uses = 0)";
    ADD_DEVICE = "INSERT INTO device (id, practice, name, public_key, registered_at, blocked_at) VALUES ($1, $2, $3, $4, $5, $6)";
    DEVICE = "SELECT id, practice, name, public_key, registered_at, blocked_at FROM device WHERE id = $1";
    DEVICES = "SELECT id, practice, name, public_key, registered_at, blocked_at FROM device ORDER BY registered_at, id";
    DEVICES_OF = "SELECT id, practice, name, public_key, registered_at, blocked_at FROM device WHERE practice = $1 ORDER BY registered_at, id";
    // A sign-in refers to its device, so that it waits for this one and then finds no device, or the other
    // way round.
    LOCK_DEVICE = "SELECT practice FROM device WHERE id = $1 FOR UPDATE";
    BLOCK = "UPDATE device SET blocked_at = coalesce(blocked_at, $2) WHERE id = $1";
    UNBLOCK = "UPDATE device SET blocked_at = NULL WHERE id = $1 AND blocked_at IS NOT NULL";
    REMOVE = "DELETE FROM device WHERE id = $1";
    END_SESSIONS_AT = "DELETE FROM session WHERE device = $1";
    USE_ASSERTION = "INSERT INTO used_assertion (device, id, ends_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    ADD_SESSION = "INSERT INTO session (id, hash, device, practice, spine_user_id, name, made_at, last_used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)";
    SESSIONS_BY_HASH = "SELECT session.hash, session.id, session.device, (SELECT device.blocked_at IS NOT NULL FROM device WHERE device.id = session.device), session.practice, session.spine_user_id, session.name, session.made_at, session.last_used_at FROM session WHERE session.hash = ANY ($1::bytea[])";
    TOUCH = "UPDATE session SET last_used_at = greatest(last_used_at, $2) WHERE id = $1";
    END_SESSION = "DELETE FROM session WHERE id = $1 RETURNING practice";
    FORGET_SESSIONS = "DELETE FROM session WHERE made_at < $1";
    FORGET_ASSERTIONS = "DELETE FROM used_assertion WHERE ends_at < $1";
}

pub(super) static SESSIONS: Kind<Session> = Kind {
    name: "read a session",
    sql: SESSIONS_BY_HASH,
    place: "session.hash",
    read: session,
};

/// Ends what is signed in at a device. Its streams wake up, look at their sessions, and end too.
async fn end_sessions_at(tx: &Tx, id: DeviceId) -> Result<bool> {
    let practice = tx
        .one(LOCK_DEVICE, &[&id.0], |row| {
            row.take::<OdsCode>("device.practice")
        })
        .await?;
    let Some(practice) = practice else {
        return Ok(false);
    };
    tx.write(END_SESSIONS_AT, &[&id.0]).await?;
    tx.wake(Audience::Practice(practice));
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
        let call = Call::new("add registration key").audited();
        let ends_at = key.ends_at.as_millisecond();
        let part_1 = &clean(&key.part_1);
        self.write(call, |tx| async move {
            tx.audit(by, at, "add registration key", &key.part_1);
            tx.write_one(
                ADD_KEY,
                &[
                    part_1,
                    &key.practice.as_str(),
                    hash.as_bytes(),
                    &key.many,
                    &ends_at,
                ],
                "registration_key",
            )
            .await
        })
        .await
    }

    async fn end_registration_key(&self, by: &Actor, part_1: &str, at: Timestamp) -> Result<bool> {
        let call = Call::new("end registration key").audited().repeatable();
        let ends_at = at.as_millisecond();
        let cleaned = &clean(part_1);
        self.write(call, |tx| async move {
            if tx.write(END_KEY, &[cleaned, &ends_at]).await? == 0 {
                return Ok(false);
            }
            tx.audit(by, at, "end registration key", part_1);
            Ok(true)
        })
        .await
    }

    async fn registration_key(&self, part_1: &str) -> Result<Option<FoundKey>> {
        let part_1 = &clean(part_1);
        self.read("read a registration key", |conn| async move {
            conn.one(KEY, &[part_1], found_key).await
        })
        .await
    }

    async fn register(&self, by: &Actor, part_1: &str, device: &Device) -> Result<bool> {
        let call = Call::new("register toolbar").audited();
        let registered_at = device.registered_at.as_millisecond();
        let blocked_at = device.blocked_at.map(Timestamp::as_millisecond);
        let (part_1, name) = (&clean(part_1), &clean(&device.name));
        self.write(call, |tx| async move {
            if tx.write(USE_KEY, &[part_1]).await? == 0 {
                return Ok(false);
            }
            tx.audit(by, device.registered_at, "register toolbar", device.id);
            tx.write_one(
                ADD_DEVICE,
                &[
                    &device.id.0,
                    &device.practice.as_str(),
                    name,
                    &device.public_key,
                    &registered_at,
                    &blocked_at,
                ],
                "device",
            )
            .await?;
            Ok(true)
        })
        .await
    }

    async fn device(&self, id: DeviceId) -> Result<Option<Device>> {
        self.read("read a device", |conn| async move {
            conn.one(DEVICE, &[&id.0], device).await
        })
        .await
    }

    async fn devices(&self, practice: Option<&OdsCode>) -> Result<Vec<Device>> {
        self.read("read devices", |conn| async move {
            match practice {
                Some(code) => conn.all(DEVICES_OF, &[&code.as_str()], device).await,
                None => conn.all(DEVICES, &[], device).await,
            }
        })
        .await
    }

    async fn block_device(&self, by: &Actor, id: DeviceId, at: Timestamp) -> Result<bool> {
        let call = Call::new("block device").audited().repeatable();
        let blocked_at = at.as_millisecond();
        self.write(call, |tx| async move {
            if !end_sessions_at(&tx, id).await? {
                return Ok(false);
            }
            tx.audit(by, at, "block device", id);
            tx.write_one(BLOCK, &[&id.0, &blocked_at], "device.blocked_at")
                .await?;
            Ok(true)
        })
        .await
    }

    async fn unblock_device(&self, by: &Actor, id: DeviceId, at: Timestamp) -> Result<bool> {
        let call = Call::new("unblock device").audited();
        self.write(call, |tx| async move {
            if tx.write(UNBLOCK, &[&id.0]).await? == 0 {
                return Ok(false);
            }
            tx.audit(by, at, "unblock device", id);
            Ok(true)
        })
        .await
    }

    async fn remove_device(&self, by: &Actor, id: DeviceId, at: Timestamp) -> Result<bool> {
        let call = Call::new("remove device").audited();
        self.write(call, |tx| async move {
            if !end_sessions_at(&tx, id).await? {
                return Ok(false);
            }
            tx.audit(by, at, "remove device", id);
            tx.write_one(REMOVE, &[&id.0], "device").await?;
            Ok(true)
        })
        .await
    }

    async fn sign_in(&self, by: &Actor, session: &NewSession) -> Result<bool> {
        let call = Call::new("sign in").audited();
        let assertion_ends = session.assertion_ends.as_millisecond();
        let at = session.at.as_millisecond();
        let assertion_id = &clean(&session.assertion_id);
        let name = &clean(&session.name);
        self.write(call, |tx| async move {
            let assertion = tx
                .write(
                    USE_ASSERTION,
                    &[&session.device.0, assertion_id, &assertion_ends],
                )
                .await?;
            if assertion == 0 {
                return Ok(false);
            }
            tx.audit(by, session.at, "sign in", session.id);
            tx.write_one(
                ADD_SESSION,
                &[
                    &session.id.0,
                    session.hash.as_bytes(),
                    &session.device.0,
                    &session.practitioner.practice.as_str(),
                    &session.practitioner.spine_user_id.as_str(),
                    name,
                    &at,
                ],
                "session",
            )
            .await?;
            Ok(true)
        })
        .await
    }

    async fn session(&self, hash: Hash) -> Result<Option<Session>> {
        self.sessions.find(&self.core, hash).await
    }

    async fn touch_session(&self, id: SessionId, at: Timestamp) -> Result<()> {
        let call = Call::new("touch session").repeatable();
        let at = at.as_millisecond();
        self.write(call, |tx| async move {
            // None is touched when it ended meanwhile.
            tx.write(TOUCH, &[&id.0, &at]).await.map(drop)
        })
        .await
    }

    async fn end_session(&self, by: &Actor, id: SessionId, at: Timestamp) -> Result<bool> {
        let call = Call::new("end session").audited();
        self.write(call, |tx| async move {
            let ended = tx
                .one(END_SESSION, &[&id.0], |row| {
                    row.take::<OdsCode>("session.practice")
                })
                .await?;
            let Some(practice) = ended else {
                return Ok(false);
            };
            tx.wake(Audience::Practice(practice));
            tx.audit(by, at, "end session", id);
            Ok(true)
        })
        .await
    }

    async fn forget_old_sessions(&self, made_before: Timestamp, now: Timestamp) -> Result<u64> {
        let call = Call::new("forget old sessions").repeatable();
        let (made_before, now) = (made_before.as_millisecond(), now.as_millisecond());
        self.write(call, |tx| async move {
            let sessions = tx.write(FORGET_SESSIONS, &[&made_before]).await?;
            let assertions = tx.write(FORGET_ASSERTIONS, &[&now]).await?;
            Ok(sessions + assertions)
        })
        .await
    }
}
