//! Pages of patients, by where their links stand.

use super::patient_columns;
use crate::conn::Conn;
use crate::sql::statements;
use jiff::Timestamp;
use model::AppUserId;
use model::pkb_link::State;
use rusqlite::params;
use store::Result;
use store::gateway::{Patient, PatientFilter};
use store::row::gateway::patients::patient;

statements! {
    PAGE = concat!("SELECT ", patient_columns!(), " FROM patient WHERE id > ?1 ORDER BY id LIMIT ?2");
    PAGE_OF = concat!("SELECT ", patient_columns!(), " FROM patient WHERE standing = ?3 AND id > ?1 ORDER BY id LIMIT ?2");
    // Only links that stand are at risk.
    PAGE_AT_RISK = concat!("SELECT ", patient_columns!(), " FROM patient WHERE risk IS NOT NULL AND id > ?1 ORDER BY id LIMIT ?2");
    // Attempts are few: whoever has one is looked for there.
    PAGE_PENDING = concat!("SELECT ", patient_columns!(), " FROM link_attempt CROSS JOIN patient ON patient.id = link_attempt.patient WHERE link_attempt.patient > ?1 AND link_attempt.until > ?3 AND standing IN ('none', 'unlinked') GROUP BY link_attempt.patient ORDER BY link_attempt.patient LIMIT ?2");
    PAGE_STILL = concat!("SELECT ", patient_columns!(), " FROM patient WHERE standing = ?3 AND id > ?1 AND NOT EXISTS (SELECT 1 FROM link_attempt WHERE patient = patient.id AND until > ?4) ORDER BY id LIMIT ?2");
}

pub(crate) fn page(
    conn: &Conn<'_>,
    filter: &PatientFilter,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Patient>> {
    let after = filter.after.as_ref().map_or("", AppUserId::as_str);
    let now = now.as_millisecond();
    let still = |standing: &str| {
        let row = params![after, limit, standing, now];
        conn.all(PAGE_STILL, row, |cells| patient(cells))
    };
    let of = |standing: &str| {
        let row = params![after, limit, standing];
        conn.all(PAGE_OF, row, |cells| patient(cells))
    };
    match filter.state {
        None | Some(State::Linked) if filter.at_risk => {
            conn.all(PAGE_AT_RISK, params![after, limit], |cells| patient(cells))
        }
        Some(_) if filter.at_risk => Ok(Vec::new()),
        None => conn.all(PAGE, params![after, limit], |cells| patient(cells)),
        Some(State::Pending) => conn.all(PAGE_PENDING, params![after, limit, now], |cells| {
            patient(cells)
        }),
        Some(State::None) => still("none"),
        Some(State::Unlinked) => still("unlinked"),
        Some(State::Linked) => of("linked"),
        Some(State::NeedsReauthorisation) => of("lapsed"),
    }
}
