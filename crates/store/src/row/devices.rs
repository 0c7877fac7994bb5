//! Rows of toolbars, the keys that register them, and sessions.

use super::Cells;
use super::permissions::practitioner;
use crate::Result;
use crate::platform::{FoundKey, Session};
use model::device::{Device, RegistrationKey};

/// A device: id, practice, name, public key, registered at, blocked at.
///
/// # Errors
/// [`crate::StoreError::Inconsistent`], as of every function here.
pub fn device(cells: &mut impl Cells) -> Result<Device> {
    Ok(Device {
        id: cells.take("device.id")?,
        practice: cells.take("device.practice")?,
        name: cells.take("device.name")?,
        public_key: cells.take("device.public_key")?,
        registered_at: cells.take("device.registered_at")?,
        blocked_at: cells.take("device.blocked_at")?,
    })
}

/// A session: id, device, whether that is blocked, practice, Spine user id, name, made at, last used at.
///
/// # Errors
/// As [`device`].
pub fn session(cells: &mut impl Cells) -> Result<Session> {
    Ok(Session {
        id: cells.take("session.id")?,
        device: cells.take("session.device")?,
        device_blocked: cells.take("device.blocked_at")?,
        practitioner: practitioner(cells, "session.practice", "session.spine_user_id")?,
        name: cells.take("session.name")?,
        made_at: cells.take("session.made_at")?,
        last_used_at: cells.take("session.last_used_at")?,
    })
}

/// A registration key: part 1, practice, many, ends at, hash, uses.
///
/// # Errors
/// As [`device`].
pub fn found_key(cells: &mut impl Cells) -> Result<FoundKey> {
    Ok(FoundKey {
        key: RegistrationKey {
            part_1: cells.take("registration_key.part_1")?,
            practice: cells.take("registration_key.practice")?,
            many: cells.take("registration_key.many")?,
            ends_at: cells.take("registration_key.ends_at")?,
        },
        hash: cells.take("registration_key.hash")?,
        uses: cells.take("registration_key.uses")?,
    })
}
