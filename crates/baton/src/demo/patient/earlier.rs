//! What earlier demos left: an account that is linked. A record is linked once, so it goes before the next one.

use crate::command::gateway::call::Client;
use crate::exit::refused;
use crate::folder::write_private;
use crate::pkb::{PkbAccess, PkbPatient};
use sdk::Error;
use sdk::gateway::PatientFilter;
use std::path::Path;
use wire::gateway::patients::{LINKED, NEEDS_REAUTHORISATION};

/// Whom the last demo linked.
const FILE: &str = "demo-patient";

/// Deletes the account that the last demo made; its id.
pub(super) async fn forget(folder: &Path, gateway: &Client) -> anyhow::Result<Option<String>> {
    let Ok(id) = std::fs::read_to_string(folder.join(FILE)) else {
        return Ok(None);
    };
    let id = id.trim();
    let deleted = async {
        match gateway.sdk.delete_patient(id).await {
            // Somebody was faster.
            Err(Error::Refused(refusal)) if refusal.status == 404 => Ok(()),
            other => other,
        }
    };
    gateway.told(deleted).await?;
    Ok(Some(id.to_owned()))
}

/// Keeps in mind whom this one linked.
pub(super) fn note(folder: &Path, id: &str) -> anyhow::Result<()> {
    write_private(folder, FILE, id.as_bytes())
}

/// The patient whose document the first act sent; or another one, if somebody has linked that record by hand.
pub(super) async fn choose<'p>(
    gateway: &Client,
    pkb: &'p PkbAccess,
    nhs_number: &str,
) -> anyhow::Result<&'p PkbPatient> {
    let taken = taken(gateway).await?;
    let is_free = |patient: &&PkbPatient| !taken.contains(&patient.public_id);
    let usual = |patient: &&PkbPatient| patient.note.is_empty() && patient.nhs_number.is_some();
    let sample = |patient: &&PkbPatient| patient.nhs_number.as_deref() == Some(nhs_number);
    let all = || pkb.patients.iter().filter(usual).filter(is_free);
    all().find(sample).or_else(|| all().next()).ok_or_else(|| {
        refused(
            "every record of the PKB sandbox is linked already; end a link in the patient app, or \
             delete a patient with `baton gateway patient`",
        )
    })
}

/// Records that are linked.
async fn taken(gateway: &Client) -> anyhow::Result<Vec<String>> {
    let mut taken = Vec::new();
    for state in [LINKED, NEEDS_REAUTHORISATION] {
        let mut filter = PatientFilter {
            state: Some(state.to_owned()),
            ..PatientFilter::default()
        };
        loop {
            let page = gateway.told(gateway.sdk.patients(&filter)).await?;
            let records = page.patients.into_iter();
            taken.extend(records.filter_map(|patient| patient.link.public_id));
            let Some(next) = page.next else { break };
            filter.after = Some(next);
        }
    }
    Ok(taken)
}
