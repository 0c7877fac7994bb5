//! Would this message be taken, and what would the practice see? Nothing of it is kept.

mod picture;
mod words;

use super::{enter_message, users};
use crate::context::{Ctx, storage};
use async_trait::async_trait;
use axum::body::Body;
use axum::http::HeaderMap;
use bytes::Bytes;
use httpkit::problem::Refusal;
use intake::gateway::{CompleteMessage, GatewayRead};
use intake::{Begin, Turn};
use jiff::Timestamp;
use model::gateway_user::Authorisation;
use model::outbox::{DEFAULT_EXPIRY, Kind};
use model::{Hash, UserId};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::blob::{BlobError, BlobWriter, NotSealed, SealedBlob};
use wire::gateway::{DryRun, PREVIEW_TYPE, Preview};
use wire::problem::InvalidParameter;

/// Reads and checks a message, and tells what would become of it.
///
/// # Errors
/// What makes a body unreadable, and failures of storage. Faults of the message are in the answer.
pub(crate) async fn run(
    ctx: &Ctx,
    headers: &HeaderMap,
    body: Body,
    mut turn: Turn,
) -> Result<DryRun, Refusal> {
    let now = ctx.now();
    let begin: Begin = Arc::new(|| Box::new(Unkept::default()));
    let mut read = intake::gateway::read(headers, body, &mut turn, &begin, now).await?;
    enter_message::look_up(ctx, &mut read).await?;
    if !is_faultless(&read) {
        return Ok(DryRun {
            acceptable: false,
            invalid_parameters: read.invalid_parameters(),
            warnings: Vec::new(),
            preview: None,
        });
    }
    let (message, _) = read.complete()?;
    let mut warnings = Vec::new();
    let refused = not_authorised(ctx, &message, &mut warnings).await;
    if let Some(id) = message.message_id
        && ctx.store.outbox.find(id).await.map_err(storage)?.is_some()
    {
        warnings.push("A message with this messageId was entered before. If this is the same message, entering it again changes nothing; with other content it is refused with 409.".to_owned());
    }
    Ok(DryRun {
        acceptable: refused.is_none(),
        invalid_parameters: refused.into_iter().collect(),
        warnings,
        preview: Some(Preview {
            media_type: PREVIEW_TYPE.to_owned(),
            content: drawn(ctx, &message, now).await?,
        }),
    })
}

fn is_faultless(read: &GatewayRead) -> bool {
    read.faults.is_empty() && read.draft.bad_expiry.is_none()
}

/// Why an instant message's user has not authorised it, as far as can be found out now.
async fn not_authorised(
    ctx: &Ctx,
    message: &CompleteMessage,
    warnings: &mut Vec<String>,
) -> Option<InvalidParameter> {
    let user = message
        .user
        .as_ref()
        .filter(|_| message.kind == Kind::Instant)?;
    let stands = if let Ok(stands) = users::peek(ctx, user).await {
        Some(stands)
    } else {
        warnings.push("The messaging platform did not say whether the practitioner's authorisation is still good, so this could not be checked.".to_owned());
        stands(ctx, user).await
    };
    let reason = match stands {
        Some(Authorisation::Authorised) => return None,
        Some(Authorisation::Withdrawn) => {
            "Has withdrawn the authorisation at the practice. Ask for a new access code and enter it; until then this message would be entered, and refused when its turn comes"
        }
        Some(Authorisation::None) | None => {
            "Has not authorised your product. Ask for an access code and enter it; until then this message would be entered, and refused when its turn comes"
        }
    };
    Some(InvalidParameter {
        name: "userId".to_owned(),
        reason: reason.to_owned(),
        value: None,
    })
}

async fn stands(ctx: &Ctx, user: &UserId) -> Option<Authorisation> {
    let found = ctx.store.users.get(user).await.ok()??;
    Some(found.authorisation)
}

async fn drawn(ctx: &Ctx, message: &CompleteMessage, now: Timestamp) -> Result<String, Refusal> {
    let name = match &message.user {
        Some(id) => {
            let user = ctx.store.users.get(id).await.map_err(storage)?;
            user.and_then(|user| user.name)
        }
        None => None,
    };
    let default = || now.saturating_add(DEFAULT_EXPIRY).unwrap_or(Timestamp::MAX);
    let expires_at = message.expires_at.unwrap_or_else(default);
    Ok(picture::draw(message, name.as_deref(), now, expires_at))
}

/// Takes content and keeps nothing but its hash.
#[derive(Default)]
struct Unkept {
    hash: Sha256,
    size: u64,
}

#[async_trait]
impl BlobWriter for Unkept {
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        self.hash.update(&bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), BlobError> {
        Ok(())
    }

    async fn seal(self: Box<Self>) -> Result<SealedBlob, NotSealed> {
        let hash: [u8; 32] = self.hash.finalize().into();
        Ok(SealedBlob {
            hash: Hash::from_bytes(hash),
            size: self.size,
            pin: Box::new(()),
        })
    }
}
