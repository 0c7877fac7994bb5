//! Entering: row, files, counts and event in one transaction.

use super::statements::{
    ADD, ADD_FILE, COUNT_ENTRY, COUNT_IN, COUNT_OUT, EARLIER, LAST_TURN, NOTE_DAY,
};
use crate::gateway::Tx;
use jiff::Timestamp;
use model::outbox::{Bucket, State};
use model::{Hash, NhsNumber, UploadId, UserId};
use rusqlite::params;
use store::Result;
use store::gateway::{Day, Entered, Happening, NewMessage, StoredFile, Wake};
use store::row::gateway::message::coded_data_text;
use store::row::{Cells as _, int};

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// The day of a moment.
pub(super) fn day(at: Timestamp) -> Day {
    let day = at.as_second().div_euclid(DAY_SECONDS);
    // Timestamps end in the year 9999, which is day 2,932,896.
    Day::try_from(day).unwrap_or_default()
}

pub(super) fn enter(tx: &mut Tx<'_>, message: &NewMessage) -> Result<Entered> {
    let earlier = tx.one(EARLIER, [message.id.0.as_bytes()], |cells| {
        let hash: Hash = cells.take("message.content_hash")?;
        let state: State = cells.take("message.state")?;
        let upload: UploadId = cells.take("message.upload")?;
        Ok((hash, state, upload))
    })?;
    if let Some((hash, state, upload)) = earlier {
        return Ok(if hash != message.content_hash {
            Entered::Conflict
        } else if upload == message.upload {
            // This very call, asked again.
            Entered::New
        } else {
            Entered::Same(state)
        });
    }
    if !tx.claim_upload(message.upload)? {
        return Ok(Entered::UploadGone);
    }
    let number = add(tx, message)?;
    for file in &message.content.files {
        add_file(tx, number, file)?;
    }
    let day = day(message.entered_at);
    tx.write_one(
        COUNT_ENTRY,
        params![day, message.to.as_str()],
        "entry_tally",
    )?;
    tx.write_one(NOTE_DAY, params![day, number], "entry_day")?;
    count(tx, None, Bucket::Queued)?;
    tx.tell(
        &message.by,
        message.entered_at,
        &Happening::Queued(message.id),
    )?;
    tx.side.wake(Wake::Sending);
    Ok(Entered::New)
}

fn add(tx: &Tx<'_>, message: &NewMessage) -> Result<i64> {
    let (turn, blocked) = end_of_line(tx, &message.subject)?;
    let content = &message.content;
    let row = params![
        message.id.0.as_bytes(),
        message.kind.as_str(),
        message.user.as_ref().map(UserId::as_str),
        message.topic,
        message.to.as_str(),
        message.subject.as_str(),
        message.entered_at.as_millisecond(),
        message.expires_at.as_millisecond(),
        message.by,
        message.content_hash.as_bytes(),
        message.upload.0.as_bytes(),
        content.body.as_ref().map(|body| body.kind.mime_type()),
        content.body.as_ref().map(|body| body.content.as_str()),
        coded_data_text(&content.coded_data),
        turn,
        blocked,
        day(message.entered_at),
    ];
    tx.write_one(ADD, row, "message")?;
    Ok(tx.last_insert_id())
}

fn add_file(tx: &Tx<'_>, message: i64, file: &StoredFile) -> Result<()> {
    let attachment = &file.attachment;
    let row = params![
        message,
        file.part,
        attachment.kind.mime_type(),
        attachment.file_name.as_str(),
        int(attachment.size),
        attachment.hash.as_bytes(),
    ];
    tx.write_one(ADD_FILE, row, "message_file")
}

/// The place behind everybody in a patient's line, and whether anybody is before it.
pub(super) fn end_of_line(tx: &Tx<'_>, subject: &NhsNumber) -> Result<(i64, bool)> {
    let last = tx.one(LAST_TURN, [subject.as_str()], |cells| {
        cells.take::<i64>("message.turn")
    })?;
    Ok((last.unwrap_or(0) + 1, last.is_some()))
}

/// Counts a message in a bucket, and out of the one it was in.
pub(super) fn count(tx: &Tx<'_>, from: Option<Bucket>, to: Bucket) -> Result<()> {
    if from == Some(to) {
        return Ok(());
    }
    if let Some(from) = from {
        tx.write_one(COUNT_OUT, [from.as_str()], "bucket_tally")?;
    }
    tx.write_one(COUNT_IN, [to.as_str()], "bucket_tally")
}
