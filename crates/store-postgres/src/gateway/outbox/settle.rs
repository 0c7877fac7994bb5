//! Ending a try, and giving the turn to the next message about the same patient.

use super::super::{Db, Rerun, Tx};
use super::statements::{
    ACCEPT, END_ATTEMPT, HAS_ENDED, LOCK_LINE_OF, NEXT_TURN, QUEUE_AGAIN, REFUSE,
};
use crate::attempt::Call;
use crate::conn::Params;
use crate::row::{Row, clean};
use jiff::Timestamp;
use model::outbox::Bucket;
use model::{ClientMessageId, NhsNumber};
use store::Result;
use store::gateway::{AttemptOutcome, Happening, Settled};
use store::row::gateway::message::outcome as columns;
use store::row::{Cells as _, int};

/// Who tells what the gateway does by itself.
pub(super) const GATEWAY: &str = "gateway";

/// What a message was that went out of a worker's hands.
pub(super) struct Was {
    number: i64,
    tries: i64,
    pub(super) subject: NhsNumber,
}

pub(super) fn was(row: &mut Row) -> Result<Was> {
    Ok(Was {
        number: row.take("message.number")?,
        tries: row.take("message.tries")?,
        subject: row.take("message.subject")?,
    })
}

pub(super) async fn settle(
    db: &Db,
    id: ClientMessageId,
    fence: u64,
    at: Timestamp,
    outcome: &AttemptOutcome,
    settled: &Settled,
) -> Result<bool> {
    let call = Call::new("settle message").repeatable();
    let (fence, rerun) = (int(fence), &Rerun::default());
    db.write(call, |tx| async move {
        let rerun = rerun.is_one();
        let Some(was) = change(&tx, id, fence, at, settled).await? else {
            return has_ended(&tx, id, fence, rerun).await;
        };
        end_attempt(&tx, &was, at, outcome).await?;
        match settled {
            Settled::Again { .. } => {
                tx.queue();
                return Ok(true);
            }
            Settled::Accepted { .. } => {
                tx.count(Some(Bucket::Queued), Bucket::Pending);
                tx.happen(GATEWAY, at, &Happening::Accepted(id));
            }
            Settled::Refused { problem } => {
                tx.count(Some(Bucket::Queued), Bucket::Refused);
                let problem = clean(problem).into_owned();
                let refused = Happening::Refused {
                    message: id,
                    problem,
                };
                tx.happen(GATEWAY, at, &refused);
            }
        }
        let next: Params<'_> = &[&was.subject.as_str(), &at.as_millisecond()];
        if tx.write(NEXT_TURN, next).await? > 0 {
            tx.queue();
        }
        Ok(true)
    })
    .await
}

/// Changes the row, if it is still in this worker's hands.
async fn change(
    tx: &Tx,
    id: ClientMessageId,
    fence: i64,
    at: Timestamp,
    settled: &Settled,
) -> Result<Option<Was>> {
    let line: Params<'_> = &[&id.0];
    let at = at.as_millisecond();
    match settled {
        Settled::Again { due_at } => {
            let due_at = due_at.as_millisecond();
            tx.one(QUEUE_AGAIN, &[&id.0, &fence, &at, &due_at], was)
                .await
        }
        Settled::Accepted { look_at } => {
            let look_at = look_at.as_millisecond();
            let row: Params<'_> = &[&id.0, &fence, &at, &look_at];
            let (_, was) =
                futures_util::try_join!(tx.write(LOCK_LINE_OF, line), tx.one(ACCEPT, row, was))?;
            Ok(was)
        }
        Settled::Refused { problem } => {
            let problem = clean(problem);
            let row: Params<'_> = &[&id.0, &fence, &at, &&*problem];
            let (_, was) =
                futures_util::try_join!(tx.write(LOCK_LINE_OF, line), tx.one(REFUSE, row, was))?;
            Ok(was)
        }
    }
}

/// Whether it is no longer in this worker's hands because this very call has settled it.
async fn has_ended(tx: &Tx, id: ClientMessageId, fence: i64, rerun: bool) -> Result<bool> {
    if !rerun {
        return Ok(false);
    }
    tx.confirm();
    let which: Params<'_> = &[&id.0, &fence];
    let ended = tx.one(HAS_ENDED, which, |row| row.take("message.fence"));
    Ok(ended.await? == Some(true))
}

async fn end_attempt(tx: &Tx, was: &Was, at: Timestamp, outcome: &AttemptOutcome) -> Result<()> {
    let (outcome, status, detail) = columns(outcome);
    let detail = detail.map(clean);
    let end: Params<'_> = &[
        &was.number,
        &was.tries,
        &at.as_millisecond(),
        &outcome,
        &status,
        &detail.as_deref(),
    ];
    tx.write_one(END_ATTEMPT, end, "attempt.number").await
}
