//! A link whose patient's row is held: how it is read, written and told. Whoever changes a link holds that row first,
//! so that of all nodes one at a time decides, and a COMMIT in doubt has ended one way or the other before another
//! transaction looks.

use super::super::Tx;
use crate::conn::Params;
use crate::sql::statements;
use jiff::Timestamp;
use model::{AppUserId, AttemptId};
use store::gateway::linking::Link;
use store::gateway::{Fence, Happening, PatientHappening};
use store::row::gateway::patients::{columns, link};
use store::row::{Cells as _, int};
use store::{Result, StoreError};

/// A link, in the order of `store::row::gateway::patients::link`.
macro_rules! link_columns {
    () => {
        "patient.id, patient.standing, patient.public_id, patient.why, patient.since, patient.linked_at, patient.authorised_at, patient.risk, patient.risk_since, patient.risk_ends, patient.generation, patient.fence, patient.tokens_key, patient.tokens, patient.has_refresh, patient.obtained_at, patient.good_until, patient.due_at, patient.used, patient.failures, patient.details_key, patient.details, patient.details_at"
    };
}
pub(super) use link_columns;

statements! {
    HOLD = concat!("SELECT ", link_columns!(), " FROM patient WHERE id = $1 FOR NO KEY UPDATE");
    HOLD_OF = concat!("SELECT ", link_columns!(), " FROM patient WHERE id = (SELECT patient FROM link_attempt WHERE id = $1) FOR NO KEY UPDATE");
    SAVE = "UPDATE patient SET standing = $2, public_id = $3, why = $4, since = $5, linked_at = $6, authorised_at = $7, risk = $8, risk_since = $9, risk_ends = $10, generation = $11, fence = $12, tokens_key = $13, tokens = $14, has_refresh = $15::integer <> 0, obtained_at = $16, good_until = $17, due_at = $18, used = $19::integer <> 0, failures = $20, details_key = $21, details = $22, details_at = $23 WHERE id = $1";
    NEXT = "SELECT nextval('link_number')";
    END_FLIGHT = "UPDATE link_flight SET ended_at = $3, outcome = $4 WHERE patient = $1 AND fence = $2";
    END_OPEN = "UPDATE link_flight SET ended_at = $2, outcome = $3 WHERE patient = $1 AND ended_at IS NULL";
}

/// Holds a patient's row until the transaction ends.
pub(crate) async fn hold(tx: &Tx, id: &AppUserId) -> Result<Option<Link>> {
    tx.one(HOLD, &[&id.as_str()], link).await
}

/// As [`hold`], the patient who began this attempt.
pub(crate) async fn hold_of(tx: &Tx, id: AttemptId) -> Result<Option<Link>> {
    tx.one(HOLD_OF, &[&id.0], link).await
}

/// Writes the row.
pub(crate) async fn save(tx: &Tx, link: &Link) -> Result<()> {
    let columns = columns(link);
    let row: Params<'_> = &[
        &link.id.as_str(),
        &columns.standing,
        &columns.public_id,
        &columns.why,
        &columns.since,
        &columns.linked_at,
        &columns.authorised_at,
        &columns.risk,
        &columns.risk_since,
        &columns.risk_ends,
        &columns.generation,
        &columns.fence,
        &columns.tokens_key,
        &columns.tokens,
        &columns.has_refresh,
        &columns.obtained_at,
        &columns.good_until,
        &columns.due_at,
        &columns.used,
        &columns.failures,
        &columns.details_key,
        &columns.details,
        &columns.details_at,
    ];
    tx.write_one(SAVE, row, "patient.id").await
}

/// A number that no pair of tokens and no flight has had.
pub(crate) async fn next_number(tx: &Tx) -> Result<u64> {
    let place = "link_number";
    let next = tx.one(NEXT, &[], |row| row.take(place)).await?;
    next.ok_or(StoreError::Inconsistent { place })
}

/// Writes how a flight ended.
pub(super) async fn end_flight(
    tx: &Tx,
    id: &AppUserId,
    fence: Fence,
    at: Timestamp,
    outcome: &str,
) -> Result<()> {
    let end: Params<'_> = &[&id.as_str(), &int(fence), &at.as_millisecond(), &outcome];
    tx.write_one(END_FLIGHT, end, "link_flight.fence").await
}

/// Drops the flight that is under way, if there is one.
pub(crate) async fn drop_flight(tx: &Tx, id: &AppUserId, at: Timestamp) -> Result<()> {
    let dropped = store::gateway::linking::DROPPED;
    let end: Params<'_> = &[&id.as_str(), &at.as_millisecond(), &dropped];
    tx.write(END_OPEN, end).await.map(drop)
}

/// Tells what happened to a link, in this order.
pub(crate) fn tell(
    tx: &Tx,
    by: &str,
    at: Timestamp,
    id: &AppUserId,
    happened: impl IntoIterator<Item = PatientHappening>,
) {
    for what in happened {
        let patient = id.clone();
        tx.happen(by, at, &Happening::Patient { patient, what });
    }
}
