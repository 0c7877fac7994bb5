//! Letting a refused message go again, mended.

use super::super::{Db, Rerun, Tx};
use super::statements::{LOCK, LOCK_LINE_OF, RELEASE};
use super::stored;
use crate::attempt::Call;
use crate::conn::Params;
use crate::text::kept;
use jiff::Timestamp;
use model::outbox::{Bucket, State};
use model::{ClientMessageId, UserId};
use store::Result;
use store::gateway::{Day, Happening, Mend, Released, Stored};
use store::row::Cells as _;

pub(super) async fn release(
    db: &Db,
    by: &str,
    id: ClientMessageId,
    mend: &Mend,
    at: Timestamp,
) -> Result<Released> {
    let call = Call::new("release message").repeatable();
    let rerun = &Rerun::default();
    db.write(call, |tx| async move {
        let rerun = rerun.is_one();
        let which: Params<'_> = &[&id.0];
        let (_, found) = futures_util::try_join!(
            tx.write(LOCK_LINE_OF, which),
            tx.one(LOCK, which, |row| {
                let stored = stored(row)?;
                let day: Day = row.take("message.day")?;
                Ok((stored, day))
            }),
        )?;
        let Some((stored, day)) = found else {
            return Ok(Released::Unknown);
        };
        if stored.state != State::Refused {
            tx.confirm();
            let ours = rerun && stored.state.holds_its_patient();
            return Ok(if ours {
                Released::Queued
            } else {
                Released::NotRefused
            });
        }
        if !stored.has_content {
            return Ok(Released::Emptied);
        }
        queue(&tx, &stored, mend, at).await?;
        if let Some(to) = &mend.to
            && *to != stored.to
        {
            // It counts where it goes, or entries would never be reconciled.
            tx.count_entry(day, &stored.to, -1);
            tx.count_entry(day, to, 1);
        }
        tx.count(Some(Bucket::Refused), Bucket::Queued);
        tx.happen(by, at, &Happening::Released(id));
        tx.queue();
        Ok(Released::Queued)
    })
    .await
}

/// Puts it at the end of its patient's line.
async fn queue(tx: &Tx, stored: &Stored, mend: &Mend, at: Timestamp) -> Result<()> {
    let topic = kept(mend.topic.as_ref().unwrap_or(&stored.topic));
    let user = mend.user.as_ref().or(stored.user.as_ref());
    let expires_at = mend.expires_at.unwrap_or(stored.expires_at);
    let row: Params<'_> = &[
        &stored.id.0,
        &at.as_millisecond(),
        &&*topic,
        &mend.to.as_ref().unwrap_or(&stored.to).as_str(),
        &user.map(UserId::as_str),
        &expires_at.as_millisecond(),
        &stored.subject.as_str(),
    ];
    tx.write_one(RELEASE, row, "message.id").await
}
