//! Attempts at linking: begun, ended, and made into links.

use crate::gateway::Tx;
use crate::gateway::links::{drop_flight, hold, next_number, tell, write_link};
use crate::sql::statements;
use jiff::Timestamp;
use model::pkb_link::{Failure, MAX_ATTEMPTS};
use model::{AppUserId, AttemptId};
use rusqlite::params;
use store::Result;
use store::gateway::{Linked, NewAttempt, NewLink, PatientHappening};
use store::row::Cells as _;
use store::row::gateway::patients::way_columns;

statements! {
    OLDEST_GO = "DELETE FROM link_attempt WHERE patient = ?1 AND number <= (SELECT number FROM link_attempt WHERE patient = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)";
    BEGIN = "INSERT INTO link_attempt (id, patient, state_hash, session, return_url, redirect_uri, made_at, until, secret_key, secret) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    BY_STATE = "SELECT id, patient, session, return_url, redirect_uri, secret_key, secret, until, burned_at, result_hash FROM link_attempt WHERE state_hash = ?1";
    BURN = "UPDATE link_attempt SET burned_at = ?2 WHERE id = ?1 AND burned_at IS NULL AND until > ?2";
    AWAIT = "UPDATE link_attempt SET result_hash = ?2, public_id = ?3, secret_key = ?4, secret = ?5, until = ?6 WHERE id = ?1 AND burned_at IS NOT NULL AND result_hash IS NULL";
    AWAITING = "SELECT id, patient, public_id, secret_key, secret, until FROM link_attempt WHERE result_hash = ?1 AND until > ?2";
    END = "DELETE FROM link_attempt WHERE id = ?1 RETURNING patient";
    END_OF = "DELETE FROM link_attempt WHERE patient = ?1";
    END_LIVE = "DELETE FROM link_attempt WHERE id = ?1 AND burned_at IS NOT NULL AND until > ?2 RETURNING patient";
    HAS_LINK = "SELECT standing IN ('linked', 'lapsed') FROM patient WHERE id = ?1";
    HOLDER = "SELECT id FROM patient WHERE public_id = ?1";
    OVER = "SELECT id FROM link_attempt WHERE until <= ?1 ORDER BY until LIMIT ?2";
    HAS_ANY = "SELECT 1 FROM link_attempt WHERE patient = ?1 LIMIT 1";
    STANDS = "SELECT 1 FROM patient WHERE id = ?1 AND standing = 'linked'";
}

/// Begins an attempt in the place of the oldest, if there are too many.
pub(super) fn begin(tx: &mut Tx<'_>, by: &str, new: &NewAttempt) -> Result<bool> {
    let whose = new.patient.as_str();
    let has_link = tx.one(HAS_LINK, [whose], |cells| cells.take("patient.standing"))?;
    let Some(has_link): Option<bool> = has_link else {
        return Ok(false);
    };
    let room = MAX_ATTEMPTS.saturating_sub(1);
    let gone = tx.write(OLDEST_GO, params![whose, room])?;
    *tx.forget |= gone > 0;
    let (session, return_url) = way_columns(&new.way);
    let row = params![
        new.id.0.as_bytes(),
        whose,
        new.state.as_bytes(),
        session,
        return_url,
        new.redirect_uri,
        new.made_at.as_millisecond(),
        new.until.as_millisecond(),
        new.verifier.as_ref().map(|sealed| sealed.key.0.as_bytes()),
        new.verifier.as_ref().map(|sealed| &sealed.bytes),
    ];
    tx.write_one(BEGIN, row, "link_attempt")?;
    // Where there is a link, nothing has changed yet.
    let told = (!has_link).then_some(PatientHappening::Pending);
    tell(tx, by, &new.patient, new.made_at, told)?;
    Ok(true)
}

/// Ends an attempt with all it held; whose it was.
pub(super) fn end(tx: &mut Tx<'_>, id: AttemptId) -> Result<Option<AppUserId>> {
    let whose = tx.one(END, [id.0.as_bytes()], |cells| {
        cells.take("link_attempt.patient")
    })?;
    *tx.forget |= whose.is_some();
    Ok(whose)
}

/// Makes a link, or says why not; either way the attempt ends.
pub(super) fn link(
    tx: &mut Tx<'_>,
    by: &str,
    id: AttemptId,
    new: &NewLink,
    at: Timestamp,
) -> Result<Linked> {
    let row = params![id.0.as_bytes(), at.as_millisecond()];
    let whose = tx.one(END_LIVE, row, |cells| {
        cells.take::<AppUserId>("link_attempt.patient")
    })?;
    let Some(patient) = whose else {
        return Ok(Linked::Gone);
    };
    *tx.forget = true;
    let Some(mut link) = hold(tx, &patient)? else {
        return Ok(Linked::Gone);
    };
    let generation = next_number(tx)?;
    let outcome = link.authorised(new, generation, at);
    let holder = tx.one(HOLDER, [new.public_id.0.as_bytes()], |cells| {
        cells.take::<AppUserId>("patient.id")
    })?;
    let elsewhere = holder.is_some_and(|holder| holder != patient);
    let told = match outcome {
        Err(why) => return refused(tx, by, &patient, why, at),
        Ok(_) if elsewhere => return refused(tx, by, &patient, Failure::LinkedElsewhere, at),
        Ok(told) => told,
    };
    drop_flight(tx, &patient, at)?;
    write_link(tx, &link)?;
    tell(tx, by, &patient, at, told)?;
    Ok(Linked::Linked)
}

fn refused(
    tx: &mut Tx<'_>,
    by: &str,
    patient: &AppUserId,
    why: Failure,
    at: Timestamp,
) -> Result<Linked> {
    tell(tx, by, patient, at, [PatientHappening::LinkFailed(why)])?;
    Ok(Linked::Refused(why))
}

/// Ends what is over. With a patient's last attempt that is told, unless there is a link.
pub(super) fn sweep(tx: &mut Tx<'_>, by: &str, now: Timestamp, limit: u32) -> Result<u64> {
    let bounds = params![now.as_millisecond(), limit];
    let over: Vec<AttemptId> = tx.all(OVER, bounds, |cells| cells.take("link_attempt.id"))?;
    let mut ended = 0;
    for id in over {
        let Some(patient) = end(tx, id)? else {
            continue;
        };
        ended += 1;
        let others = tx.one(HAS_ANY, [patient.as_str()], |_| Ok(()))?.is_some();
        let stands = tx.one(STANDS, [patient.as_str()], |_| Ok(()))?.is_some();
        if !others && !stands {
            let told = [PatientHappening::LinkFailed(Failure::Expired)];
            tell(tx, by, &patient, now, told)?;
        }
    }
    Ok(ended)
}
