//! One try to send one message, from its token to what is stored of the answer.

mod earlier;

use super::answer::{Judged, Verdict, judge};
use super::body::{self, Unreadable};
use crate::context::Ctx;
use earlier::Doubt;
use faultpoint::Point;
use jiff::Timestamp;
use model::outbox::{self, Followed, Kind};
use model::{Secret, UserId};
use sdk::Error;
use std::time::Duration;
use store::gateway::{AttemptOutcome, Claimed, SealedPlace, Settled};
use tracing::{error, info, warn};
use wire::partner::Sent;
use wire::problem::ProblemType;

/// Whoever does something of the gateway's own accord, as [`store::gateway::Happened`] names it.
pub(crate) const GATEWAY: &str = "gateway";
/// How often an answer is brought to storage that does not take it. After that the lease ends, and the platform is
/// asked again.
const SETTLE_TRIES: u32 = 5;

/// What came of a try.
struct Tried {
    outcome: AttemptOutcome,
    verdict: Verdict,
}

/// The token under which an instant message goes out.
struct Token {
    user: UserId,
    grant: u64,
    secret: Secret,
}

/// Why a message could not be prepared.
enum NotReady {
    /// The practitioner has given no permission, or has withdrawn it.
    NoAuthorisation,
    /// Storage or the vault does not answer now.
    Fault,
}

/// Tries once, and stores what came of it.
pub(crate) async fn attempt(ctx: &Ctx, claimed: Claimed) {
    let mut tried = try_once(ctx, &claimed).await;
    if matches!(tried.verdict, Verdict::Refused(_)) {
        let doubt = earlier::doubt(ctx, &claimed, &tried).await;
        if doubt != Doubt::None {
            tried = earlier::ask(ctx, &claimed, tried, doubt).await;
        }
    }
    let label = match &tried.verdict {
        Verdict::Accepted | Verdict::Found => "accepted",
        Verdict::Again(_) | Verdict::GivenBack => "again",
        Verdict::Refused(_) => "refused",
    };
    let labels = crate::metrics::OutcomeLabels { outcome: label };
    ctx.metrics.tries.get_or_create(&labels).inc();
    settle(ctx, &claimed, &tried).await;
    faultpoint::pass(Point::GatewaySettled);
}

async fn try_once(ctx: &Ctx, claimed: &Claimed) -> Tried {
    let message = &claimed.message;
    if message.expires_at <= ctx.now() {
        return not_sent("expired", Verdict::Refused(ProblemType::ValidationError));
    }
    let token = match token(ctx, message.kind, message.user.as_ref()).await {
        Ok(token) => token,
        Err(NotReady::NoAuthorisation) => {
            let verdict = Verdict::Refused(ProblemType::AccessTokenRefused);
            return not_sent("no-authorisation", verdict);
        }
        Err(NotReady::Fault) => return not_sent("gateway-fault", Verdict::Again(None)),
    };
    let Ok(outgoing) = body::outgoing(ctx.store.pieces.clone(), claimed) else {
        return unreadable(claimed, Unreadable::Changed);
    };
    faultpoint::pass(Point::GatewaySend);
    let secret = token.as_ref().map(|token| token.secret.reveal());
    let sending = ctx.platform.send_streamed(secret, outgoing.message);
    let answer = tokio::select! {
        answer = sending => Some(answer),
        () = grace_over(ctx) => None,
    };
    faultpoint::pass(Point::GatewayAnswered);
    if let Some(fault) = outgoing.fault.get() {
        return unreadable(claimed, *fault);
    }
    // Given back: the platform may have it all the same, and will say so when it comes again.
    let Some(answer) = answer else {
        return Tried {
            outcome: AttemptOutcome::Nothing("stopped".to_owned()),
            verdict: Verdict::GivenBack,
        };
    };
    let mut judged = judge(&answer);
    ctx.gate.heard(ctx.now(), judged.heard);
    if let Some(token) = &token {
        withdraw_if_gone(ctx, token, &answer, &mut judged).await;
    }
    Tried {
        outcome: judged.outcome,
        verdict: judged.verdict,
    }
}

fn not_sent(why: &str, verdict: Verdict) -> Tried {
    Tried {
        outcome: AttemptOutcome::NotSent(why.to_owned()),
        verdict,
    }
}

