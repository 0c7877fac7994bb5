//! Accepts a message: looks up what its rules need, makes its contents durable, stores it once.

use crate::app::place::{self, Placed};
use crate::app::reclaim;
use crate::auth::api_key::Caller;
use crate::context::{Ctx, storage};
use httpkit::problem::Refusal;
use intake::{self, Draft, Endpoint, Faults, Kept, Place, Turn, UNKNOWN_RECIPIENT};
use jiff::Timestamp;
use model::attachment::Attachment;
use model::message::{Approval, Envelope, Said, Stage};
use model::{ClientMessageId, Hash, MessageRef, NhsNumber, OdsCode, expiry};
use std::sync::Arc;
use store::blob::{NotSealed, SealedBlob};
use store::platform::{Accepted, NewMessage, Token};
use tracing::Instrument as _;
use wire::problem::ProblemType;

/// When to send a message again whose blob was being deleted, in seconds.
const SEND_AGAIN: u64 = 1;

/// A request as it stands after its headers were read.
pub(crate) struct Send {
    pub(crate) caller: Caller,
    pub(crate) endpoint: Endpoint,
    /// The permission, on the instant endpoint.
    pub(crate) token: Option<Token>,
    /// Faults of the headers.
    pub(crate) faults: Faults,
    pub(crate) body: axum::body::Body,
    /// The body's; kept until the message is stored.
    pub(crate) turn: Turn,
}

/// Reads, checks and stores a message.
///
/// # Errors
/// The problem of contract A.7 that fits. After an error nothing of the message is left.
pub(crate) async fn accept(ctx: &Ctx, send: Send) -> Result<ClientMessageId, Refusal> {
    let Send {
        caller,
        endpoint,
        token,
        mut faults,
        body,
        mut turn,
    } = send;
    let read = intake::read_body(
        body,
        &mut turn,
        &intake::MESSAGE,
        &ctx.begin_blob,
        ctx.config.inline_max,
    )
    .await?;
    let now = ctx.now();
    let draft = intake::read_message(&read.root, &read.contents, endpoint, now, &mut faults);
    let Some(draft) = draft else {
        return Err(faults.refusal());
    };
    look_up(ctx, &draft, token.as_ref(), &mut faults).await?;
    if !faults.is_empty()
        && let Some((place, why)) = &draft.bad_expiry
    {
        faults.add(place, &why.to_string());
    }
    let Some(complete) = complete(draft, &faults) else {
        return Err(faults.refusal());
    };
    let request = Request {
        caller,
        token,
        endpoint,
        now,
    };
    let room = Arc::clone(&ctx.storing).acquire_owned().await;
    // From here on it is seen through, whether the sender stays for the answer or not: a retry must
    // find either the message or nothing of it.
    let ctx = Arc::clone(ctx);
    let storing = async move {
        let outcome = store_or_clear(ctx, request, complete, read.kept, faults).await;
        // What it holds in memory is counted until it is stored.
        drop((turn, room));
        outcome
    };
    tokio::spawn(storing.in_current_span())
        .await
        .unwrap_or_else(|_| Err(Refusal::new(ProblemType::InternalError)))
}

/// Stores a message. Blobs that it then does not need go again.
async fn store_or_clear(
    ctx: Ctx,
    request: Request,
    complete: Complete,
    kept: Vec<Option<Kept>>,
    faults: Faults,
) -> Result<ClientMessageId, Refusal> {
    let mut used = Used::default();
    let outcome = store_once(&ctx, request, complete, kept, faults, &mut used).await;
    if !matches!(outcome, Ok((_, Fate::New))) {
        let mut hashes = used.in_doubt;
        hashes.extend(used.pins.iter().map(|pin| pin.hash));
        drop(used.pins);
        if used.failed {
            reclaim::after_a_rest(&ctx, hashes).await;
        } else if used.asked {
            reclaim::later(&ctx, hashes);
            reclaim::settle_doubt(&ctx).await;
        } else {
            reclaim::reclaim(&ctx, hashes).await;
        }
    }
    outcome.map(|(id, _)| id)
}

/// The blobs of one message.
#[derive(Default)]
struct Used {
    /// In place.
    pins: Vec<SealedBlob>,
    /// In place perhaps, after a failure.
    in_doubt: Vec<Hash>,
    /// The store was asked to name them, and has not answered.
    asked: bool,
    /// Where blobs are kept, one could not be written.
    failed: bool,
}

/// Whether a message that was taken was a new one.
enum Fate {
    New,
    Repeated,
}

/// Who sends, how, and when.
struct Request {
    caller: Caller,
    token: Option<Token>,
    endpoint: Endpoint,
    now: Timestamp,
}

async fn store_once(
    ctx: &Ctx,
    request: Request,
    complete: Complete,
    kept: Vec<Option<Kept>>,
    faults: Faults,
    used: &mut Used,
) -> Result<(ClientMessageId, Fate), Refusal> {
    let actor = request.caller.actor();
    let message = assemble(ctx, request, complete.draft, kept, used).await?;
    let id = message.envelope.message_id;
    if let Some((place, why)) = complete.bad_expiry {
        late_retry(ctx, &message, &place, why, faults).await?;
        return Ok((id, Fate::Repeated));
    }
    used.asked = true;
    let accepted = ctx.store.messages.accept(&actor, &message).await;
    let accepted = accepted.map_err(storage)?;
    used.asked = false;
    match accepted {
        Accepted::New => {
            faultpoint::pass(faultpoint::Point::Accepted);
            ctx.metrics.accepted.inc();
            Ok((id, Fate::New))
        }
        Accepted::Same => {
            ctx.metrics.repeated.inc();
            Ok((id, Fate::Repeated))
        }
        Accepted::TokenWithdrawn => Err(crate::auth::access_token::refused()),
        Accepted::BlobGone => {
            let words =
                "A file of this message was just being cleared away. Send the message again.";
            Err(Refusal::new(ProblemType::Unavailable)
                .detail(words)
                .retry_after(SEND_AGAIN))
        }
        Accepted::Conflict => Err(Refusal::new(ProblemType::MessageIdConflict).detail(
            "This messageId was used before for other content. Choose a new one for a new message.",
        )),
    }
}

