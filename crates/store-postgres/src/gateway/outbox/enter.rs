//! Entering a message: once, whatever happens to the answer.

use super::super::{Db, Tx};
use super::statements::{ADD, ADD_FILES, CLAIM_UPLOAD, EARLIER, LOCK_LINE, TAKE_BACK};
use crate::attempt::Call;
use crate::conn::Params;
use crate::row::bytes;
use crate::text::kept;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use model::outbox::{Bucket, State};
use model::{Hash, UploadId, UserId};
use store::Result;
use store::gateway::{Day, Entered, Happening, NewMessage, StoredFile};
use store::row::Cells as _;
use store::row::gateway::message::coded_data_text;

/// The day of a moment, in UTC.
pub(super) fn day_of(at: Timestamp) -> Day {
    let date = at.to_zoned(TimeZone::UTC).date();
    let since = date - civil::Date::constant(1970, 1, 1);
    since.get_days()
}

pub(super) async fn enter(db: &Db, message: &NewMessage) -> Result<Entered> {
    let call = Call::new("enter message").repeatable();
    db.write(call, |tx| async move {
        let Some(number) = add(&tx, message).await? else {
            return earlier(&tx, message).await;
        };
        let upload: Params<'_> = &[&message.upload.0];
        let (claimed, ()) = futures_util::try_join!(
            tx.write(CLAIM_UPLOAD, upload),
            add_files(&tx, number, message)
        )?;
        if claimed == 0 {
            // Its files go with it.
            tx.write(TAKE_BACK, &[&number]).await?;
            return Ok(Entered::UploadGone);
        }
        let (at, day) = (message.entered_at, day_of(message.entered_at));
        tx.count_entry(day, &message.to, 1);
        tx.count(None, Bucket::Queued);
        tx.happen(&message.by, at, &Happening::Queued(message.id));
        tx.queue();
        Ok(Entered::New)
    })
    .await
}

/// Adds the row, and says its number; `None` when there is one with this id.
async fn add(tx: &Tx, message: &NewMessage) -> Result<Option<i64>> {
    let (entered_at, expires_at) = (
        message.entered_at.as_millisecond(),
        message.expires_at.as_millisecond(),
    );
    let topic = kept(&message.topic);
    let body = message.content.body.as_ref();
    let body_type = body.map(|body| body.kind.mime_type());
    let words = body.map(|body| kept(&body.content));
    let coded_data = coded_data_text(&message.content.coded_data);
    let row: Params<'_> = &[
        &message.id.0,
        &message.kind.as_str(),
        &message.user.as_ref().map(UserId::as_str),
        &&*topic,
        &message.to.as_str(),
        &message.subject.as_str(),
        &entered_at,
        &expires_at,
        &message.by,
        &bytes(&message.content_hash),
        &message.upload.0,
        &body_type,
        &words.as_deref(),
        &coded_data,
        &day_of(message.entered_at),
    ];
    let line: Params<'_> = &[&message.subject.as_str()];
    let (_, number) = futures_util::try_join!(
        tx.write(LOCK_LINE, line),
        tx.one(ADD, row, |row| row.take("message.number")),
    )?;
    Ok(number)
}

async fn add_files(tx: &Tx, number: i64, message: &NewMessage) -> Result<()> {
    let files = &message.content.files;
    if files.is_empty() {
        return Ok(());
    }
    let part: Vec<i64> = column(files, |file| file.part.into());
    let kind: Vec<&str> = column(files, |file| file.attachment.kind.mime_type());
    let name: Vec<&str> = column(files, |file| file.attachment.file_name.as_str());
    let size: Vec<i64> = column(files, |file| store::row::int(file.attachment.size));
    let hash: Vec<&[u8]> = column(files, |file| bytes(&file.attachment.hash));
    let rows: Params<'_> = &[&number, &part, &kind, &name, &size, &hash];
    tx.write(ADD_FILES, rows).await.map(drop)
}

fn column<'f, T>(files: &'f [StoredFile], of: impl Fn(&'f StoredFile) -> T) -> Vec<T> {
    files.iter().map(of).collect()
}

/// What the earlier one with this id is. One with the same upload was entered by this very call, whose COMMIT had
/// no answer.
async fn earlier(tx: &Tx, message: &NewMessage) -> Result<Entered> {
    tx.confirm();
    let which: Params<'_> = &[&message.id.0];
    let earlier = tx.one(EARLIER, which, |row| {
        let hash: Hash = row.take("message.content_hash")?;
        let upload: UploadId = row.take("message.upload")?;
        let state: State = row.take("message.state")?;
        Ok((hash, upload, state))
    });
    let place = "message.id";
    let inconsistent = store::StoreError::Inconsistent { place };
    let (hash, upload, state) = earlier.await?.ok_or(inconsistent)?;
    Ok(if hash != message.content_hash {
        Entered::Conflict
    } else if upload == message.upload {
        Entered::New
    } else {
        Entered::Same(state)
    })
}
