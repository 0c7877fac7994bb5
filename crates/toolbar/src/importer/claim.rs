//! Taking a message under a claim, and giving it back.

use super::Fault;
use super::hold::{self, Asked, Hold};
use crate::backoff::Backoff;
use crate::shared::{Session, Shared};
use faultpoint::Point;
use std::sync::Arc;
use wire::practice::{ClaimMode, Detail};

/// Claims a message, trying again a few times when the platform is not there.
pub(crate) async fn claim(
    shared: &Shared,
    session: &Session,
    message_ref: &str,
    mode: ClaimMode,
) -> Result<(Detail, Hold), Fault> {
    let mut backoff = Backoff::new(shared.pace.retry, shared.pace.retry_most);
    let mut tries = 0;
    loop {
        if !shared.may_write(session) {
            return Err(Fault::Closed);
        }
        let asked = Asked::now(&shared.clock);
        faultpoint::pass(Point::Claim);
        match session.calls.claim(message_ref, mode).await {
            Ok(claimed) => {
                faultpoint::pass(Point::Claimed);
                let life = hold::life(&claimed.lease_until, shared.clock.now());
                let hold = Hold::keep(
                    session.calls.clone(),
                    message_ref.to_owned(),
                    claimed.fence,
                    life,
                    asked,
                    Arc::clone(&shared.clock),
                );
                return Ok((claimed.message, hold));
            }
            Err(error) => {
                tries += 1;
                if !error.is_temporary() || tries >= shared.pace.tries {
                    return Err(Fault::NotTaken(error));
                }
                let wait = backoff.next(shared.entropy.as_ref(), error.retry_after());
                if shared.pause(wait).await {
                    return Err(Fault::Closed);
                }
            }
        }
    }
}

/// Gives a claim back, so that nobody waits for its end; `Err` when that is not known to have worked.
pub(crate) async fn give_back(
    shared: &Shared,
    session: &Session,
    hold: &Hold,
) -> Result<(), sdk::Error> {
    let mut backoff = Backoff::new(shared.pace.retry, shared.pace.retry_most);
    let mut tries = 0;
    loop {
        let release = session.calls.release(hold.message_ref(), hold.fence());
        let Err(error) = release.await else {
            return Ok(());
        };
        tries += 1;
        if !error.is_temporary() || tries >= shared.pace.tries || hold.is_lost() {
            return Err(error);
        }
        let wait = backoff.next(shared.entropy.as_ref(), error.retry_after());
        if shared.pause(wait).await {
            return Err(error);
        }
    }
}
