//! Toolbar installations, the keys that register them, and sessions at them.

use crate::Result;
use async_trait::async_trait;
use jiff::Timestamp;
use model::device::{Device, RegistrationKey};
use model::practitioner::Practitioner;
use model::{Actor, DeviceId, Hash, OdsCode, SessionId};

/// A registration key with what is needed to judge its use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundKey {
    /// The key.
    pub key: RegistrationKey,
    /// Hash of part 2.
    pub hash: Hash,
    /// How often it was used.
    pub uses: u32,
}

/// A sign-in.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// Hash of the bearer secret.
    pub hash: Hash,
    /// At which toolbar.
    pub device: DeviceId,
    /// Who.
    pub practitioner: Practitioner,
    /// Their name, for people.
    pub name: String,
    /// The assertion's id, which may be used once …
    pub assertion_id: String,
    /// … and is remembered until the assertion's end.
    pub assertion_ends: Timestamp,
    /// When.
    pub at: Timestamp,
}

/// A session as it stands. Whether it lives is [`model::device::session_lives`]'s to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// At which toolbar.
    pub device: DeviceId,
    /// Whether that toolbar is blocked.
    pub device_blocked: bool,
    /// Who.
    pub practitioner: Practitioner,
    /// Their name.
    pub name: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Timestamp,
}

/// Toolbars and sessions.
#[async_trait]
pub trait Devices: Send + Sync {
    /// Stores a registration key's hash.
    async fn add_registration_key(
        &self,
        by: &Actor,
        key: &RegistrationKey,
        hash: Hash,
        at: Timestamp,
    ) -> Result<()>;
    /// Lets a key end. An earlier end stands. `false` when there is none.
    async fn end_registration_key(&self, by: &Actor, part_1: &str, at: Timestamp) -> Result<bool>;
    /// The key with this part 1.
    async fn registration_key(&self, part_1: &str) -> Result<Option<FoundKey>>;
    /// Uses the key and adds the device. `false`, and no device, when the key was single-use and used.
    async fn register(&self, by: &Actor, part_1: &str, device: &Device) -> Result<bool>;
    /// One device.
    async fn device(&self, id: DeviceId) -> Result<Option<Device>>;
    /// A practice's devices, or all, oldest first.
    async fn devices(&self, practice: Option<&OdsCode>) -> Result<Vec<Device>>;
    /// Blocks a device and ends its sessions. `false` when there is none.
    async fn block_device(&self, by: &Actor, id: DeviceId, at: Timestamp) -> Result<bool>;
    /// Lets a blocked device sign in again. `false` when there is none, or it is not blocked.
    async fn unblock_device(&self, by: &Actor, id: DeviceId, at: Timestamp) -> Result<bool>;
    /// Forgets a device and ends its sessions. `false` when there is none.
    async fn remove_device(&self, by: &Actor, id: DeviceId, at: Timestamp) -> Result<bool>;

    /// Makes a session. `false`, and no session, when the assertion was used before.
    async fn sign_in(&self, by: &Actor, session: &NewSession) -> Result<bool>;
    /// The session with this secret, unless it was ended.
    async fn session(&self, hash: Hash) -> Result<Option<Session>>;
    /// Notes that a session was used. Callers do so at most once a minute a session.
    async fn touch_session(&self, id: SessionId, at: Timestamp) -> Result<()>;
    /// Ends a session. `false` when there is none.
    async fn end_session(&self, by: &Actor, id: SessionId, at: Timestamp) -> Result<bool>;
    /// Forgets sessions made before `made_before` and assertion ids that ended before `now`.
    async fn forget_old_sessions(&self, made_before: Timestamp, now: Timestamp) -> Result<u64>;
}
