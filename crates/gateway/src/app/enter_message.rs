//! Enters a message: reads and checks it by the platform's rules, puts its files on stable storage, queues it.

use super::topics;
use super::upload::Upload;
use crate::auth::product::Product;
use crate::context::{Ctx, storage};
use axum::body::Body;
use axum::http::HeaderMap;
use faultpoint::Point;
use httpkit::problem::Refusal;
use intake::gateway::{CompleteMessage, GatewayRead};
use intake::{Kept, Turn};
use jiff::Timestamp;
use model::ClientMessageId;
use model::attachment::Attachment;
use model::outbox::{DEFAULT_EXPIRY, Kind, State};
use std::sync::Arc;
use store::gateway::{Content, Entered, NewMessage, StoredFile};
use tracing::Instrument as _;
use wire::problem::ProblemType;

/// When to send a message again whose files were swept meanwhile, in seconds.
const SEND_AGAIN: u64 = 1;

/// Reads, checks and queues a message; its id and its state.
///
/// # Errors
/// The problem that fits. After an error nothing of the message is left.
pub(crate) async fn enter(
    ctx: &Ctx,
    product: &Product,
    headers: &HeaderMap,
    body: Body,
    mut turn: Turn,
) -> Result<(ClientMessageId, State), Refusal> {
    let now = ctx.now();
    let upload = Upload::new(ctx);
    let mut read = intake::gateway::read(headers, body, &mut turn, &upload.begin(), now).await?;
    look_up(ctx, &mut read).await?;
    let (message, kept) = read.complete()?;
    // From here on it is seen through, whether the sender stays for the answer or not: a retry must find either
    // the message or nothing of it.
    let (ctx, by) = (Arc::clone(ctx), product.by());
    let storing = async move {
        let outcome = store_once(&ctx, by, message, kept, upload, now).await;
        // What it holds in memory is counted until it is stored.
        drop(turn);
        outcome
    };
    tokio::spawn(storing.in_current_span())
        .await
        .unwrap_or_else(|_| Err(Refusal::new(ProblemType::InternalError)))
}

/// The rules that need a look-up: the topic, and for an instant message its user.
///
/// # Errors
/// When storage fails.
pub(super) async fn look_up(ctx: &Ctx, read: &mut GatewayRead) -> Result<(), Refusal> {
    if let Some((place, topic)) = &read.draft.topic
        && topics::is_unknown(ctx, topic).await
    {
        let reason = "must be one of the platform's topics";
        read.faults.add_value(place, reason, topic);
    }
    if let Some((place, user)) = &read.draft.user
        && read.draft.kind == Some(Kind::Instant)
    {
        let known = ctx.store.users.get(user).await.map_err(storage)?;
        if known.is_none() {
            let reason = "must be a user whom you have added with PUT /v1/users/{userId}";
            read.faults.add_value(place, reason, user.as_str());
        }
    }
    Ok(())
}

async fn store_once(
    ctx: &Ctx,
    by: String,
    message: CompleteMessage,
    kept: Vec<Kept>,
    upload: Upload,
    now: Timestamp,
) -> Result<(ClientMessageId, State), Refusal> {
    let files = seal(&message, kept).await?;
    let facts: Vec<_> = files.iter().map(|file| file.attachment.clone()).collect();
    let content_hash = message.digest(&facts);
    let id = match message.message_id {
        Some(id) => id,
        None => ClientMessageId(model::entropy::uuid_v4(&*ctx.entropy)),
    };
    if let Some(too_late) = message.too_late {
        // It may be the repetition of one that was entered in time.
        if ctx.store.outbox.find(id).await.map_err(storage)?.is_none() {
            return Err(too_late);
        }
    }
    let default = || now.saturating_add(DEFAULT_EXPIRY).unwrap_or(Timestamp::MAX);
    let new = NewMessage {
        id,
        kind: message.kind,
        user: message.user,
        topic: message.topic,
        to: message.to,
        subject: message.subject,
        expires_at: message.expires_at.unwrap_or_else(default),
        entered_at: now,
        by,
        content_hash,
        upload: upload.id(),
        content: Content {
            body: message.body,
            files,
            coded_data: message.coded_data,
        },
    };
    faultpoint::pass(Point::GatewayEntry);
    match ctx.store.outbox.enter(&new).await.map_err(storage)? {
        Entered::New => {
            faultpoint::pass(Point::GatewayEntered);
            upload.keep();
            ctx.metrics.entered.inc();
            Ok((id, State::Queued))
        }
        Entered::Same(state) => {
            ctx.metrics.repeated.inc();
            Ok((id, state))
        }
        Entered::Conflict => Err(Refusal::new(ProblemType::MessageIdConflict).detail(
            "This messageId was used before for other content. Choose a new one for a new message.",
        )),
        Entered::UploadGone => Err(Refusal::new(ProblemType::Unavailable)
            .detail("The files took too long to arrive. Send the message again.")
            .retry_after(SEND_AGAIN)),
    }
}

/// Makes sure that every file is on stable storage, and learns its hash.
async fn seal(message: &CompleteMessage, kept: Vec<Kept>) -> Result<Vec<StoredFile>, Refusal> {
    let mut kept: Vec<_> = kept.into_iter().map(Some).collect();
    let mut files = Vec::with_capacity(message.files.len());
    for file in &message.files {
        // A content without a fault went to a writer; anything else is a fault of ours.
        let fault = || Refusal::new(ProblemType::InternalError);
        let content = kept.get_mut(file.content).and_then(Option::take);
        let Some(Kept::Large(writer)) = content else {
            return Err(fault());
        };
        let sealed = writer.seal().await;
        let sealed = sealed.map_err(|failed| Refusal::unavailable(&failed.error))?;
        files.push(StoredFile {
            part: u32::try_from(file.content).map_err(|_| fault())?,
            attachment: Attachment {
                kind: file.kind,
                file_name: file.file_name.clone(),
                size: sealed.size,
                hash: sealed.hash,
            },
        });
    }
    Ok(files)
}
