//! Attempts at linking: begun, burned, ended, and made into links.

use crate::attempt::Call;
use crate::conn::Params;
use crate::gateway::links::{drop_flight, hold_of, next_number, save, tell};
use crate::gateway::{Db, Rerun, Tx};
use crate::row::{Row, bytes, clean};
use crate::sql::statements;
use jiff::Timestamp;
use model::entropy::uuid_v4;
use model::pkb_link::{Failure, MAX_ATTEMPTS};
use model::{AppUserId, AttemptId, Hash, PublicId};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use store::Result;
use store::gateway::{
    Awaiting, LinkAttempt, Linked, NewAttempt, NewLink, PatientHappening, Sealed,
};
use store::row::Cells as _;
use store::row::gateway::patients::{attempt, awaiting, way_columns};
use tracing::error;

statements! {
    HOLD_ROW = "SELECT standing IN ('linked', 'lapsed') FROM patient WHERE id = $1 FOR NO KEY UPDATE";
    BEGIN = "INSERT INTO link_attempt (id, patient, state_hash, session, return_url, redirect_uri, made_at, until, secret_key, secret) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING";
    OLDEST_GO = "DELETE FROM link_attempt WHERE patient = $1 AND number <= (SELECT number FROM link_attempt WHERE patient = $1 ORDER BY number DESC LIMIT 1 OFFSET $2)";
    BY_STATE = "SELECT id, patient, session, return_url, redirect_uri, secret_key, secret, until, burned_at, result_hash FROM link_attempt WHERE state_hash = $1";
    BURN = "UPDATE link_attempt SET burned_at = $2, ticket = $3 WHERE id = $1 AND burned_at IS NULL AND until > $2";
    BURNED_BY = "SELECT ticket = $2 FROM link_attempt WHERE id = $1";
    AWAIT = "UPDATE link_attempt SET result_hash = $2, public_id = $3, secret_key = $4, secret = $5, until = $6 WHERE id = $1 AND burned_at IS NOT NULL AND result_hash IS NULL";
    AWAITS = "SELECT result_hash = $2 FROM link_attempt WHERE id = $1";
    AWAITING = "SELECT id, patient, public_id, secret_key, secret, until FROM link_attempt WHERE result_hash = $1 AND until > $2";
    END = "DELETE FROM link_attempt WHERE id = $1 RETURNING patient";
    END_OF = "DELETE FROM link_attempt WHERE patient = $1";
    END_LIVE = "DELETE FROM link_attempt WHERE id = $1 AND burned_at IS NOT NULL AND until > $2";
    // Of two patients who come with one record at the same time, the second sees the first.
    HOLD_RECORD = "SELECT pg_advisory_xact_lock(hashtextextended('baton gateway record ' || $1::text, 0))";
    TAKEN = "SELECT EXISTS (SELECT FROM patient WHERE public_id = $1 AND id <> $2)";
    HAS_TOKENS = "SELECT tokens = $2 FROM patient WHERE id = $1";
    // What somebody else is at is left to them.
    OVER = "SELECT link_attempt.id, standing = 'linked', patient.id FROM link_attempt JOIN patient ON patient.id = link_attempt.patient WHERE until <= $1 ORDER BY until LIMIT $2 FOR NO KEY UPDATE OF patient SKIP LOCKED FOR UPDATE OF link_attempt SKIP LOCKED";
    END_ALL = "DELETE FROM link_attempt WHERE id = ANY ($1::uuid[])";
    HAVE_MORE = "SELECT DISTINCT patient FROM link_attempt WHERE patient = ANY ($1::text[])";
}