fn unreadable(claimed: &Claimed, fault: Unreadable) -> Tried {
    match fault {
        Unreadable::Storage => not_sent("gateway-fault", Verdict::Again(None)),
        Unreadable::Changed => {
            error!(
                message = %claimed.message.id,
                "a message's content is not as it was entered; it was not sent"
            );
            let verdict = Verdict::Refused(ProblemType::InternalError);
            not_sent("content-unreadable", verdict)
        }
    }
}

/// The token for a message; a standard one needs none.
async fn token(ctx: &Ctx, kind: Kind, user: Option<&UserId>) -> Result<Option<Token>, NotReady> {
    if kind == Kind::Standard {
        return Ok(None);
    }
    let user = user.ok_or(NotReady::NoAuthorisation)?;
    let fault = |cause: &(dyn std::error::Error + 'static)| {
        error!(
            cause = httpkit::problem::chain(cause),
            "a token could not be fetched; its message waits"
        );
        NotReady::Fault
    };
    let found = ctx.store.users.token(user).await;
    let found = found.map_err(|cause| fault(&cause))?;
    let (grant, sealed) = found.ok_or(NotReady::NoAuthorisation)?;
    let place = SealedPlace::UserToken(user.clone());
    let secret = ctx.vault.unseal(&place, &sealed).await;
    let secret = secret.map_err(|cause| fault(&cause))?;
    Ok(Some(Token {
        user: user.clone(),
        grant,
        secret,
    }))
}

/// Marks the authorisation withdrawn when the platform no longer takes its token. A 403 that does not say why is
/// asked about.
async fn withdraw_if_gone(
    ctx: &Ctx,
    token: &Token,
    answer: &Result<Sent, Error>,
    judged: &mut Judged,
) {
    let Err(Error::Refused(refusal)) = answer else {
        return;
    };
    let gone = match (refusal.status, refusal.kind()) {
        (403, Some(ProblemType::AccessTokenRefused)) => true,
        (403, None) => match ctx.platform.verify(token.secret.reveal()).await {
            Ok(good) => !good,
            Err(error) => error.status() == Some(403),
        },
        _ => false,
    };
    if !gone {
        return;
    }
    judged.verdict = Verdict::Refused(ProblemType::AccessTokenRefused);
    let marked = ctx
        .store
        .users
        .withdrawn(GATEWAY, &token.user, token.grant, ctx.now())
        .await;
    match marked {
        Ok(_) => info!("a practitioner has withdrawn an authorisation"),
        // The next message in this name finds out again.
        Err(cause) => warn!(
            cause = httpkit::problem::chain(&cause),
            "an authorisation could not be marked as withdrawn"
        ),
    }
}

/// Returns some time after the end has begun.
async fn grace_over(ctx: &Ctx) {
    ctx.shutdown.begun().await;
    tokio::time::sleep(ctx.config.pace.grace).await;
}

/// Stores what came of a try.
async fn settle(ctx: &Ctx, claimed: &Claimed, tried: &Tried) {
    let message = &claimed.message;
    let now = ctx.now();
    let settled = match &tried.verdict {
        Verdict::Accepted => Settled::Accepted {
            look_at: first_look(claimed, now),
        },
        // Much may have happened to it since.
        Verdict::Found => Settled::Accepted { look_at: now },
        Verdict::GivenBack => Settled::Again { due_at: now },
        Verdict::Again(asked) => {
            let wait = outbox::backoff(message.tries.max(1), ctx.chance(), *asked);
            Settled::Again {
                due_at: now.saturating_add(wait).unwrap_or(Timestamp::MAX),
            }
        }
        Verdict::Refused(problem) => Settled::Refused {
            problem: problem.name().to_owned(),
        },
    };
    for tries in 1..=SETTLE_TRIES {
        let stored = ctx
            .store
            .outbox
            .settle(message.id, claimed.fence, now, &tried.outcome, &settled)
            .await;
        match stored {
            Ok(true) => return,
            Ok(false) => {
                info!(message = %message.id, "another worker has taken this message over");
                return;
            }
            Err(cause) => warn!(
                message = %message.id,
                cause = httpkit::problem::chain(&cause),
                "an answer could not be stored"
            ),
        }
        tokio::time::sleep(Duration::from_millis(100 << tries)).await;
    }
}

fn first_look(claimed: &Claimed, now: Timestamp) -> Timestamp {
    let followed = Followed {
        kind: claimed.message.kind,
        accepted_at: now,
        expires_at: claimed.message.expires_at,
    };
    outbox::next_look(followed, now).unwrap_or(now)
}
