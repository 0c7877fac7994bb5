//! Rows as operators see them.

use super::{Cells, devices, message, stage};
use crate::platform::{DeadMessage, Seen, SeenDevice, Waits, oversight};
use crate::{Result, StoreError};
use jiff::Timestamp;
use model::device::RegistrationKey;
use model::{MessageRef, SpineUserId};

/// A message: reference, client, its name, message id, approved by, practice, topic, accepted at, expires at,
/// changed at, attachments, coded items, emptied, and the stage as [`stage::read`] reads it, an empty text in the
/// place of a reason.
///
/// # Errors
/// [`StoreError::Inconsistent`], as of every function here.
pub fn seen(cells: &mut impl Cells) -> Result<Seen> {
    Ok(Seen {
        reference: cells.take("message.reference")?,
        client: cells.take("message.client")?,
        client_name: cells.take("client.name")?,
        message_id: cells.take("message.message_id")?,
        instant: cells
            .take::<Option<SpineUserId>>("message.approved_by")?
            .is_some(),
        practice: cells.take("message.practice")?,
        topic: cells.take("message.topic")?,
        accepted_at: cells.take("message.accepted_at")?,
        expires_at: cells.take("message.expires_at")?,
        changed_at: cells.take("message.changed_at")?,
        attachments: cells.take("message.attachments")?,
        coded_items: cells.take("message.coded_items")?,
        emptied: cells.take("message.emptied")?,
        stage: stage::read(cells)?,
    })
}

/// What waits at a practice: code, name, how many of each age, the lowest reference.
///
/// # Errors
/// As [`seen`].
pub fn waits(cells: &mut impl Cells) -> Result<Waits> {
    let (practice, name) = (
        cells.take("practice.ods_code")?,
        cells.take("practice.name")?,
    );
    let mut count = || cells.take("message.reference");
    let by_age = [count()?, count()?, count()?, count()?];
    let oldest: Option<MessageRef> = cells.take("message.reference")?;
    Ok(Waits {
        practice,
        name,
        by_age,
        oldest: oldest.map(oversight::accepted_at),
    })
}

/// A toolbar: as [`devices::device`] reads it, then when a session at it was last used.
///
/// # Errors
/// As [`seen`].
pub fn device(cells: &mut impl Cells) -> Result<SeenDevice> {
    Ok(SeenDevice {
        device: devices::device(cells)?,
        used_at: cells.take("session.last_used_at")?,
    })
}

/// A registration key: part 1, practice, many, ends at, uses.
///
/// # Errors
/// As [`seen`].
pub fn registration_key(cells: &mut impl Cells) -> Result<(RegistrationKey, u32)> {
    let key = RegistrationKey {
        part_1: cells.take("registration_key.part_1")?,
        practice: cells.take("registration_key.practice")?,
        many: cells.take("registration_key.many")?,
        ends_at: cells.take("registration_key.ends_at")?,
    };
    Ok((key, cells.take("registration_key.uses")?))
}

/// A message that settling may have put off, if its row cannot be read. What follows in the row is as
/// [`message::stored`] reads it.
pub fn dead(
    reference: Option<MessageRef>,
    again_at: Option<Timestamp>,
    cells: &mut impl Cells,
) -> Option<DeadMessage> {
    let wrong = match message::stored(cells) {
        Ok(_) if reference.is_some() => return None,
        Ok(_) => Some("message.reference"),
        Err(StoreError::Inconsistent { place }) => Some(place),
        Err(_) => None,
    };
    Some(DeadMessage {
        reference,
        wrong,
        again_at,
    })
}