pub(super) async fn begin(db: &Db, by: &str, new: &NewAttempt) -> Result<bool> {
    let call = Call::new("begin an attempt").repeatable();
    let (session, return_url) = way_columns(&new.way);
    let session = session.map(<[u8; 32]>::as_slice);
    let (return_url, redirect_uri) = (&return_url.map(clean), &clean(&new.redirect_uri));
    let (made_at, until) = (new.made_at.as_millisecond(), new.until.as_millisecond());
    let key = new.verifier.as_ref().map(|sealed| sealed.key.0);
    let secret = new.verifier.as_ref().map(|sealed| sealed.bytes.as_slice());
    let most = i64::from(MAX_ATTEMPTS);
    db.write(call, |tx| async move {
        let whose: Params<'_> = &[&new.patient.as_str()];
        let has_link = tx.one(HOLD_ROW, whose, |row| row.take("patient.standing"));
        let Some(has_link): Option<bool> = has_link.await? else {
            return Ok(false);
        };
        let row: Params<'_> = &[
            &new.id.0,
            &new.patient.as_str(),
            new.state.as_bytes(),
            &session,
            &return_url.as_deref(),
            &&**redirect_uri,
            &made_at,
            &until,
            &key,
            &secret,
        ];
        // No two attempts have one id: what is there, this very call has begun.
        if tx.write(BEGIN, row).await? == 0 {
            tx.confirm();
            return Ok(true);
        }
        let beyond: Params<'_> = &[&new.patient.as_str(), &most];
        tx.write(OLDEST_GO, beyond).await?;
        // Where there is a link, nothing has changed yet.
        let told = (!has_link).then_some(PatientHappening::Pending);
        tell(&tx, by, new.made_at, &new.patient, told);
        Ok(true)
    })
    .await
}

pub(super) async fn by_state(db: &Db, state: Hash) -> Result<Option<LinkAttempt>> {
    db.read("read an attempt", |conn| async move {
        conn.one(BY_STATE, &[&bytes(&state)], attempt).await
    })
    .await
}

/// A COMMIT in doubt neither lets a `state` be used twice nor loses it: whoever has used it is noted.
pub(super) async fn burn(db: &Db, id: AttemptId, now: Timestamp) -> Result<bool> {
    let call = Call::new("burn an attempt").repeatable();
    let (now, ticket) = (now.as_millisecond(), uuid_v4(&*db.entropy));
    let rerun = &Rerun::default();
    db.write(call, |tx| async move {
        let rerun = rerun.is_one();
        let burned = tx.write(BURN, &[&id.0, &now, &ticket]).await?;
        if burned == 1 || !rerun {
            return Ok(burned == 1);
        }
        is_ours(&tx, BURNED_BY, &[&id.0, &ticket]).await
    })
    .await
}

/// Whether this very call has done it already.
async fn is_ours(tx: &Tx, sql: crate::sql::Sql, which: Params<'_>) -> Result<bool> {
    tx.confirm();
    let ours = tx.one(sql, which, |row: &mut Row| {
        row.take::<Option<bool>>("link_attempt.id")
    });
    Ok(ours.await?.flatten() == Some(true))
}

pub(super) async fn await_word(
    db: &Db,
    id: AttemptId,
    result: Hash,
    public_id: PublicId,
    secret: &Sealed,
    until: Timestamp,
) -> Result<bool> {
    let call = Call::new("let an attempt wait").repeatable();
    let (key, sealed, until) = (secret.key.0, &&*secret.bytes, until.as_millisecond());
    let rerun = &Rerun::default();
    db.write(call, |tx| async move {
        let rerun = rerun.is_one();
        let hash = bytes(&result);
        let change: Params<'_> = &[&id.0, &hash, &public_id.0, &key, sealed, &until];
        let waits = tx.write(AWAIT, change).await?;
        if waits == 1 || !rerun {
            return Ok(waits == 1);
        }
        is_ours(&tx, AWAITS, &[&id.0, &hash]).await
    })
    .await
}

pub(super) async fn awaiting_under(
    db: &Db,
    result: Hash,
    now: Timestamp,
) -> Result<Option<Awaiting>> {
    let now = now.as_millisecond();
    db.read("read what waits", |conn| async move {
        conn.one(AWAITING, &[&bytes(&result), &now], awaiting).await
    })
    .await
}

pub(super) async fn fail(
    db: &Db,
    by: &str,
    id: AttemptId,
    why: Failure,
    at: Timestamp,
) -> Result<bool> {
    // It is told once; who asks again hears that it is gone.
    let call = Call::new("fail an attempt").repeatable();
    db.write(call, |tx| async move {
        let which: Params<'_> = &[&id.0];
        let whose = tx.one(END, which, |row| row.take("link_attempt.patient"));
        let Some(patient): Option<AppUserId> = whose.await? else {
            return Ok(false);
        };
        let told = [PatientHappening::LinkFailed(why)];
        tell(&tx, by, at, &patient, told);
        Ok(true)
    })
    .await
}

