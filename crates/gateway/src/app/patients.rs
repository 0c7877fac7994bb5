//! Patients of an app as everybody looks them up.

use crate::context::{Ctx, storage};
use httpkit::problem::Refusal;
use model::AppUserId;
use store::gateway::Patient;
use wire::problem::ProblemType;

/// There is no such patient.
pub(crate) fn unknown() -> Refusal {
    Refusal::new(ProblemType::NotFound).detail("There is no such patient.")
}

/// One patient.
///
/// # Errors
/// 404, or a failure of storage.
pub(crate) async fn find(ctx: &Ctx, id: &AppUserId) -> Result<Patient, Refusal> {
    let found = ctx.store.patients.get(id).await.map_err(storage)?;
    found.ok_or_else(unknown)
}
