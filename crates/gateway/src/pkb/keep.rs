//! What PKB gave is kept: sealed, stored, and tried again for a moment, for a code works only once.

use super::{Pkb, details, pair::Fresh};
use crate::context::{Ctx, storage};
use crate::vault::VaultError;
use httpkit::problem::{Refusal, chain};
use jiff::Timestamp;
use model::{AppUserId, AttemptId, PublicId, Secret};
use std::time::Duration;
use store::gateway::{Linked, NewLink, Sealed};
use tracing::{error, warn};

/// What can't be kept at once is tried again after these times.
const TRIES_AFTER: [Duration; 6] = [
    Duration::from_millis(100),
    Duration::from_millis(300),
    Duration::from_millis(600),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

/// All that came of an attempt.
pub(super) struct Obtained {
    pub(super) fresh: Fresh,
    pub(super) public_id: PublicId,
    /// As [`details::text`] made it, and when it was read.
    pub(super) details: Option<(Secret, Timestamp)>,
}

/// Waits between tries, and reads the vault's keys anew: the key that was sealed under may have gone.
pub(super) struct Tries(std::slice::Iter<'static, Duration>);

impl Tries {
    pub(super) fn new() -> Self {
        Self(TRIES_AFTER.iter())
    }

    /// Waits, or gives `refused` back when it was tried often enough.
    pub(super) async fn again(&mut self, ctx: &Ctx, refused: Refusal) -> Result<(), Refusal> {
        let Some(wait) = self.0.next() else {
            error!("what PKB gave could not be kept; the patient has to begin again");
            return Err(refused);
        };
        tokio::time::sleep(*wait).await;
        read_keys_anew(ctx).await;
        Ok(())
    }
}

pub(super) async fn read_keys_anew(ctx: &Ctx) {
    if let Err(error) = ctx.vault.read_anew().await {
        warn!(
            cause = chain(&error),
            "the vault's keys could not be read anew"
        );
    }
}

/// Makes the link of an attempt that was burned.
pub(super) async fn link(
    ctx: &Ctx,
    pkb: &Pkb,
    by: &str,
    id: AttemptId,
    patient: &AppUserId,
    obtained: &Obtained,
) -> Result<Linked, Refusal> {
    let mut tries = Tries::new();
    let mut sent: Vec<Sealed> = Vec::new();
    loop {
        let refused = match new_link(ctx, pkb, patient, obtained).await {
            Ok(new) => {
                let linked = ctx.store.patients.link(by, id, &new, ctx.now()).await;
                match linked {
                    // A try before this one may have done it: a COMMIT whose answer was lost.
                    Ok(Linked::Gone) if lies_there(ctx, patient, &sent).await => {
                        return Ok(Linked::Linked);
                    }
                    Ok(linked) => return Ok(linked),
                    Err(error) => {
                        warn!(cause = chain(&error), "a link could not be stored yet");
                        sent.push(new.pair.tokens);
                        storage(error)
                    }
                }
            }
            Err(error) => {
                warn!(cause = chain(&error), "tokens could not be sealed yet");
                error.into()
            }
        };
        tries.again(ctx, refused).await?;
    }
}

async fn new_link(
    ctx: &Ctx,
    pkb: &Pkb,
    patient: &AppUserId,
    obtained: &Obtained,
) -> Result<NewLink, VaultError> {
    let pair = obtained.fresh.seal(ctx, pkb, patient, ctx.now()).await?;
    let details = match &obtained.details {
        Some((text, at)) => Some((details::seal(ctx, patient, text).await?, *at)),
        None => None,
    };
    Ok(NewLink {
        public_id: obtained.public_id,
        pair,
        details,
    })
}

async fn lies_there(ctx: &Ctx, patient: &AppUserId, sent: &[Sealed]) -> bool {
    if sent.is_empty() {
        return false;
    }
    let found = ctx.store.links.tokens(patient).await;
    matches!(found, Ok(Some(tokens)) if sent.contains(&tokens.sealed))
}
