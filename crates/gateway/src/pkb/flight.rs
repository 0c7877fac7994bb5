//! One renewal of a link's tokens. A refresh token works once, and a second use ends the patient's session at PKB. So:
//!
//! 1. In this process one flight a pair; everybody else waits for it. It is a task of its own: callers may go away.
//! 2. A lease in the database, so that of several nodes one flies.
//! 3. A connection to PKB, over which nothing is sent yet.
//! 4. A line in the journal, committed *before* the refresh token is sent: from then on it counts as spent.
//! 5. One call. It is never repeated, whatever happens.
//! 6. What came of it is committed ([`super::land`]), however long that takes; only then is it used.
//!
//! Whoever dies before 4 has spent nothing: the lease ends, and somebody else flies. Whoever dies after 4 and before 6
//! leaves a line that says so, and the patient has to authorise again.

use super::air::{Boarding, Pair, Pilot};
use super::land::{Came, land};
use super::pair::{self, Fresh};
use super::{NotRead, Pkb};
use crate::context::{Ctx, storage};
use crate::outbox::GATEWAY;
use faultpoint::Point;
use httpkit::problem::chain;
use jiff::{SignedDuration, Timestamp};
use model::pkb_link::Lapse;
use model::pkb_link::refresh::{LEASE, NoTokens, Verdict, verdict};
use model::{AppUserId, Secret};
use sdk::pkb::TokenFailure;
use std::sync::Arc;
use std::time::Duration;
use store::gateway::{Fence, Flight, SealedPlace, Tokens};
use tokio::time::Instant;
use tracing::{error, info, warn};

/// A caller waits for a flight no longer than this.
const CALLER_WAITS: Duration = Duration::from_secs(25);
/// Another node's flight is waited for so long.
const OTHERS: Duration = Duration::from_secs(24);
/// The first and the longest pause between looks at another node's flight.
const LOOKS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(500));

/// Who wants a renewal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// Somebody waits for a token: one that failed a moment ago is not tried again at once.
    Asked,
    /// It is due; the database knows how long to wait after a failure.
    Due,
}

/// Renews the tokens of this generation, or waits for whoever does. If all is well, there are others, or another node
/// has ended the link: the caller looks again.
pub(super) async fn renew(ctx: &Ctx, pkb: &Pkb, pair: &Pair, cause: Cause) -> Result<(), NotRead> {
    let now = ctx.now();
    if cause == Cause::Asked
        && let Some(until) = pkb.air.rests(pair, now)
    {
        return Err(not_before(now, until));
    }
    let mut arrival = match pkb.air.board(pair, &ctx.shutdown) {
        Boarding::Joined(arrival) => arrival,
        Boarding::Pilot(pilot, arrival) => {
            let ctx = Arc::clone(ctx);
            tokio::spawn(async move {
                let ended = fly(&ctx, &pilot).await;
                pilot.lands(ended);
            });
            arrival
        }
        Boarding::Closed => return Err(NotRead::not_reached()),
    };
    let landed = arrival.wait_for(Option::is_some);
    let ended = match tokio::time::timeout(CALLER_WAITS, landed).await {
        Ok(Ok(ended)) => ended.clone(),
        // It flies on, and is kept when it lands.
        Ok(Err(_)) | Err(_) => None,
    };
    ended.unwrap_or_else(|| Err(NotRead::not_reached()))
}

fn not_before(now: Timestamp, until: Timestamp) -> NotRead {
    let seconds = until.duration_since(now).as_secs();
    NotRead::NotReached {
        after: u64::try_from(seconds).unwrap_or(0).max(1),
    }
}

/// Settles what a former process left, where no other can be at the database. Once, and before the first flight.
pub(super) async fn settle_former(ctx: &Ctx, pkb: &Pkb) -> store::Result<()> {
    let settle = async || {
        if ctx.config.sole_node {
            let left = ctx
                .store
                .links
                .settle_all_flights(GATEWAY, ctx.now())
                .await?;
            if left > 0 {
                warn!(left, "renewals that the last process left were settled");
            }
        }
        Ok(())
    };
    pkb.air.settled().get_or_try_init(settle).await.copied()
}

/// Gets the lease, waiting for another node if need be, and flies.
async fn fly(ctx: &Ctx, pilot: &Pilot) -> Result<(), NotRead> {
    let pkb = ctx.pkb.as_ref().ok_or(NotRead::NotSetUp)?;
    let fault = |error| NotRead::Fault(storage(error));
    settle_former(ctx, pkb).await.map_err(fault)?;
    let (patient, generation) = pilot.pair();
    let give_up = Instant::now() + OTHERS;
    loop {
        let now = ctx.now();
        let until = now + LEASE;
        let taken = ctx
            .store
            .links
            .take_flight(GATEWAY, patient, *generation, pkb.air.holder(), now, until)
            .await;
        match taken.map_err(fault)? {
            Flight::Yours { fence, tokens } => {
                pilot.has_until(until);
                faultpoint::pass(Point::GatewayRefreshTaken);
                if let Some(ended) = call(ctx, pkb, pilot, fence, &tokens).await {
                    return ended;
                }
            }
            Flight::Others { until } => wait_for_others(ctx, pilot, until, give_up).await?,
            // Whoever waits looks at the tokens, or for them.
            Flight::Renewed | Flight::NotLinked => return Ok(()),
        }
        if Instant::now() >= give_up {
            return Err(NotRead::not_reached());
        }
    }
}

