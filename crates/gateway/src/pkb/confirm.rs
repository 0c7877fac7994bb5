//! The product confirms from the patient's own session: only then is there a link. What one person began and another
//! approved comes to nothing.

use super::NotConfirmed;
use super::keep::{self, Obtained};
use super::pair::{self, Fresh};
use crate::context::{Ctx, storage};
use crate::vault::VaultError;
use httpkit::problem::{Refusal, chain};
use jiff::Timestamp;
use model::pkb_link::Failure;
use model::{AppUserId, Hash, PublicId, Secret};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::gateway::{Awaiting, Linked, SealedPlace};
use tracing::{info, warn};
use wire::problem::ProblemType;

/// No `result` of ours is longer, in bytes.
const MAX_RESULT: usize = 100;

/// What an attempt holds while it waits.
#[derive(Serialize, Deserialize)]
struct Text {
    pair: String,
    obtained_at: Timestamp,
    good_until: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    details: Option<(String, Timestamp)>,
}

/// What is sealed until the product has its say.
pub(super) fn text(obtained: &Obtained) -> Secret {
    let fresh = &obtained.fresh;
    let details = obtained.details.as_ref();
    let text = Text {
        pair: fresh.text().reveal().to_owned(),
        obtained_at: fresh.obtained_at,
        good_until: fresh.good_until,
        details: details.map(|(text, at)| (text.reveal().to_owned(), *at)),
    };
    // Strings and times always have a JSON text.
    Secret::new(serde_json::to_string(&text).unwrap_or_default())
}

fn open(text: &Secret, public_id: PublicId) -> Option<Obtained> {
    let text: Text = serde_json::from_str(text.reveal()).ok()?;
    let (access, refresh) = pair::open(&Secret::new(text.pair))?;
    Some(Obtained {
        fresh: Fresh {
            access,
            refresh,
            obtained_at: text.obtained_at,
            good_until: text.good_until,
        },
        public_id,
        details: text.details.map(|(text, at)| (Secret::new(text), at)),
    })
}

/// Makes the link that waits under `result`, if `patient` is who began it.
pub(crate) async fn confirm(
    ctx: &Ctx,
    by: &str,
    patient: &AppUserId,
    result: &str,
) -> Result<(), NotConfirmed> {
    if ctx.pkb.is_none() {
        return Err(NotConfirmed::NotSetUp);
    }
    if result.len() > MAX_RESULT {
        return Err(NotConfirmed::Unknown);
    }
    let hash = Hash::of(result.as_bytes());
    let waits = ctx.store.patients.awaiting(hash, ctx.now()).await;
    let waits = waits.map_err(|error| NotConfirmed::Fault(storage(error)))?;
    let waits = waits.ok_or(NotConfirmed::Unknown)?;
    // What was begun is ended, even if the product goes away meanwhile.
    let (ctx, by, patient) = (Arc::clone(ctx), by.to_owned(), patient.clone());
    let whole = tokio::spawn(async move { settle(&ctx, &by, &patient, waits).await });
    let ended = whole.await;
    ended.unwrap_or_else(|_| {
        Err(NotConfirmed::Fault(Refusal::new(
            ProblemType::InternalError,
        )))
    })
}

async fn settle(
    ctx: &Ctx,
    by: &str,
    patient: &AppUserId,
    waits: Awaiting,
) -> Result<(), NotConfirmed> {
    let pkb = ctx.pkb.as_ref().ok_or(NotConfirmed::NotSetUp)?;
    let _busy = pkb.air.busy();
    if waits.patient != *patient {
        let why = Failure::NotTheirs;
        let ended = ctx.store.patients.fail(by, waits.id, why, ctx.now()).await;
        ended.map_err(|error| NotConfirmed::Fault(storage(error)))?;
        warn!("a link was confirmed for another patient than the one who began it; it was refused");
        return Err(NotConfirmed::Refused(why));
    }
    let place = SealedPlace::AttemptSecret(waits.id);
    let opened = ctx.vault.unseal(&place, &waits.secret).await;
    let opened = opened.map_err(|error| {
        warn!(cause = chain(&error), "what an attempt holds did not open");
        NotConfirmed::Fault(error.into())
    })?;
    let obtained = open(&opened, waits.public_id)
        .ok_or_else(|| NotConfirmed::Fault(VaultError::Unreadable(place).into()))?;
    let linked = keep::link(ctx, pkb, by, waits.id, patient, &obtained).await;
    match linked.map_err(NotConfirmed::Fault)? {
        Linked::Linked => {
            info!("a patient's PKB record was linked");
            Ok(())
        }
        Linked::Refused(why) => {
            info!(why = why.as_str(), "a link was refused");
            Err(NotConfirmed::Refused(why))
        }
        Linked::Gone => Err(NotConfirmed::Unknown),
    }
}
