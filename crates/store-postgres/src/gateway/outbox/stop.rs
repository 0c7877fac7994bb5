//! Taking a queued message out of its patient's line.

use super::super::{Db, Rerun};
use super::settle::{Was, was};
use super::statements::{LOCK_LINE_OF, NEXT_TURN, STATE_OF, STOP};
use crate::attempt::Call;
use crate::conn::Params;
use crate::row::clean;
use jiff::Timestamp;
use model::ClientMessageId;
use model::outbox::{Bucket, State};
use store::Result;
use store::gateway::{Happening, Stopped};
use store::row::Cells as _;

pub(super) async fn stop(
    db: &Db,
    by: &str,
    id: ClientMessageId,
    problem: &str,
    at: Timestamp,
) -> Result<Stopped> {
    let call = Call::new("stop message").repeatable();
    let (now, problem, rerun) = (at.as_millisecond(), &*clean(problem), &Rerun::default());
    db.write(call, |tx| async move {
        let rerun = rerun.is_one();
        let which: Params<'_> = &[&id.0];
        let row: Params<'_> = &[&id.0, &now, &problem];
        let (_, stopped) =
            futures_util::try_join!(tx.write(LOCK_LINE_OF, which), tx.one(STOP, row, was))?;
        let Some(Was { subject, .. }) = stopped else {
            let found = tx.one(STATE_OF, which, |row| {
                let state: State = row.take("message.state")?;
                Ok((state, row.take::<Option<String>>("message.problem")?))
            });
            tx.confirm();
            return Ok(match found.await? {
                None => Stopped::Unknown,
                // This very call has done it; its COMMIT was in doubt.
                Some((State::Refused, why)) if rerun && why.as_deref() == Some(problem) => {
                    Stopped::Done
                }
                Some(_) => Stopped::NotQueued,
            });
        };
        tx.count(Some(Bucket::Queued), Bucket::Refused);
        let refused = Happening::Refused {
            message: id,
            problem: problem.to_owned(),
        };
        tx.happen(by, at, &refused);
        let next: Params<'_> = &[&subject.as_str(), &now];
        if tx.write(NEXT_TURN, next).await? > 0 {
            tx.queue();
        }
        Ok(Stopped::Done)
    })
    .await
}
