//! A link ends: tokens, details and the pair are destroyed. What a refresh under way brings later is dropped.

use crate::context::{Ctx, storage};
use httpkit::problem::Refusal;
use model::AppUserId;
use tracing::info;

/// Ends the link of `patient`; `false` when none stood.
pub(crate) async fn unlink(ctx: &Ctx, by: &str, patient: &AppUserId) -> Result<bool, Refusal> {
    let ended = ctx.store.patients.unlink(by, patient, ctx.now()).await;
    let ended = ended.map_err(storage)?;
    if ended {
        info!("a link to a PKB record was ended");
    }
    Ok(ended)
}
