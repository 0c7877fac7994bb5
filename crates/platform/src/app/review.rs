//! What a toolbar does with messages: look, claim, say how it went.

use crate::app::describe;
use crate::auth::session::SignedIn;
use crate::context::{Ctx, storage};
use httpkit::problem::Refusal;
use model::message::{ClaimMode, Event, Refused, Stage};
use model::{MessageRef, policy};
use store::platform::{Applied, Holder, Stored, WaitingMessage, settled};
use wire::practice::{Claimed, Detail, Inbox, Outcome, Renewed};
use wire::problem::ProblemType;

/// Messages in one answer of the inbox.
const PAGE: u32 = 100;

fn not_found() -> Refusal {
    Refusal::new(ProblemType::NotFound)
}

/// The message, if this practitioner may see it.
async fn visible(
    ctx: &Ctx,
    who: &SignedIn,
    reference: MessageRef,
) -> Result<WaitingMessage, Refusal> {
    let found = ctx
        .store
        .messages
        .get(reference)
        .await
        .map_err(storage)?
        .ok_or_else(not_found)?;
    let (stage, _) = settled(&found.stored, ctx.now());
    if policy::may_see(&who.0.practitioner, &found.stored.envelope, &stage) {
        Ok(found)
    } else {
        Err(not_found())
    }
}

/// What waits, oldest first.
pub(crate) async fn inbox(
    ctx: &Ctx,
    who: &SignedIn,
    after: Option<MessageRef>,
) -> Result<Inbox, Refusal> {
    let practitioner = &who.0.practitioner;
    let found = ctx
        .store
        .messages
        .waiting(
            &practitioner.practice,
            &practitioner.spine_user_id,
            after,
            PAGE,
        )
        .await
        .map_err(storage)?;
    let full = found.len() == PAGE as usize;
    let next = found
        .last()
        .filter(|_| full)
        .map(|last| last.stored.envelope.reference.to_string());
    let now = ctx.now();
    let messages = found
        .iter()
        // Time may have ended one that is still stored as waiting.
        .filter(|message| !settled(&message.stored, now).0.is_terminal())
        .map(|message| describe::summary(message, &who.0, now))
        .collect();
    Ok(Inbox { messages, next })
}

/// One message with its content.
pub(crate) async fn detail(
    ctx: &Ctx,
    who: &SignedIn,
    reference: MessageRef,
) -> Result<Detail, Refusal> {
    let message = visible(ctx, who, reference).await?;
    let content = ctx
        .store
        .messages
        .content(reference)
        .await
        .map_err(storage)?
        .ok_or_else(not_found)?;
    Ok(describe::detail(&message, content, &who.0, ctx.now()))
}

/// Makes sure that the caller may see the message before anything else is told about it.
pub(crate) async fn require_visible(
    ctx: &Ctx,
    who: &SignedIn,
    reference: MessageRef,
) -> Result<(), Refusal> {
    visible(ctx, who, reference).await.map(|_| ())
}

async fn apply(
    ctx: &Ctx,
    who: &SignedIn,
    reference: MessageRef,
    event: &Event,
) -> Result<Box<Stored>, Refusal> {
    match ctx
        .store
        .messages
        .apply(&who.actor(), reference, event, ctx.now())
        .await
        .map_err(storage)?
    {
        Applied::Changed(stored) => Ok(stored),
        Applied::Unknown => Err(not_found()),
        Applied::Refused(Refused::Held) => Err(Refusal::new(ProblemType::MessageHeld)),
        Applied::Refused(Refused::LeaseLost) => Err(Refusal::new(ProblemType::LeaseLost)),
        Applied::Refused(Refused::Ended) => {
            Err(Refusal::new(ProblemType::LeaseLost)
                .detail("The message has already reached its end."))
        }
        Applied::Refused(Refused::NotInstant) => Err(Refusal::new(ProblemType::MessageHeld)
            .detail("The message now waits for a person's review.")),
    }
}

/// `refusal`, saying who holds the message, if that is known.
async fn held_by(ctx: &Ctx, who: &SignedIn, reference: MessageRef, refusal: Refusal) -> Refusal {
    let Ok(message) = visible(ctx, who, reference).await else {
        return refusal;
    };
    let shown = describe::summary(&message, &who.0, ctx.now());
    match shown.held_by {
        Some(name) => {
            let words = if shown.held_by_you {
                "This toolbar has the message already.".to_owned()
            } else {
                format!("{name} has the message.")
            };
            refusal.detail(words).held_by(&name)
        }
        None => refusal,
    }
}

/// Takes a message under a lease.
pub(crate) async fn claim(
    ctx: &Ctx,
    who: &SignedIn,
    reference: MessageRef,
    mode: ClaimMode,
) -> Result<Claimed, Refusal> {
    let before = visible(ctx, who, reference).await?;
    let (stage, _) = settled(&before.stored, ctx.now());
    let may = policy::auto_import(&who.0.practitioner, &before.stored.envelope, &stage);
    if mode == ClaimMode::Automatic && !may {
        return Err(Refusal::new(ProblemType::MessageHeld)
            .detail("The message does not await this practitioner's automatic import."));
    }
    let event = Event::Claim {
        holder: who.0.id,
        mode,
        lease: ctx.config.lease,
    };
    let stored = match apply(ctx, who, reference, &event).await {
        Err(refusal) if refusal.kind() == ProblemType::MessageHeld => {
            return Err(held_by(ctx, who, reference, refusal).await);
        }
        applied => applied?,
    };
    let Stage::Claimed { lease, .. } = &stored.stage else {
        return Err(Refusal::new(ProblemType::InternalError));
    };
    let (fence, lease_until) = (lease.fence.0, describe::date_time(lease.until));
    let content = ctx
        .store
        .messages
        .content(reference)
        .await
        .map_err(storage)?
        .ok_or_else(not_found)?;
    let message = WaitingMessage {
        stored: *stored,
        held_by: Some(Holder {
            session: who.0.id,
            name: who.0.name.clone(),
        }),
        ..before
    };
    let message = describe::detail(&message, content, &who.0, ctx.now());
    Ok(Claimed {
        fence,
        lease_until,
        message,
    })
}

/// Holds a message longer.
pub(crate) async fn renew(
    ctx: &Ctx,
    who: &SignedIn,
    reference: MessageRef,
    event: &Event,
) -> Result<Renewed, Refusal> {
    require_visible(ctx, who, reference).await?;
    let stored = apply(ctx, who, reference, event).await?;
    let Stage::Claimed { lease, .. } = &stored.stage else {
        return Err(Refusal::new(ProblemType::InternalError));
    };
    Ok(Renewed {
        lease_until: describe::date_time(lease.until),
    })
}

/// Ends a claim, one way or another.
pub(crate) async fn finish(
    ctx: &Ctx,
    who: &SignedIn,
    reference: MessageRef,
    event: &Event,
) -> Result<Outcome, Refusal> {
    require_visible(ctx, who, reference).await?;
    let stored = apply(ctx, who, reference, event).await?;
    Ok(describe::outcome(&stored.stage))
}
