//! Pages of patients, by where their links stand.

use super::patient_columns;
use crate::conn::Params;
use crate::gateway::Db;
use crate::sql::statements;
use jiff::Timestamp;
use model::AppUserId;
use model::pkb_link::State;
use store::Result;
use store::gateway::{Patient, PatientFilter};
use store::row::gateway::patients::patient;

statements! {
    PAGE = concat!("SELECT ", patient_columns!(), " FROM patient WHERE id > $1 ORDER BY id LIMIT $2");
    PAGE_OF = concat!("SELECT ", patient_columns!(), " FROM patient WHERE standing = $3 AND id > $1 ORDER BY id LIMIT $2");
    // Only links that stand are at risk.
    PAGE_AT_RISK = concat!("SELECT ", patient_columns!(), " FROM patient WHERE risk IS NOT NULL AND id > $1 ORDER BY id LIMIT $2");
    // Attempts are few: whoever has one is looked for there.
    PAGE_PENDING = concat!("SELECT ", patient_columns!(), " FROM (SELECT DISTINCT patient AS whose FROM link_attempt WHERE patient > $1 AND until > $3) AS pending JOIN patient ON patient.id = pending.whose WHERE standing IN ('none', 'unlinked') ORDER BY whose LIMIT $2");
    PAGE_STILL = concat!("SELECT ", patient_columns!(), " FROM patient WHERE standing = $3 AND id > $1 AND NOT EXISTS (SELECT FROM link_attempt WHERE link_attempt.patient = patient.id AND until > $4) ORDER BY id LIMIT $2");
}

pub(super) async fn page(
    db: &Db,
    filter: &PatientFilter,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Patient>> {
    let after = filter.after.as_ref().map_or("", AppUserId::as_str);
    let (now, limit) = (now.as_millisecond(), i64::from(limit));
    let (state, at_risk) = (filter.state, filter.at_risk);
    if at_risk && !matches!(state, None | Some(State::Linked)) {
        return Ok(Vec::new());
    }
    db.read("list patients", |conn| async move {
        let of = async |sql, which: Params<'_>| conn.all(sql, which, patient).await;
        match state {
            _ if at_risk => of(PAGE_AT_RISK, &[&after, &limit]).await,
            None => of(PAGE, &[&after, &limit]).await,
            Some(State::Pending) => of(PAGE_PENDING, &[&after, &limit, &now]).await,
            Some(State::None) => of(PAGE_STILL, &[&after, &limit, &"none", &now]).await,
            Some(State::Unlinked) => of(PAGE_STILL, &[&after, &limit, &"unlinked", &now]).await,
            Some(State::Linked) => of(PAGE_OF, &[&after, &limit, &"linked"]).await,
            Some(State::NeedsReauthorisation) => of(PAGE_OF, &[&after, &limit, &"lapsed"]).await,
        }
    })
    .await
}