/// The rules that need a look-up: topic, recipient, and whether the practitioner works there.
async fn look_up(
    ctx: &Ctx,
    draft: &Draft,
    token: Option<&Token>,
    faults: &mut Faults,
) -> Result<(), Refusal> {
    if let Some((place, topic)) = &draft.topic {
        let known = ctx.store.directory.has_topic(topic).await;
        if !known.map_err(storage)? {
            faults.add_value(
                place,
                "must be a topic that GET /api/v1/topics lists",
                topic,
            );
        }
    }
    if let Some((place, code)) = &draft.recipient {
        if ctx
            .store
            .directory
            .practice(code)
            .await
            .map_err(storage)?
            .is_none()
        {
            faults.add(place, UNKNOWN_RECIPIENT);
        } else if token.is_some_and(|token| token.practitioner.practice != *code) {
            faults.add(
                place,
                "must be the practice of the practitioner who gave the access token",
            );
        }
    }
    Ok(())
}

/// A draft without faults, an expiry that is no good now perhaps apart.
struct Complete {
    draft: CompleteDraft,
    bad_expiry: Option<(Place, expiry::NotAnExpiry)>,
}

struct CompleteDraft {
    message_id: ClientMessageId,
    topic: String,
    practice: OdsCode,
    subject: NhsNumber,
    rest: Draft,
}

fn complete(mut draft: Draft, faults: &Faults) -> Option<Complete> {
    if !faults.is_empty() {
        return None;
    }
    let bad_expiry = draft.bad_expiry.take();
    let (_, topic) = draft.topic.take()?;
    let (_, practice) = draft.recipient.take()?;
    let subject = draft.subject.take()?;
    let draft = CompleteDraft {
        message_id: draft.message_id?,
        topic,
        practice,
        subject,
        rest: draft,
    };
    Some(Complete { draft, bad_expiry })
}

async fn assemble(
    ctx: &Ctx,
    request: Request,
    draft: CompleteDraft,
    mut kept: Vec<Option<Kept>>,
    used: &mut Used,
) -> Result<NewMessage, Refusal> {
    let Request {
        caller,
        token,
        endpoint,
        now,
    } = request;
    let mut contents = Vec::new();
    for attachment in &draft.rest.attachments {
        let content = kept.get_mut(attachment.content).and_then(Option::take);
        // A content without a fault was kept; anything else is a fault of ours.
        contents.push(content.ok_or_else(|| Refusal::new(ProblemType::InternalError))?);
    }
    let mut attachments = Vec::new();
    let mut failed = None;
    let placed = place::all(contents).await;
    for (attachment, placed) in draft.rest.attachments.into_iter().zip(placed) {
        match placed {
            Ok(Placed { hash, bytes, pin }) => {
                used.pins.extend(pin);
                let facts = Attachment {
                    kind: attachment.kind,
                    file_name: attachment.file_name,
                    size: attachment.size,
                    hash,
                };
                attachments.push((facts, bytes));
            }
            Err(NotSealed { error, in_doubt }) => {
                used.in_doubt.extend(in_doubt);
                failed = Some(error);
            }
        }
    }
    if let Some(error) = failed {
        used.failed = true;
        return Err(Refusal::unavailable(&error));
    }
    let facts: Vec<_> = attachments.iter().map(|(facts, _)| facts.clone()).collect();
    let said = Said {
        instant: endpoint == Endpoint::Instant,
        topic: &draft.topic,
        practice: &draft.practice,
        subject: &draft.subject,
        expires_at: draft.rest.expires_at,
        body: draft.rest.body.as_ref(),
        attachments: &facts,
        coded_data: &draft.rest.coded_data,
    };
    let content_hash = said.digest();
    let convert_at = (endpoint == Endpoint::Instant).then(|| now + ctx.config.conversion_period);
    let envelope = Envelope {
        reference: MessageRef(model::entropy::uuid_v7(now, &*ctx.entropy)),
        client: caller.0.id,
        message_id: draft.message_id,
        approval: token.map(|token| Approval {
            spine_user_id: token.practitioner.spine_user_id,
            token: token.id,
        }),
        topic: draft.topic,
        practice: draft.practice,
        subject: draft.subject,
        accepted_at: now,
        expires_at: draft.rest.expires_at.unwrap_or(now + expiry::DEFAULT),
        content_hash,
    };
    Ok(NewMessage {
        envelope,
        stage: Stage::new(convert_at),
        body: draft.rest.body,
        attachments,
        coded_data: draft.rest.coded_data,
    })
}

/// A message whose only fault is that its time is over may be the retry of one that was accepted
/// while it was not: then the first answer holds.
async fn late_retry(
    ctx: &Ctx,
    message: &NewMessage,
    place: &Place,
    why: expiry::NotAnExpiry,
    mut faults: Faults,
) -> Result<(), Refusal> {
    let envelope = &message.envelope;
    let before = ctx
        .store
        .messages
        .find(envelope.client, envelope.message_id)
        .await
        .map_err(storage)?;
    if before.is_some_and(|before| before.envelope.content_hash == envelope.content_hash) {
        ctx.metrics.repeated.inc();
        return Ok(());
    }
    faults.add(place, &why.to_string());
    Err(faults.refusal())
}
