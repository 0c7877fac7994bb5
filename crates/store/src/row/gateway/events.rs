//! Rows of the gateway's feed.

use crate::gateway::{Entry, Happened, Happening, HappeningKind, PatientHappening};
use crate::row::Cells;
use crate::{Result, StoreError};
use model::message::{Status, SubStatus};
use model::pkb_link::{Failure, Lapse, Risk};
use model::{AppUserId, ClientMessageId, UserId, WebhookId};
use uuid::Uuid;

/// A row: place, at, by, kind, message, app user, webhook, status, sub-status, problem, patient, reason.
///
/// # Errors
/// [`StoreError::Inconsistent`] when the columns are not those of its kind.
pub fn entry(cells: &mut impl Cells) -> Result<Entry> {
    let place = cells.take("event.place")?;
    let at = cells.take("event.at")?;
    let by = cells.take("event.by")?;
    let what = what(cells)?;
    let happened = Happened { at, by, what };
    Ok(Entry { place, happened })
}

fn what(cells: &mut impl Cells) -> Result<Happening> {
    let kind: HappeningKind = cells.take("event.kind")?;
    let message: Option<ClientMessageId> = cells.take("event.message")?;
    let user: Option<UserId> = cells.take("event.app_user")?;
    let webhook: Option<WebhookId> = cells.take("event.webhook")?;
    let status: Option<Status> = cells.take("event.status")?;
    let sub_status: Option<SubStatus> = cells.take("event.sub_status")?;
    let problem: Option<String> = cells.take("event.problem")?;
    let patient: Option<AppUserId> = cells.take("event.patient")?;
    let reason: Option<String> = cells.take("event.reason")?;
    let what = match kind {
        HappeningKind::Queued => message.map(Happening::Queued),
        HappeningKind::Accepted => message.map(Happening::Accepted),
        HappeningKind::Released => message.map(Happening::Released),
        HappeningKind::Refused => message
            .zip(problem)
            .map(|(message, problem)| Happening::Refused { message, problem }),
        HappeningKind::Status => message
            .zip(status)
            .map(|(message, status)| Happening::Status {
                message,
                status,
                sub_status,
            }),
        HappeningKind::Authorised => user.map(Happening::Authorised),
        HappeningKind::Withdrawn => user.map(Happening::Withdrawn),
        HappeningKind::Forgotten => user.map(Happening::Forgotten),
        HappeningKind::Identified => user.map(Happening::Identified),
        HappeningKind::Test => webhook.map(Happening::Test),
        HappeningKind::PatientPending
        | HappeningKind::PatientLinkFailed
        | HappeningKind::PatientLinked
        | HappeningKind::PatientAtRisk
        | HappeningKind::PatientNeedsReauthorisation
        | HappeningKind::PatientUnlinked => patient
            .zip(of_patient(kind, reason.as_deref()))
            .map(|(patient, what)| Happening::Patient { patient, what }),
    };
    let place = "event.kind";
    what.ok_or(StoreError::Inconsistent { place })
}

fn of_patient(kind: HappeningKind, reason: Option<&str>) -> Option<PatientHappening> {
    match kind {
        HappeningKind::PatientPending => Some(PatientHappening::Pending),
        HappeningKind::PatientLinked => Some(PatientHappening::Linked),
        HappeningKind::PatientUnlinked => Some(PatientHappening::Unlinked),
        HappeningKind::PatientLinkFailed => {
            Failure::parse(reason?).map(PatientHappening::LinkFailed)
        }
        HappeningKind::PatientAtRisk => Risk::parse(reason?).map(PatientHappening::AtRisk),
        HappeningKind::PatientNeedsReauthorisation => {
            Lapse::parse(reason?).map(PatientHappening::NeedsReauthorisation)
        }
        _ => None,
    }
}

/// What is written of something that happened, by column.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'h> {
    /// Its kind.
    pub kind: &'static str,
    /// The bit of its kind, as endpoints want it.
    pub bit: i64,
    /// The message it is about.
    pub message: Option<Uuid>,
    /// The user it is about.
    pub app_user: Option<&'h str>,
    /// The endpoint that alone is told.
    pub webhook: Option<Uuid>,
    /// A status that is new.
    pub status: Option<&'static str>,
    /// In detail.
    pub sub_status: Option<&'static str>,
    /// Why it was refused.
    pub problem: Option<&'h str>,
    /// The patient whose link it is about.
    pub patient: Option<&'h str>,
    /// Why, of a patient's link.
    pub reason: Option<&'static str>,
}

/// What is written of something that happened.
pub fn columns(what: &Happening) -> Columns<'_> {
    let kind = what.kind();
    let mut columns = Columns {
        kind: kind.as_str(),
        bit: kind.bit(),
        message: what.message().map(|id| id.0),
        app_user: None,
        webhook: None,
        status: None,
        sub_status: None,
        problem: None,
        patient: None,
        reason: None,
    };
    match what {
        Happening::Refused { problem, .. } => columns.problem = Some(problem),
        Happening::Status {
            status, sub_status, ..
        } => {
            columns.status = Some(status.as_str());
            columns.sub_status = sub_status.map(SubStatus::as_str);
        }
        Happening::Authorised(user)
        | Happening::Withdrawn(user)
        | Happening::Forgotten(user)
        | Happening::Identified(user) => {
            columns.app_user = Some(user.as_str());
        }
        Happening::Patient { patient, what } => {
            columns.patient = Some(patient.as_str());
            columns.reason = what.reason();
        }
        Happening::Test(webhook) => columns.webhook = Some(webhook.0),
        Happening::Queued(_) | Happening::Accepted(_) | Happening::Released(_) => {}
    }
    columns
}
