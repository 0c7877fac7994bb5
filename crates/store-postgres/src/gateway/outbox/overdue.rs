//! Messages whose time ran out before anybody tried to send them.

use super::super::Db;
use super::settle::{GATEWAY, Was, was};
use super::statements::{EXPIRE, LOCK_LINE_OF, NEXT_TURN, OVERDUE};
use crate::attempt::Call;
use crate::conn::Params;
use crate::row::clean;
use jiff::Timestamp;
use model::ClientMessageId;
use model::outbox::Bucket;
use store::Result;
use store::gateway::{AttemptOutcome, Happening};
use store::row::Cells as _;
use store::row::gateway::message::outcome;

pub(super) async fn expire(db: &Db, at: Timestamp, problem: &str, limit: u32) -> Result<u64> {
    let (now, limit) = (at.as_millisecond(), i64::from(limit));
    let overdue = db.read("look what has expired", |conn| async move {
        conn.all(OVERDUE, &[&now, &limit], |row| {
            row.take::<ClientMessageId>("message.id")
        })
        .await
    });
    let problem = clean(problem);
    let mut expired = 0;
    // Each in a transaction of its own: it needs the lock of its patient's line first.
    for id in overdue.await? {
        expired += u64::from(one(db, id, at, &problem).await?);
    }
    Ok(expired)
}

/// `false` when somebody else was faster.
async fn one(db: &Db, id: ClientMessageId, at: Timestamp, problem: &str) -> Result<bool> {
    let call = Call::new("expire message").repeatable();
    let now = at.as_millisecond();
    db.write(call, |tx| async move {
        let expired = AttemptOutcome::NotSent("expired".to_owned());
        let (kind, status, detail) = outcome(&expired);
        let line: Params<'_> = &[&id.0];
        let row: Params<'_> = &[&id.0, &now, &problem, &kind, &status, &detail];
        let (_, over) =
            futures_util::try_join!(tx.write(LOCK_LINE_OF, line), tx.one(EXPIRE, row, was))?;
        let Some(Was { subject, .. }) = over else {
            return Ok(false);
        };
        tx.count(Some(Bucket::Queued), Bucket::Refused);
        let refused = Happening::Refused {
            message: id,
            problem: problem.to_owned(),
        };
        tx.happen(GATEWAY, at, &refused);
        let next: Params<'_> = &[&subject.as_str(), &now];
        if tx.write(NEXT_TURN, next).await? > 0 {
            tx.queue();
        }
        Ok(true)
    })
    .await
}
