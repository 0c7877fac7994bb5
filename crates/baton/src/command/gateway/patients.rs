//! `baton gateway patient`.

use super::call::{Client, text};
use super::users::done;
use crate::args::{LinkState, Patient as Command};
use crate::output;
use clap::ValueEnum as _;
use sdk::gateway::PatientFilter;
use serde_json::{Value, json};
use wire::gateway::patients::{NEEDS_REAUTHORISATION, Patient};

/// The most on one page of the API.
const PAGE: u32 = 1000;

/// Runs one of the commands.
pub(crate) async fn run(command: Command, as_json: bool) -> anyhow::Result<()> {
    match command {
        Command::List { at, state, limit } => list(&Client::of(&at)?, state, limit, as_json).await,
        Command::Show {
            at,
            id,
            demographics,
        } => {
            let gateway = Client::of(&at)?;
            let mut patient = gateway.told(gateway.sdk.patient(&id)).await?;
            if !demographics {
                patient.demographics = None;
            }
            show(&patient, as_json)
        }
        Command::Unlink { at, id } => {
            let gateway = Client::of(&at)?;
            gateway.told(gateway.sdk.end_link(&id)).await?;
            let answer = json!({ "appUserId": id, "unlinked": true });
            done(&answer, "there is no link now", as_json)
        }
    }
}

async fn list(
    gateway: &Client,
    state: Option<LinkState>,
    limit: u32,
    as_json: bool,
) -> anyhow::Result<()> {
    let state = state.and_then(|state| Some(state.to_possible_value()?.get_name().to_owned()));
    let wanted = usize::try_from(limit)?;
    let mut filter = PatientFilter {
        state,
        limit: Some(limit.min(PAGE)),
        ..PatientFilter::default()
    };
    let mut found: Vec<Patient> = Vec::new();
    while found.len() < wanted {
        let page = gateway.told(gateway.sdk.patients(&filter)).await?;
        found.extend(page.patients);
        filter.after = page.next;
        if filter.after.is_none() {
            break;
        }
    }
    found.truncate(wanted);
    if as_json {
        return output::json(&json!({ "patients": found }));
    }
    let rows: Vec<_> = found
        .into_iter()
        .map(|patient| {
            let at_risk = patient.link.at_risk.map(|risk| risk.reason);
            vec![
                patient.app_user_id,
                patient.link.state,
                patient.link.since.unwrap_or_default(),
                patient.link.reason.or(at_risk).unwrap_or_default(),
            ]
        })
        .collect();
    output::table(&["ID", "LINK", "SINCE", "WHY"], &rows);
    Ok(())
}

fn show(patient: &Patient, as_json: bool) -> anyhow::Result<()> {
    let told = serde_json::to_value(patient)?;
    if as_json {
        return output::json(&told);
    }
    lines(
        &told,
        &[
            ("Patient", "/appUserId"),
            ("Link", "/link/state"),
            ("Why", "/link/reason"),
            ("Since", "/link/since"),
            ("Authorised", "/link/authorisedAt"),
            ("PKB public id", "/link/publicId"),
            ("At risk", "/link/atRisk/reason"),
            ("At risk since", "/link/atRisk/since"),
            ("Would end", "/link/atRisk/endsAt"),
            ("Title", "/demographics/title"),
            ("First name", "/demographics/firstName"),
            ("Last name", "/demographics/lastName"),
            ("Date of birth", "/demographics/dateOfBirth"),
            ("Gender", "/demographics/gender"),
            ("NHS number", "/demographics/nhsNumber"),
            ("Postcode", "/demographics/address/postcode"),
            ("E-mail", "/demographics/email"),
            ("Phone", "/demographics/phone"),
            ("Read", "/demographics/readAt"),
        ],
    );
    if patient.link.state == NEEDS_REAUTHORISATION {
        output::remark(
            "Next: the patient connects the record again, in the patient app or where your product asks for it.",
        );
    }
    Ok(())
}

fn lines(told: &Value, members: &[(&str, &str)]) {
    for (name, pointer) in members {
        let found = text(told, pointer);
        if !found.is_empty() {
            output::line(&format!("{name:<15}{}", output::plain(&found)));
        }
    }
}