/// What came of a transaction that may have happened, and whose it was.
type Earlier = Mutex<Option<(AppUserId, Linked)>>;

pub(super) async fn link(
    db: &Db,
    by: &str,
    id: AttemptId,
    new: &NewLink,
    at: Timestamp,
) -> Result<Linked> {
    let call = Call::new("link patient").repeatable();
    let earlier = &Earlier::default();
    db.write(call, |tx| async move {
        let ended: Params<'_> = &[&id.0, &at.as_millisecond()];
        let (link, ended) = futures_util::try_join!(hold_of(&tx, id), tx.write(END_LIVE, ended))?;
        let (Some(mut link), 1) = (link, ended) else {
            return was_linked(&tx, new, earlier).await;
        };
        let (patient, record) = (link.id.clone(), new.public_id);
        let number = next_number(&tx).await?;
        let taken: Params<'_> = &[&record.0, &patient.as_str()];
        tx.write(HOLD_RECORD, &[&record.as_text()]).await?;
        let taken = tx.one(TAKEN, taken, |row| row.take("patient.public_id"));
        let taken = taken.await? == Some(true);
        let (told, outcome) = match link.authorised(new, number, at) {
            Ok(told) if !taken => {
                futures_util::try_join!(drop_flight(&tx, &patient, at), save(&tx, &link))?;
                (told, Linked::Linked)
            }
            Ok(_) => refused(Failure::LinkedElsewhere),
            Err(why) => refused(why),
        };
        tell(&tx, by, at, &patient, told);
        let mut earlier = earlier.lock().unwrap_or_else(PoisonError::into_inner);
        *earlier = Some((patient, outcome));
        Ok(outcome)
    })
    .await
}

fn refused(why: Failure) -> (Vec<PatientHappening>, Linked) {
    (
        vec![PatientHappening::LinkFailed(why)],
        Linked::Refused(why),
    )
}

/// What came of it if this very call has ended the attempt: a sealed value is never the same twice.
async fn was_linked(tx: &Tx, new: &NewLink, earlier: &Earlier) -> Result<Linked> {
    let earlier = earlier
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let Some((patient, outcome)) = earlier else {
        return Ok(Linked::Gone);
    };
    let which: Params<'_> = &[&patient.as_str(), &new.pair.tokens.bytes];
    let linked = is_ours(tx, HAS_TOKENS, which).await?;
    Ok(match outcome {
        Linked::Linked if !linked => Linked::Gone,
        outcome => outcome,
    })
}

/// With a patient's last attempt that is told, unless there is a link.
pub(super) async fn sweep(db: &Db, by: &str, now: Timestamp, limit: u32) -> Result<u64> {
    let call = Call::new("sweep attempts").repeatable();
    let (by_now, limit) = (now.as_millisecond(), i64::from(limit));
    db.write(call, |tx| async move {
        let which: Params<'_> = &[&by_now, &limit];
        let over = tx.all(OVER, which, |row| {
            let id: AttemptId = row.take("link_attempt.id")?;
            let linked: bool = row.take("patient.standing")?;
            Ok((id, linked, row.take::<AppUserId>("patient.id")))
        });
        let (mut ids, mut without) = (Vec::new(), BTreeSet::new());
        for (id, linked, patient) in over.await? {
            ids.push(id.0);
            match patient {
                Ok(patient) if !linked => drop(without.insert(patient)),
                Ok(_) => {}
                Err(cause) => error!(%cause, "an attempt's patient cannot be read"),
            }
        }
        if ids.is_empty() {
            return Ok(0);
        }
        let whose: Vec<&str> = without.iter().map(AppUserId::as_str).collect();
        let (gone, more): (Params<'_>, Params<'_>) = (&[&ids], &[&whose]);
        let (ended, more) = futures_util::try_join!(
            tx.write(END_ALL, gone),
            tx.all(HAVE_MORE, more, |row| row
                .take::<AppUserId>("link_attempt.patient"))
        )?;
        for patient in without.iter().filter(|patient| !more.contains(patient)) {
            let told = [PatientHappening::LinkFailed(Failure::Expired)];
            tell(&tx, by, now, patient, told);
        }
        Ok(ended)
    })
    .await
}