/// Waits while another node's flight is in the air; an error when it brought nothing.
async fn wait_for_others(
    ctx: &Ctx,
    pilot: &Pilot,
    until: Timestamp,
    give_up: Instant,
) -> Result<(), NotRead> {
    let (patient, generation) = pilot.pair();
    let (mut pause, longest) = LOOKS;
    let mut failures = None;
    loop {
        let found = ctx.store.links.tokens(patient).await;
        let found = found.map_err(|error| NotRead::Fault(storage(error)))?;
        let Some(tokens) = found.filter(|tokens| tokens.generation == *generation) else {
            return Ok(());
        };
        if tokens.failures > *failures.get_or_insert(tokens.failures) || Instant::now() >= give_up {
            return Err(NotRead::not_reached());
        }
        if ctx.now() >= until {
            return Ok(());
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(longest);
    }
}

/// The connection, the journal, the call, the landing. `None` when the flight was somebody else's before the call: nothing was sent.
async fn call(
    ctx: &Ctx,
    pkb: &Pkb,
    pilot: &Pilot,
    fence: Fence,
    tokens: &Tokens,
) -> Option<Result<(), NotRead>> {
    let (patient, _) = pilot.pair();
    if !tokens.has_refresh {
        let came = Came::Lapsed(Lapse::TokenOver);
        return Some(land(ctx, pkb, pilot.pair(), fence, tokens, came).await);
    }
    let (former, refresh) = match unseal(ctx, patient, tokens).await {
        Ok(both) => both,
        Err(refused) => {
            // It is kept as it is: whoever runs the gateway may bring the key back.
            let unspent = Came::NotSpent {
                asked: None,
                former: None,
            };
            let landed = land(ctx, pkb, pilot.pair(), fence, tokens, unspent).await;
            return Some(landed.and(Err(refused)));
        }
    };
    if !pkb.well.may_send(&pkb.client).await {
        warn!("PKB does not answer; a link's tokens are renewed when it does");
        let unspent = Came::NotSpent {
            asked: None,
            former: Some(former),
        };
        return Some(land(ctx, pkb, pilot.pair(), fence, tokens, unspent).await);
    }
    // What is slow comes before the journal: a process that dies while it connects has spent nothing.
    let line = match pkb.client.connect().await {
        Ok(line) => line,
        Err(failure) => {
            pkb.well.note(Err(&failure));
            let came = judge(failure, former);
            return Some(land(ctx, pkb, pilot.pair(), fence, tokens, came).await);
        }
    };
    match ctx.store.links.calling(patient, fence, ctx.now()).await {
        Ok(true) => {}
        Ok(false) => {
            info!("a renewal was taken over before it was sent");
            return None;
        }
        // Perhaps it was noted; surely it was not sent.
        Err(cause) => {
            warn!(cause = chain(&cause), "a renewal could not be noted");
            let unspent = Came::NotSpent {
                asked: None,
                former: Some(former),
            };
            let landed = land(ctx, pkb, pilot.pair(), fence, tokens, unspent).await;
            return Some(landed.and(Err(NotRead::Fault(storage(cause)))));
        }
    }
    faultpoint::pass(Point::GatewayRefreshCalling);
    let asked_at = ctx.now();
    let answer = line.refresh(&pkb.client_id, &refresh).await;
    pkb.well.note(answer.as_ref());
    drop(refresh);
    faultpoint::pass(Point::GatewayRefreshAnswered);
    let came = match answer {
        Ok(fresh) => Came::Renewed(Fresh::new(fresh, asked_at)),
        Err(failure) => judge(failure, former),
    };
    let landed = land(ctx, pkb, pilot.pair(), fence, tokens, came).await;
    faultpoint::pass(Point::GatewayRefreshStored);
    Some(landed)
}

/// The pair as it is, and its refresh token.
async fn unseal(
    ctx: &Ctx,
    patient: &AppUserId,
    tokens: &Tokens,
) -> Result<(Fresh, Secret), NotRead> {
    let place = SealedPlace::LinkTokens(patient.clone());
    let unreadable = |cause: crate::vault::VaultError| {
        error!(cause = chain(&cause), "a link's tokens do not open");
        NotRead::Fault(cause.into())
    };
    let text = ctx.vault.unseal(&place, &tokens.sealed).await;
    let text = text.map_err(unreadable)?;
    let both = pair::open(&text).and_then(|(access, refresh)| Some((access, refresh?)));
    let (access, refresh) =
        both.ok_or_else(|| unreadable(crate::vault::VaultError::Unreadable(place)))?;
    let former = Fresh {
        access,
        refresh: Some(refresh.clone()),
        obtained_at: tokens.obtained_at,
        good_until: tokens.good_until,
    };
    Ok((former, refresh))
}

/// What an answer without tokens means.
fn judge(failure: TokenFailure, former: Fresh) -> Came {
    warn!(cause = %failure, "a link's tokens were not renewed");
    let (no_tokens, asked) = match failure {
        TokenFailure::NotSent => (NoTokens::NotSent, None),
        TokenFailure::Lost => (NoTokens::Lost, None),
        TokenFailure::Answered {
            status,
            error,
            retry_after,
        } => (NoTokens::Answered { status, error }, retry_after),
    };
    match verdict(no_tokens) {
        Verdict::NotSpent => Came::NotSpent {
            asked: asked.map(|wait| SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX)),
            former: Some(former),
        },
        Verdict::Lapsed(why) => Came::Lapsed(why),
    }
}
