//! How a flight ends: what came of it is committed, for minutes if need be, and only then used.

use super::air::Pair;
use super::keep::read_keys_anew;
use super::pair::Fresh;
use super::{NotRead, Pkb};
use crate::context::Ctx;
use crate::metrics::OutcomeLabels;
use crate::outbox::GATEWAY;
use crate::vault::VaultError;
use httpkit::problem::{Refusal, chain};
use jiff::{SignedDuration, Timestamp};
use model::pkb_link::refresh::{LONGEST_ASKED, risk, wait};
use model::pkb_link::{Lapse, Risk};
use std::time::Duration;
use store::StoreError;
use store::gateway::{AtRisk, Fence, Landed, Tokens};
use tokio::time::Instant;
use tracing::{error, info, warn};

/// So long is tried to keep what came. After that the patient has to authorise again.
const PATIENCE: Duration = Duration::from_secs(600);
/// So long once the process ends.
const PATIENCE_AT_THE_END: Duration = Duration::from_secs(15);
/// The first and the longest pause between tries.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));
/// Renewals in a row that brought nothing, from which on a link whose token is over is at risk.
const FAILURES_TOLD: u32 = 3;
/// Whoever waits for a token asks PKB again no sooner than this after a failure.
const REST: SignedDuration = SignedDuration::from_secs(5);

/// What came of a flight.
pub(super) enum Came {
    /// New tokens.
    Renewed(Fresh),
    /// The refresh token was not spent.
    NotSpent {
        /// How long PKB asks to be left alone.
        asked: Option<SignedDuration>,
        /// The pair, which is as good as it was: should another node have given it up as lost meanwhile.
        former: Option<Fresh>,
    },
    /// The tokens are of no more use.
    Lapsed(Lapse),
}

/// Why it is not kept yet.
#[derive(Debug, thiserror::Error)]
enum NotKept {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// Commits what came of a flight with `tokens`.
pub(super) async fn land(
    ctx: &Ctx,
    pkb: &Pkb,
    pair: &Pair,
    fence: Fence,
    tokens: &Tokens,
    mut came: Came,
) -> Result<(), NotRead> {
    let tell = |outcome: &'static str| {
        let labels = OutcomeLabels { outcome };
        ctx.metrics.refreshes.get_or_create(&labels).inc();
    };
    let mut kept = keep(ctx, pkb, pair, fence, tokens, &came).await?;
    if !kept
        && let Came::NotSpent {
            former: Some(former),
            ..
        } = came
    {
        kept = keep(ctx, pkb, pair, fence, tokens, &Came::Renewed(former)).await?;
        came = Came::NotSpent {
            asked: None,
            former: None,
        };
    }
    if !kept {
        info!("what came of a renewal was dropped: the link has changed meanwhile");
        tell("dropped");
        return Ok(());
    }
    match came {
        Came::Renewed(_) => {
            tell("renewed");
            Ok(())
        }
        Came::Lapsed(why) => {
            tell(why.as_str());
            warn!(why = why.as_str(), "a patient has to authorise again");
            Ok(())
        }
        Came::NotSpent { asked, .. } => {
            tell("not-spent");
            let asked = asked.unwrap_or(REST).min(LONGEST_ASKED);
            let (now, rest) = (ctx.now(), REST.max(asked));
            let until = now.saturating_add(rest).unwrap_or(now);
            pkb.air.rest(pair, now..until);
            let after = u64::try_from(rest.as_secs()).unwrap_or(1);
            Err(NotRead::NotReached { after })
        }
    }
}

/// `false` when the flight was forgotten meanwhile.
async fn keep(
    ctx: &Ctx,
    pkb: &Pkb,
    pair: &Pair,
    fence: Fence,
    tokens: &Tokens,
    came: &Came,
) -> Result<bool, NotRead> {
    let began = Instant::now();
    let mut ending = None;
    let (mut pause, longest) = PAUSES;
    loop {
        let cause = match try_to_keep(ctx, pkb, pair, fence, tokens, came).await {
            // True as well where a try before this one did it: a COMMIT whose answer was lost.
            Ok(kept) => return Ok(kept),
            Err(cause) => cause,
        };
        warn!(
            cause = chain(&cause),
            "what came of a renewal could not be kept yet"
        );
        if ctx.shutdown.has_begun() {
            ending.get_or_insert_with(Instant::now);
        }
        let too_late = ending.is_some_and(|at| at.elapsed() > PATIENCE_AT_THE_END);
        if too_late || began.elapsed() > PATIENCE {
            error!("what came of a renewal was given up; its patient has to authorise again");
            return Err(NotRead::Fault(match cause {
                NotKept::Store(error) => Refusal::unavailable(&error),
                NotKept::Vault(error) => error.into(),
            }));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(longest);
        // The key it was sealed under may have gone.
        read_keys_anew(ctx).await;
    }
}

async fn try_to_keep(
    ctx: &Ctx,
    pkb: &Pkb,
    pair: &Pair,
    fence: Fence,
    tokens: &Tokens,
    came: &Came,
) -> Result<bool, NotKept> {
    let (patient, _) = pair;
    let landed = match came {
        Came::Renewed(fresh) => {
            let sealed = fresh.seal(ctx, pkb, patient, tokens.authorised_at).await;
            Landed::Renewed(sealed?)
        }
        Came::NotSpent { asked, .. } => not_spent(ctx, pkb, tokens, *asked),
        Came::Lapsed(why) => Landed::Lapsed(*why),
    };
    let links = &ctx.store.links;
    let kept = links
        .land(GATEWAY, patient, fence, &landed, ctx.now())
        .await?;
    let risk = match &landed {
        Landed::Renewed(pair) => pair.risk,
        Landed::NotSpent { risk, .. } => *risk,
        Landed::Lapsed(_) => None,
    };
    if kept && risk.is_some() {
        ctx.metrics.at_risk.inc();
    }
    Ok(kept)
}

/// When it is tried again, and whether that may be too late.
fn not_spent(ctx: &Ctx, pkb: &Pkb, tokens: &Tokens, asked: Option<SignedDuration>) -> Landed {
    let now = ctx.now();
    let failures = tokens.failures.saturating_add(1);
    let pause = wait(failures, ctx.chance(), asked);
    let failing = failures >= FAILURES_TOLD && tokens.good_until <= now;
    let (why, ends_at): (Option<Risk>, Option<Timestamp>) = if failing {
        (Some(Risk::RefreshFailing), None)
    } else {
        let (until, session) = (tokens.good_until, pkb.session_length);
        risk(
            now,
            until,
            tokens.has_refresh,
            tokens.authorised_at,
            session,
        )
        .unzip()
    };
    Landed::NotSpent {
        retry_at: now.saturating_add(pause).unwrap_or(Timestamp::MAX),
        risk: why.map(|why| AtRisk {
            why,
            since: now,
            ends_at,
        }),
    }
}
